import { compareInstants, lastInstant, type Instant } from "../../../domain/instant.ts";
import type { Answer, Counted, Scope } from "../../../ingest/connector.ts";
import { SkippableError } from "../../../ingest/errors.ts";
import { nextLink } from "../../../ingest/paging.ts";
import type { Reading } from "../graphql.ts";
import { windowStuck } from "../problems.ts";

/** What the list of runs has to have before its records are checked one by one. */
export interface RawRun {
  readonly id: number;
  readonly created_at: Instant;
  readonly updated_at?: Instant;
  readonly run_attempt?: number;
  readonly run_started_at?: Instant;
  readonly check_suite_node_id?: string;
}

type In = Reading & { readonly scope: Scope };
/** The next page holds runs created at or before this instant; `page` counts only where one second fills whole pages. */
export type Position = { readonly before: Instant | null; readonly page: number };

export interface RunPage {
  readonly answer: Answer;
  readonly runs: readonly RawRun[];
  readonly next: Position | null;
  readonly total: number | null;
}

const MOST_PAGES = 10;

/**
 * Runs newest first. GitHub shows at most 1,000 runs of any window, so every page closes the window at the oldest run
 * that it brought: no window is ever read further than it reaches, and runs that come or go meanwhile shift nothing.
 */
export async function* runPages(reading: In, range: { since: Instant | null; from: Position }): AsyncGenerator<RunPage> {
  const { api, scope } = reading;
  let position: Position | null = range.from;
  let seen = new Set<number>();
  while (position) {
    const answer = await api.get(`/repos/${scope.name}/actions/runs`, {
      per_page: 100,
      page: position.page,
      created: windowOf(range.since, position.before),
    });
    const { workflow_runs: all = [], total_count: total = null } = answer.body as {
      workflow_runs?: RawRun[];
      total_count?: number;
    };
    const runs = all.filter(({ id }) => !seen.has(id));
    position = nextLink(answer.headers.link) ? after(all, position, scope) : null;
    yield { answer, runs, next: position, total };
    seen = new Set(all.map(({ id }) => id));
  }
}

/**
 * How many runs were created in a range, and how often they were started again, since each time costs a call: by the newest
 * hundred, and by as many hundreds between these and the oldest as `calls` allows.
 */
export async function countRuns(
  { api, scope }: Pick<In, "api" | "scope">,
  { since, until, calls }: { since: Instant | null; until: Instant | null; calls: number },
): Promise<Counted | null> {
  const created = windowOf(since, until);
  const listed = async (page: number) =>
    (await api.get(`/repos/${scope.name}/actions/runs`, { per_page: 100, page, created })).body as {
      workflow_runs?: RawRun[];
      total_count?: number;
    };
  const { workflow_runs: runs = [], total_count: records } = await listed(1);
  if (records === undefined) return null;
  const pages = Math.min(Math.ceil(records / 100), MOST_PAGES);
  const further = Math.min(calls, pages) - 1;
  for (let look = 1; look <= further; look++)
    runs.push(...((await listed(1 + Math.round((look * (pages - 1)) / further))).workflow_runs ?? []));
  const earlier = runs.reduce((sum, { run_attempt: attempt = 1 }) => sum + attempt - 1, 0);
  return { records, callsPerRecord: runs.length === 0 ? 0 : earlier / runs.length };
}

function after(runs: readonly RawRun[], { before, page }: Position, scope: Scope): Position | null {
  const oldest = lastInstant(runs.map((run) => run.created_at));
  if (oldest === null) return null;
  if (before === null || compareInstants(oldest, before) < 0) return { before: oldest, page: 1 };
  if (page >= MOST_PAGES) throw windowStuck(scope.name, oldest);
  return { before, page: page + 1 };
}

/** https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates */
function windowOf(since: Instant | null, before: Instant | null): string | undefined {
  const [low, high] = [since && wholeSecond(since, Math.floor), before && wholeSecond(before, Math.ceil)];
  if (low && high) return `${low}..${high}`;
  return low ? `>=${low}` : high ? `<=${high}` : undefined;
}

const wholeSecond = (instant: Instant, round: (value: number) => number): Instant =>
  new Date(round(Date.parse(instant) / 1000) * 1000).toISOString().replace(".000Z", "Z");

/** One run; null when it is no longer there. */
export async function runById({ api, scope }: In, id: number, attempt?: number): Promise<{ run: RawRun; answer: Answer } | null> {
  const path = `/repos/${scope.name}/actions/runs/${id}${attempt === undefined ? "" : `/attempts/${attempt}`}`;
  const answer = await unlessGone(api.get(path));
  return answer && { run: answer.body as RawRun, answer };
}

/** Runs and attempts are deleted by retention rules: that single ones are gone is an answer, not a failure. */
export async function unlessGone(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SkippableError && error.status === 404) return null;
    throw error;
  }
}
