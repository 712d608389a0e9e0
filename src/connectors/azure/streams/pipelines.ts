import { z } from "zod";

import { addSeconds } from "../../../domain/instant.ts";
import { type AnswerInfo, type Page, type ReadKeysRequest, type ReadRequest, stream } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import { countRuns } from "../count.ts";
import { toPipeline, toRun } from "../map/run.ts";
import { instant } from "../map/time.ts";
import { type InScope, isProject, projectPath, tokenList, unlessGone, valuesOf, version } from "../paths.ts";
import * as records from "../records-pipelines.ts";
import { activities } from "./activities.ts";

const AN_HOUR = 3_600;
const A_DAY = 24 * AN_HOUR;
const LISTED = 1_000;

export const isForPipelines = ({ config, scope }: { config: Config; scope: InScope["scope"] }): boolean =>
  config.pipelines && isProject({ scope });

export const pipelines = stream<Config, z.output<typeof records.pipeline>>({
  name: "pipelines",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/build/definitions/list",
  level: "scope",
  isFor: isForPipelines,
  record: records.pipeline,
  key: ({ id }) => String(id),
  changedAt: () => null,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: AN_HOUR,
  async *read(request) {
    const query = { includeAllProperties: true, $top: LISTED };
    for await (const { answer, next } of tokenList(request, { path: definitions(request.scope), query, from: request.position }))
      yield { records: valuesOf(answer), answers: [answer], position: next, reached: null };
  },
  cost: { recordsPerCall: LISTED, typicalRecords: 20 },
  map: toPipeline,
  fills: ["pipeline"],
  sweep: {
    entity: "pipeline",
    absence: "deleted",
    async *read(request) {
      for await (const { answer } of tokenList(request, { path: definitions(request.scope), query: { $top: LISTED } })) {
        const things = z.array(records.pipeline.pick({ id: true })).parse(valuesOf(answer));
        yield { things: things.map(({ id }) => ({ key: String(id), changedAt: null })), answers: [answer] };
      }
    },
  },
});

const definitions = (scope: InScope["scope"]): string => `${projectPath(scope)}/_apis/build/definitions`;

/**
 * Runs by their end, newest first; those that have not ended come with the first page and are read again by number.
 * A stage that is started again gives its run a new end, so it is listed again, with the timelines of its earlier attempts.
 */
export const pipelineRuns = stream<Config, records.Run>({
  name: "pipeline_runs",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/build/builds/list",
  level: "scope",
  isFor: isForPipelines,
  record: records.run,
  key: ({ id }) => String(id),
  changedAt: ({ lastChangedDate, finishTime, queueTime }) =>
    instant(lastChangedDate) ?? instant(finishTime) ?? instant(queueTime),
  order: "descending",
  orderedBy: ({ status, finishTime }) => (status === "completed" ? instant(finishTime) : null),
  overlapSeconds: A_DAY,
  isFinished: ({ status }) => status === "completed",
  rereadSeconds: (_, { attempts }) => Math.min(900, 60 * 2 ** attempts),
  read,
  readKeys,
  map: toRun,
  fills: ["pipeline_run", "pipeline_job", "pipeline_run_commit", "pipeline", "account"],
  cost: {
    recordsPerCall: LISTED,
    callsPerRecord: 1.05,
    callsAtStart: 1,
    // Analytics tells the jobs of many runs at once.
    adapted: ({ config }) => (config.analytics ? { callsPerRecord: 0.01 } : {}),
    count: countRuns,
  },
});

interface RawRun {
  readonly id: number;
  readonly status?: string;
  readonly finishTime?: string;
  readonly deleted?: boolean;
}

