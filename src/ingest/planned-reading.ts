import type { Instant } from "../domain/instant.ts";
import type { Way } from "./connector.ts";
import { adaptedCost, callsFor, totalCalls, type CallsOfClass } from "./cost.ts";
import { expectRecords, type Expected, type ExpectedRange } from "./expected-records.ts";
import { earlier, isBefore, later } from "./instants.ts";
import { learn, type History, type Lesson } from "./learned.ts";
import { lanesFor, planLane, type Circumstances, type PlannedLane, type Wish } from "./plan.ts";
import { nothingRead, parseProgress, type LaneName, type ProgressState } from "./progress.ts";
import { rehearse, type Outlook, type Terms } from "./rehearsal.ts";
import { launchInstant, type IngestIntegration, type StreamPlace } from "./request.ts";
import type { Api } from "./connector.ts";
import type { Sink } from "./sink.ts";
import { LIST, usableWays } from "./ways.ts";

/** One pass that reading will make. */
export interface PlannedPass extends Expected {
  readonly place: StreamPlace;
  readonly lane: LaneName;
  readonly way: string;
  /** Null: nobody knows. */
  readonly calls: readonly CallsOfClass[] | null;
}

export interface Planning {
  readonly integration: IngestIntegration;
  readonly places: readonly StreamPlace[];
  readonly wish: Wish;
  readonly api: Api;
  readonly providerNow: Instant;
  readonly sink: Pick<Sink, "readProgress">;
  readonly hasGit: boolean;
  readonly history: History | null;
  readonly outlooks: ReadonlyMap<string, Outlook>;
  readonly terms: Terms;
  /** Ways that people chose, by stream. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** Every pass of every place, with what it will bring and cost in the way that is cheapest. */
export async function planReading(planning: Planning): Promise<PlannedPass[]> {
  const { integration, places, history, api } = planning;
  const states = await readStates(planning);
  const lessons = history ? await lessonsOf(planning, history) : new Map<string, Lesson>();
  const passes = places.flatMap((place, index) => passesOf(place, states[index]!, planning));
  const expected = await expectRecords(
    passes.map(({ range }) => range),
    { api, connector: integration.connector, config: integration.config, lessons },
  );
  return passes.map((pass, index) => priced(pass, expected[index]!, { planning, lesson: lessons.get(pass.place.stream.name) }));
}

async function readStates({ integration, places, history, sink }: Planning): Promise<ProgressState[]> {
  const keyOf = ({ stream, scope }: StreamPlace) => ({ integrationId: integration.id, scopeId: scope.id, stream: stream.name });
  if (!history) return Promise.all(places.map(async (place) => parseProgress(await sink.readProgress(keyOf(place)))));
  const stored = new Map((await history.progress(integration.id)).map((row) => [`${row.stream}\n${row.scopeId}`, row]));
  return places.map(({ stream, scope }) => {
    const known = stored.get(`${stream.name}\n${scope.id}`);
    return known ? parseProgress(known) : nothingRead;
  });
}

async function lessonsOf({ integration, places }: Planning, history: History) {
  const byKey = new Map(places.map((place) => [`${place.stream.name}\n${place.scope.id}`, place]));
  return learn(await history.tasks(integration.id), (stream, scopeId, records) => {
    const place = byKey.get(`${stream}\n${scopeId}`);
    const cost = place?.stream.cost && adaptedCost(place.stream.cost, { config: integration.config, scope: place.scope });
    return cost ? callsFor(cost, records) : null;
  });
}

interface Pass {
  readonly place: StreamPlace;
  readonly lane: LaneName;
  readonly planned: PlannedLane;
  readonly range: ExpectedRange;
  /** In so many windows, one after the other; each begins with a page of its own. */
  readonly windows: number;
}

function passesOf(place: StreamPlace, state: ProgressState, { integration, wish, providerNow }: Planning): Pass[] {
  const { stream, scope } = place;
  const at = {
    order: stream.order,
    overlapSeconds: stream.overlapSeconds,
    everySeconds: stream.everySeconds ?? 0,
    floor: wish.since ?? integration.backfill.since,
    launchedAt: launchInstant(integration.connector.launchedOn),
    now: providerNow,
    mark: null,
  };
  const passes: Pass[] = [];
  let now = state;
  for (const lane of lanesFor(wish, state)) {
    const planned = planLane(lane, now, { wish, at });
    if (!planned) continue;
    const { since, until } = restOf(planned, stream.order);
    const range = { stream: stream.name, scope, since, until, cost: stream.cost ?? unknownCost, now: providerNow };
    // An ascending list goes back from here, window by window.
    now = afterwards(now, { lane, planned, at });
    const further = stream.order === "ascending" && !planned.isOpening ? windowsBefore(now, { wish, at }) : null;
    if (lane !== "history" || further === null) passes.push({ place, lane, planned, range, windows: 1 });
    else passes.push({ place, lane, planned, range: { ...range, since: further.since }, windows: 1 + further.count });
  }
  return passes;
}

/** What will be known when a pass has come to its end. */
const afterwards = (
  state: ProgressState,
  { lane, planned, at }: { lane: LaneName; planned: PlannedLane; at: Circumstances },
): ProgressState => ({
  ...state,
  cursorAt: state.cursorAt ?? at.now,
  coveredFrom: earlier(planned.lane.since ?? at.floor ?? at.launchedAt, state.coveredFrom),
  lanes: Object.fromEntries(Object.entries(state.lanes).filter(([name]) => name !== lane)),
});

/** The windows that history has left; null when there are none. */
function windowsBefore(
  state: ProgressState,
  { wish, at }: { wish: Wish; at: Circumstances },
): { count: number; since: Instant | null } | null {
  let count = 0;
  let since: Instant | null = null;
  for (let known = state; ; count++) {
    const planned = planLane("history", known, { wish, at });
    if (!planned) return count === 0 ? null : { count, since };
    ({ since } = planned.lane);
    known = afterwards(known, { lane: "history", planned, at });
  }
}

const unknownCost = { recordsPerCall: 1 };

/** What an interrupted pass has not read yet. */
function restOf({ lane, isResumed }: PlannedLane, order: string): { since: Instant | null; until: Instant | null } {
  const { since, until, reached } = lane;
  if (!isResumed || reached === null || order === "unordered") return { since, until };
  if (order === "ascending") return { since: later(reached, since), until };
  return { since, until: until !== null && isBefore(until, reached) ? until : reached };
}

function priced(
  pass: Pass,
  expected: Expected,
  { planning, lesson }: { planning: Planning; lesson: Lesson | undefined },
): PlannedPass {
  const { place, lane, planned } = pass;
  const offers = usableWays(place, { config: planning.integration.config, hasGit: planning.hasGit }).map((way) => ({
    name: way?.name ?? LIST,
    calls: costOf(pass, expected, { way, planning, factor: way ? 1 : (lesson?.factor ?? 1) }),
  }));
  const { config } = planning.integration;
  const wanted = place.stream.ways?.find((way) => way.isChosen?.({ config }))?.name;
  const fixed = planned.isResumed ? (planned.lane.way ?? LIST) : (planning.chosen[place.stream.name] ?? wanted);
  const best = offers.find(({ name }) => name === fixed) ?? cheapest(offers, planning);
  return { ...expected, place, lane, way: best.name, calls: best.calls };
}

function costOf(
  { place, range, windows }: Pass,
  { records, callsPerRecord }: Expected,
  { way, planning, factor }: { way: Way<unknown> | null; planning: Planning; factor: number },
): readonly CallsOfClass[] | null {
  const { stream, scope } = place;
  const declared = way ? way.cost : stream.cost;
  if (!declared) return null;
  const cost = adaptedCost(declared, { config: planning.integration.config, scope });
  if (!cost) return [];
  if (records === null) return null;
  // Newest first, the end of a range is only seen in what lies before it.
  const isOpen = stream.order === "descending" && range.since !== null;
  const shown = callsPerRecord === undefined || way ? {} : { callsPerRecord };
  const [first, ...others] = callsFor({ ...cost, ...shown }, records, { isOpen });
  if (!first) return [];
  const more = (windows - 1) * (1 + (cost.callsAtStart ?? 0));
  return [{ ...first, calls: first.calls + more }, ...others].map((part) => ({ ...part, calls: part.calls * factor }));
}

interface Offer {
  readonly name: string;
  readonly calls: readonly CallsOfClass[] | null;
}

/** By time, and by points at what they are worth: a tenth of an hour's quota counts as a tenth of an hour. */
function cheapest(offers: readonly Offer[], { outlooks, terms }: Planning): Offer {
  const priceOf = ({ calls }: Offer): number => {
    if (calls === null) return Number.POSITIVE_INFINITY;
    const { seconds, classes } = rehearse([calls], outlooks, terms);
    const worth = classes.map(
      ({ class: name, points }) => points / (outlooks.get(name)?.allowance?.limit ?? Number.POSITIVE_INFINITY),
    );
    return seconds + 3600 * worth.reduce((sum, share) => sum + share, 0);
  };
  if (offers.length === 1) return offers[0]!;
  const rated = offers.map((offer) => ({ offer, price: priceOf(offer) }));
  return rated.reduce((best, each) => (each.price < best.price ? each : best)).offer;
}

export const callsOf = ({ calls }: PlannedPass): number | null => calls && totalCalls(calls);
