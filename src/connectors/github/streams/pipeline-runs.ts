import { addSeconds, compareInstants, type Instant, lastInstant } from "../../../domain/instant.ts";
import { type Page, type ReadKeysRequest, type ReadRequest, stream } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import { toRun } from "../map/run.ts";
import { attempt, type Attempt } from "../records-delivery.ts";
import { pipelineRunSweep } from "../sweeps.ts";
import { checkSuites } from "../selections.ts";
import { joinJobs } from "./jobs.ts";
import { countRuns, type Position, runById, runPages } from "./run-list.ts";

const A_DAY = 86_400;
/** A run may be started again for 30 days after its first start. https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs */
const WATCHED = 31 * A_DAY;
const SOON = 900;

const isRunning = ({ run }: Attempt): boolean => run.status !== "completed";
const key = ({ run }: Attempt): string => `${run.created_at}/${run.id}/${run.run_attempt}`;

/**
 * One record is one attempt. The list is by creation and has no filter by change: every refresh reads the last two days,
 * and each run is read again daily as long as somebody may start it once more.
 */
export const pipelineRuns = stream<Config, Attempt>({
  name: "pipeline_runs",
  docs: "https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository",
  level: "scope",
  record: attempt,
  key,
  changedAt: ({ run }) => run.updated_at,
  order: "descending",
  orderedBy: ({ run }) => run.created_at,
  overlapSeconds: 2 * A_DAY,
  isFinished: (record, { readAt }) =>
    record.run.run_attempt < record.attempts || compareInstants(readAt, addSeconds(record.run.created_at, WATCHED)) > 0,
  rereadSeconds: (record, { attempts }) => (isRunning(record) ? Math.min(SOON, 60 * 2 ** attempts) : A_DAY),
  read,
  readKeys,
  // A page begins with the last run of the one before; earlier attempts take a call each.
  cost: {
    recordsPerCall: 99,
    details: { share: 1, atOnce: 100, class: "graphql" },
    callsPerRecord: 0.05,
    adapted: ({ config: { steps } }) => ({
      details: { share: 1, atOnce: 100, class: "graphql", pointsPerRecord: checkSuites(steps).connections / 100 },
    }),
    count: ({ api, scope, ...range }) => countRuns({ api, scope }, range),
  },
  map: toRun,
  sweep: pipelineRunSweep,
  fills: ["pipeline_run", "pipeline_job", "pipeline_run_commit", "pipeline", "account"],
});

async function* read(request: ReadRequest<Config>): AsyncGenerator<Page> {
  const from = (request.position as Position | null) ?? { before: request.until, page: 1 };
  for await (const { answer, runs, next } of runPages(request, { since: request.since, from })) {
    const { records, answers } = await joinJobs(request, runs);
    const oldest = lastInstant(runs.map((run) => run.created_at));
    // Others of the same second may stand on the next page.
    const reached = next === null ? request.since : oldest === null ? null : addSeconds(oldest, 1);
    yield { records, answers: [answer, ...answers], position: next && { ...next }, reached };
  }
}

/**
 * Keys tell when their runs were created: runs that lie together are found by listing their time, a hundred a call.
 * What is thinly spread is asked for one by one.
 */
async function* readKeys(request: ReadKeysRequest<Config>): AsyncGenerator<Page> {
  const open = new Map(request.keys.map((name) => [Number(name.split("/")[1]), name.split("/")[0] as Instant]));
  const times = [...open.values()].sort(compareInstants);
  const [since, before] = [times[0], times.at(-1)];
  if (since === undefined || before === undefined) return;
  for await (const { answer, runs, next, total } of runPages(request, { since, from: { before, page: 1 } })) {
    const found = runs.filter(({ id }) => open.delete(id));
    const { records, answers } = await joinJobs(request, found);
    yield { records, answers: [answer, ...answers], position: null, reached: null };
    const isWorthwhile = open.size > 0 && (total ?? 0) / 100 < 2 + open.size / 2;
    if (next === null || !isWorthwhile) break;
  }
  for (const id of open.keys()) {
    const single = await runById(request, id);
    if (!single) continue;
    const { records, answers } = await joinJobs(request, [single.run]);
    yield { records, answers: [single.answer, ...answers], position: null, reached: null };
  }
}
