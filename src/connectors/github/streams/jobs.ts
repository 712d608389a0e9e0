import { compareInstants, instantIn, type Instant } from "../../../domain/instant.ts";
import type { AnswerInfo, Scope } from "../../../ingest/connector.ts";
import { nextLink } from "../../../ingest/paging.ts";
import { ask, completeLists, dataOf, points, type Reading, type Thing } from "../graphql.ts";
import { checkSuiteLists, checkSuites } from "../selections.ts";
import { type RawRun, runById, unlessGone } from "./run-list.ts";

type In = Reading & { readonly scope: Scope };

/** One attempt with its jobs, as `records.ts` reads it. */
interface Joined {
  readonly run: RawRun;
  readonly attempts: number;
  readonly checkRuns?: readonly Thing[];
  readonly jobs?: readonly Thing[];
}

/** Runs with all their attempts, and the jobs of each: those of a hundred runs in one query. */
export async function joinJobs(reading: In, runs: readonly RawRun[]): Promise<{ records: Joined[]; answers: AnswerInfo[] }> {
  if (runs.length === 0) return { records: [], answers: [] };
  const answers: AnswerInfo[] = [];
  const suites = await suitesOf(reading, runs, answers);
  const records: Joined[] = [];
  for (const [index, run] of runs.entries()) {
    const attempts = [...(await earlierAttempts(reading, run, answers)), run];
    const checks = suites[index];
    for (const [position, each] of attempts.entries()) {
      const own = checks?.filter((check) => startedWithin(check, each, attempts[position + 1]));
      const isKnown = own && (own.length > 0 || each === run);
      const jobs = isKnown ? { checkRuns: own } : { jobs: await jobsOf(reading, each, answers) };
      records.push({ run: each, attempts: run.run_attempt ?? 1, ...jobs });
    }
  }
  return { records, answers };
}

/** Check runs of each run's suite, in the order of the runs; null where the credential may not read checks. */
async function suitesOf(reading: In, runs: readonly RawRun[], answers: AnswerInfo[]): Promise<(readonly Thing[] | null)[]> {
  const { query, connections } = checkSuites(reading.config.steps);
  const size = reading.api.pageSize("jobs", { start: 100, min: 5, max: 100 });
  const found: (readonly Thing[] | null)[] = [];
  while (found.length < runs.length) {
    let ids: string[] = [];
    const answer = await size.ask((most) => {
      ids = runs.slice(found.length, found.length + most).map((run) => run.check_suite_node_id ?? "");
      return ask(reading, query, { variables: { ids }, cost: points(ids.length * connections) });
    });
    const suites = (dataOf(answer).nodes ?? []) as (Thing | null)[];
    answers.push(
      answer,
      ...(await completeLists(
        reading,
        suites.filter((suite) => suite !== null),
        checkSuiteLists(reading.config.steps),
      )),
    );
    for (const index of ids.keys()) {
      const checks = suites[index]?.checkRuns as { nodes?: (Thing | null)[] } | null | undefined;
      found.push(checks?.nodes?.filter((check) => check !== null) ?? null);
    }
  }
  return found;
}

/** The list knows the latest attempt only; earlier ones may have been deleted. */
async function earlierAttempts(reading: In, run: RawRun, answers: AnswerInfo[]): Promise<RawRun[]> {
  const earlier: RawRun[] = [];
  for (let attempt = 1; attempt < (run.run_attempt ?? 1); attempt++) {
    const found = await runById(reading, run.id, attempt);
    if (!found) continue;
    answers.push(found.answer);
    earlier.push(found.run);
  }
  return earlier;
}

/** A suite holds the jobs of all attempts; a job belongs to the attempt during which it started. */
function startedWithin(check: Thing, attempt: RawRun, next: RawRun | undefined): boolean {
  const started = instantIn(check.startedAt);
  if (!started) return next === undefined;
  const [begun, ended] = [startOf(attempt), next && startOf(next)];
  const isAfter = (attempt.run_attempt ?? 1) === 1 || !begun || compareInstants(started, begun) >= 0;
  return isAfter && (!ended || compareInstants(started, ended) < 0);
}

const startOf = (run: RawRun): Instant | null => instantIn(run.run_started_at) ?? instantIn(run.created_at);

/** https://docs.github.com/en/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run-attempt */
async function jobsOf({ api, scope }: In, run: RawRun, answers: AnswerInfo[]): Promise<Thing[]> {
  const path = `/repos/${scope.name}/actions/runs/${run.id}/attempts/${run.run_attempt ?? 1}/jobs`;
  const jobs: Thing[] = [];
  let answer = await unlessGone(api.get(path, { per_page: 100 }));
  while (answer) {
    answers.push(answer);
    jobs.push(...((answer.body as { jobs?: Thing[] }).jobs ?? []));
    const next = nextLink(answer.headers.link);
    answer = next ? await unlessGone(api.get(next)) : null;
  }
  return jobs;
}