const builds = (scope: InScope["scope"]): string => `${projectPath(scope)}/_apis/build/builds`;

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/build/builds/list: `minTime` and `maxTime` are about what `queryOrder` names. */
async function* read(request: ReadRequest<Config>): AsyncGenerator<Page> {
  const { since, until, scope, position } = request;
  const path = builds(scope);
  if (position === null) yield* readUnended(request, path);
  const query = {
    statusFilter: "completed",
    queryOrder: "finishTimeDescending",
    deletedFilter: "includeDeleted",
    minTime: since ?? undefined,
    maxTime: until ?? undefined,
    $top: LISTED,
  };
  for await (const { answer, next } of tokenList(request, { path, query, from: position })) {
    const found = valuesOf(answer) as readonly RawRun[];
    const { joined, answers } = await join(request, found);
    const oldest = instant(found.at(-1)?.finishTime);
    // Others of the same second may stand on the next page.
    const reached = next === null ? since : oldest === null ? null : addSeconds(oldest, 1);
    yield { records: joined, answers: [answer, ...answers], position: next, reached };
  }
}

async function* readUnended(request: ReadRequest<Config>, path: string): AsyncGenerator<Page> {
  const query = { statusFilter: "inProgress,notStarted,postponed,cancelling", $top: LISTED };
  for await (const { answer } of tokenList(request, { path, query })) {
    const found = valuesOf(answer) as readonly RawRun[];
    if (found.length === 0) continue;
    const { joined, answers } = await join(request, found);
    yield { records: joined, answers: [answer, ...answers], position: null, reached: null };
  }
}

async function* readKeys(request: ReadKeysRequest<Config>): AsyncGenerator<Page> {
  const { api, config, scope, keys } = request;
  const answer = await api.get(builds(scope), { buildIds: keys.join(","), ...version(config) });
  const { joined, answers } = await join(request, valuesOf(answer) as readonly RawRun[]);
  yield { records: joined, answers: [answer, ...answers], position: null, reached: null };
}

async function join(request: InScope, found: readonly RawRun[]) {
  const answers: AnswerInfo[] = [];
  const ended = found.filter(({ status }) => status === "completed");
  const known = request.config.analytics ? await activities(request, ended, answers) : null;
  const joined: unknown[] = [];
  for (const one of found) {
    const timeline = known?.get(one.id) ?? (await timelineOf(request, one, known !== null, answers));
    const earlierTimelines = await earlierOf(request, { id: one.id, timeline, answers });
    joined.push({ ...one, timeline, ...(earlierTimelines.length > 0 ? { earlierTimelines } : {}) });
  }
  return { joined, answers };
}

/**
 * Null where there is none: 204 for runs that never began, and for old ones whose timeline was cleared away.
 * https://learn.microsoft.com/en-us/rest/api/azure/devops/build/timeline/get
 */
async function timelineOf(
  request: InScope,
  { id, status, deleted }: RawRun,
  isKnown: boolean,
  answers: AnswerInfo[],
): Promise<unknown> {
  if (deleted || (isKnown && status === "completed")) return null;
  return recordsOf(request, `${builds(request.scope)}/${id}/timeline`, answers);
}

const withEarlier = z.array(
  z.object({ type: z.string(), previousAttempts: z.array(z.object({ timelineId: z.string() })).nullish() }),
);
const STARTED_AGAIN = new Set(["Stage", "Phase", "Job"]);

/** What was started again has the attempts before it in timelines of their own: one call each, for such runs alone. */
async function earlierOf(
  request: InScope,
  { id, timeline, answers }: { id: number; timeline: unknown; answers: AnswerInfo[] },
): Promise<unknown[]> {
  const known = withEarlier.safeParse(timeline).data ?? [];
  const parts = known.filter(({ type }) => STARTED_AGAIN.has(type));
  const ids = new Set(parts.flatMap(({ previousAttempts }) => (previousAttempts ?? []).map(({ timelineId }) => timelineId)));
  const earlier: unknown[] = [];
  for (const timelineId of ids) {
    const path = `${builds(request.scope)}/${id}/timeline/${encodeURIComponent(timelineId)}`;
    const found = await recordsOf(request, path, answers);
    if (found) earlier.push(found);
  }
  return earlier;
}

async function recordsOf({ api, config }: InScope, path: string, answers: AnswerInfo[]): Promise<unknown[] | null> {
  const answer = await unlessGone(api.get(path, version(config)));
  if (!answer) return null;
  answers.push(answer);
  return (answer.body as { records?: unknown[] } | null)?.records ?? null;
}
