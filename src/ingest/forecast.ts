import { DEFAULT_RESERVE, DEFAULT_SHARE } from "./budget.ts";
import type { ClientSpec } from "./connector.ts";
import { totalCalls } from "./cost.ts";
import type { EngineParts, Opened } from "./engine-parts.ts";
import type { Forecast, ForecastBasis, ForecastClass } from "./forecast-shape.ts";
import { newMeter, type ProviderClient } from "./http.ts";
import { callsOf, planReading, type PlannedPass, type Planning } from "./planned-reading.ts";
import { rehearse, type Chain, type Outlook, type Rehearsed } from "./rehearsal.ts";
import { placesOf, wishOf, type IngestRequest, type StreamPlace } from "./request.ts";
import { workersOf } from "./turns.ts";
import { checkWays } from "./ways.ts";

/** Doubt about the number of calls, by what it rests on. */
const DOUBT: Readonly<Record<ForecastBasis, number>> = { counted: 0.1, learned: 0.25, declared: 0.5, unknown: 0.5 };
/** How far answers may be quicker or slower than usual: heard already, or assumed. */
const PACES = { heard: [0.8, 1.25], assumed: [0.5, 2] } as const;
const ASSUMED_SECONDS = 1;
/** A part this small does not decide what the whole rests on. */
const SMALL = 0.1;

export interface ForecastParts extends Pick<EngineParts, "sink" | "clock" | "history" | "git"> {
  readonly signal: AbortSignal;
}

/** What the request would take if it began now: counts, prices and plays it, and reads nothing. */
export async function forecast(opened: Opened, request: IngestRequest, parts: ForecastParts): Promise<Forecast> {
  const planning = planningOf(opened, { request, places: placesOf(request), parts });
  const passes = await planReading(planning);
  const probe = probeCalls(planning);
  const chains = chainsOf(passes, probe);
  const isHeard = Object.keys(opened.spec.classes).some((name) => opened.client.pace(name) !== null);
  const basis = basisOf(passes);
  const doubt = DOUBT[basis];
  const pace = (await parts.history?.pace?.(request.integration.id)) ?? 1;
  const play = (more: number, slower: number) =>
    rehearse(scaled(chains, more), slowed(planning.outlooks, slower), planning.terms);
  const isKnown = passes.every(({ calls }) => calls !== null);
  const [quick, slow] = isHeard ? PACES.heard : PACES.assumed;
  const likely = play(1, 1);
  const orNull = (value: number) => (isKnown ? value : null);
  return {
    classes: classesOf(likely, { planning, isKnown }),
    calls: orNull(Math.round(likely.calls)),
    records: sumOrNull(passes.map(({ records }) => records)),
    seconds: orNull(likely.seconds * pace),
    secondsLow: orNull(play(1 - doubt, quick).seconds * pace),
    secondsHigh: orNull(play(1 + doubt, slow).seconds * pace),
    basis,
    pace,
    streams: passes.map((pass) => ({
      stream: pass.place.stream.name,
      scopeId: pass.place.scope.id,
      calls: roundOrNull(callsOf(pass)),
      records: roundOrNull(pass.records),
      way: pass.way,
    })),
  };
}

/** How the streams that can be read in several ways will be read, by place. */
export async function chooseWays(
  opened: Opened,
  { request, parts }: { request: IngestRequest; parts: ForecastParts },
): Promise<ReadonlyMap<StreamPlace["stream"], ReadonlyMap<string, string>>> {
  const places = placesOf(request).filter(({ stream }) => stream.ways?.length);
  const chosen = new Map<StreamPlace["stream"], Map<string, string>>();
  if (places.length === 0) return chosen;
  for (const { place, lane, way } of await planReading(planningOf(opened, { request, places, parts }))) {
    const own = chosen.get(place.stream) ?? new Map<string, string>();
    chosen.set(place.stream, own.set(`${place.scope.id}\n${lane}`, way));
  }
  return chosen;
}

function planningOf(
  opened: Opened,
  { request, places, parts }: { request: IngestRequest; places: readonly StreamPlace[]; parts: ForecastParts },
): Planning {
  const { integration, client, spec } = opened;
  const chosen = { ...integration.ways, ...request.ways };
  checkWays(chosen, integration.connector.streams);
  return {
    integration,
    places,
    chosen,
    wish: wishOf(request, parts.clock.now()),
    api: client.api({ meter: newMeter(), signal: parts.signal }),
    providerNow: client.now(),
    sink: parts.sink,
    hasGit: parts.git !== null,
    history: parts.history,
    outlooks: outlooksOf(client, spec, parts),
    terms: {
      priority: request.kind === "refresh" ? 0 : 1,
      reserve: DEFAULT_RESERVE,
      share: request.share ?? DEFAULT_SHARE,
      workers: workersOf(spec),
    },
  };
}

function outlooksOf(client: ProviderClient, { classes }: ClientSpec, { clock }: ForecastParts): Map<string, Outlook> {
  const seconds = (until: string | null) =>
    until === null ? null : Math.max(0, (Date.parse(until) - Date.parse(clock.now())) / 1000);
  return new Map(
    client.budgets().map(({ class: name, credentials, limit, remaining, resetAt, blockedUntil, window, quickest }) => {
      const declared = classes[name]!;
      const secondsPerCall = client.pace(name) ?? ASSUMED_SECONDS;
      const outlook: Outlook = {
        limit: {
          ...declared,
          concurrency: declared.concurrency * credentials,
          windows: (declared.windows ?? []).map((each) => ({ ...each, amount: each.amount * credentials })),
        },
        allowance:
          limit === null || remaining === null || window === null
            ? null
            : { limit, remaining, ...window, resetSeconds: seconds(resetAt) ?? 3600 },
        blockedSeconds: seconds(blockedUntil) ?? 0,
        secondsPerCall,
        quickest: Math.min(quickest ?? 0.2, secondsPerCall),
      };
      return [name, outlook];
    }),
  );
}

/** The look at what changed, which comes before a refresh. */
function probeCalls({ integration, wish }: Planning): Chain[] {
  const { probe, probeCost } = integration.connector;
  const isAsked = probe && wish.kind !== "backfill" && wish.since === null && wish.until === null && !wish.full;
  if (!isAsked || !probeCost || integration.scopes.length === 0) return [];
  const { scopesPerCall, class: name = "core", pointsPerCall = 1 } = probeCost;
  return [[{ class: name, calls: Math.ceil(integration.scopes.length / scopesPerCall), pointsPerCall }]];
}

/** Passes of one stream of one scope follow each other. */
const chainsOf = (passes: readonly PlannedPass[], probe: readonly Chain[]): Chain[] => [
  ...probe,
  ...[...Map.groupBy(passes, ({ place }) => place).values()].map((own) => own.flatMap(({ calls }) => calls ?? [])),
];

const scaled = (chains: readonly Chain[], factor: number): Chain[] =>
  chains.map((chain) => chain.map((part) => ({ ...part, calls: part.calls * factor })));

const slowed = (outlooks: ReadonlyMap<string, Outlook>, factor: number): Map<string, Outlook> =>
  new Map([...outlooks].map(([name, outlook]) => [name, { ...outlook, secondsPerCall: outlook.secondsPerCall * factor }]));

function classesOf({ classes }: Rehearsed, { planning, isKnown }: { planning: Planning; isKnown: boolean }): ForecastClass[] {
  return classes.map(({ class: name, calls, points }) => {
    const limit = planning.outlooks.get(name)?.allowance?.limit ?? null;
    return {
      class: name,
      calls: isKnown ? Math.round(calls) : null,
      points: isKnown ? Math.round(points) : null,
      shareOfQuota: isKnown && limit !== null ? points / limit : null,
    };
  });
}

/** The weakest that a tenth of the calls rests on. */
function basisOf(passes: readonly PlannedPass[]): ForecastBasis {
  if (passes.some(({ calls }) => calls === null)) return "unknown";
  const calls = (of: readonly ForecastBasis[]) =>
    passes.reduce((sum, pass) => sum + (of.includes(pass.basis) ? totalCalls(pass.calls!) : 0), 0);
  const least = SMALL * calls(["counted", "learned", "declared", "unknown"]);
  if (calls(["declared", "unknown"]) > least) return "declared";
  return calls(["learned", "declared", "unknown"]) > least ? "learned" : "counted";
}

const roundOrNull = (value: number | null) => (value === null ? null : Math.round(value));
const sumOrNull = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : Math.round(values.reduce<number>((sum, value) => sum + value!, 0));
