import type { Attempt, History, Run } from "../../organisation/index.ts";
import { indexed, lastAttempt, runById, sorted } from "../state.ts";
import { job, run, workflow } from "./render-actions.ts";
import { notFound, page, refusal, type RepositoryRequest, type RepositoryRoute, type RestAnswer } from "./request.ts";

/** A filtered list of runs never gives more than this. https://docs.github.com/en/rest/actions/workflow-runs */
const FILTERED_CAP = 1000;

/** Actions. https://docs.github.com/en/rest/actions */
export const actionRoutes: Record<string, RepositoryRoute> = {
  "actions/workflows": (call) =>
    page(call, { list: call.history.workflows, render: (entry) => workflow(call, entry), envelope: "workflows" }),
  "actions/workflows/:id": (call) => {
    const entry = call.history.workflows.find(
      (each) => String(each.id) === call.params.id || each.path.endsWith(`/${call.params.id}`),
    );
    return entry ? { body: workflow(call, entry) } : notFound();
  },
  "actions/workflows/:id/runs": (call) =>
    runs(call, (entry) => String(entry.workflow.id) === call.params.id || entry.workflow.path.endsWith(`/${call.params.id}`)),
  "actions/runs": (call) => runs(call, () => true),
  "actions/runs/:id": (call) => withRun(call, (entry) => ({ body: run(call, entry, withRequests(call)) })),
  "actions/runs/:id/attempts/:attempt": (call) =>
    withAttempt(call, (entry, attempt) => ({ body: run(call, entry, { attempt, ...withRequests(call) }) })),
  "actions/runs/:id/attempts/:attempt/jobs": (call) => withAttempt(call, (entry, attempt) => jobs(call, entry, [attempt])),
  "actions/runs/:id/jobs": (call) => {
    const stray = call.history.strayJobs.get(Number(call.params.id));
    if (stray) return page(call, { list: stray, render: (entry) => entry, envelope: "jobs" });
    return withRun(call, (entry) =>
      jobs(call, entry, call.query.get("filter") === "all" ? entry.attempts : [lastAttempt(entry)]),
    );
  },
  "actions/jobs/:id": (call) => {
    for (const list of call.history.strayJobs.values())
      for (const entry of list) if (String(entry.id) === call.params.id) return { body: entry };
    const found = jobsById(call.history).get(Number(call.params.id));
    return found ? { body: job(call, found.job, found) } : notFound();
  },
};

const withRequests = (call: RepositoryRequest) => ({ withRequests: call.query.get("exclude_pull_requests") !== "true" });

function runs(call: RepositoryRequest, isWanted: (entry: Run) => boolean): RestAnswer {
  const { query, history } = call;
  const created = createdRange(query.get("created"));
  if (!created) return refusal(422, "Invalid created value");
  const status = query.get("status");
  const simple: [string, (entry: Run) => string | null][] = [
    ["event", (entry) => entry.event],
    ["branch", (entry) => entry.branch],
    ["head_sha", (entry) => entry.sha],
    ["actor", (entry) => entry.actor?.login ?? null],
    ["check_suite_id", (entry) => String(entry.suiteId)],
  ];
  const isFiltered = status !== null || query.has("created") || simple.some(([name]) => query.has(name));
  const newest = sorted(history, "runs:newest", () => [...history.runs].sort((a, b) => b.createdAt - a.createdAt || b.id - a.id));
  const list = newest.filter((entry) => {
    const last = lastAttempt(entry);
    const isInside = entry.createdAt >= created.from && entry.createdAt <= created.to;
    return (
      isInside &&
      isWanted(entry) &&
      (!status || last.status === status || last.conclusion === status) &&
      simple.every(([name, read]) => !query.has(name) || read(entry) === query.get(name))
    );
  });
  return page(call, {
    list,
    render: (entry) => run(call, entry, withRequests(call)),
    envelope: "workflow_runs",
    ...(isFiltered && { cap: FILTERED_CAP }),
  });
}

/** `A..B`, `>=A`, `<B`, `*..B`, a day, an instant: the search syntax for dates. */
function createdRange(text: string | null): { from: number; to: number } | null {
  if (!text) return { from: -Infinity, to: Infinity };
  const match = /^(?:(>=|<=|>|<)(.+)|(.+)\.\.(.+)|([^.]+(?:\.\d+)?[^.]*))$/.exec(text);
  if (!match) return null;
  const [, operator, operand, from, to, single] = match;
  const whole = single ?? operand;
  const start = (value: string) => (value === "*" ? -Infinity : Date.parse(value) / 1000);
  const end = (value: string) =>
    value === "*" ? Infinity : value.length === 10 ? Date.parse(value) / 1000 + 86_399 : Date.parse(value) / 1000;
  const range =
    from !== undefined && to !== undefined
      ? { from: start(from), to: end(to) }
      : operator === ">"
        ? { from: end(whole!) + 1, to: Infinity }
        : operator === ">="
          ? { from: start(whole!), to: Infinity }
          : operator === "<"
            ? { from: -Infinity, to: start(whole!) - 1 }
            : operator === "<="
              ? { from: -Infinity, to: end(whole!) }
              : { from: start(whole!), to: end(whole!) };
  return Number.isNaN(range.from) || Number.isNaN(range.to) ? null : range;
}

function withRun(call: RepositoryRequest, answer: (entry: Run) => RestAnswer): RestAnswer {
  const entry = runById(call.history, Number(call.params.id));
  return entry ? answer(entry) : notFound();
}

function withAttempt(call: RepositoryRequest, answer: (entry: Run, attempt: Attempt) => RestAnswer): RestAnswer {
  return withRun(call, (entry) => {
    const attempt = entry.attempts.find((each) => String(each.number) === call.params.attempt);
    return attempt ? answer(entry, attempt) : notFound();
  });
}

function jobs(call: RepositoryRequest, entry: Run, attempts: readonly Attempt[]): RestAnswer {
  const list = attempts.flatMap((attempt) => attempt.jobs.map((each) => ({ job: each, run: entry, attempt })));
  return page(call, { list, render: (each) => job(call, each.job, each), envelope: "jobs" });
}

/** Every job of a history by its id. */
export const jobsById = (history: History) =>
  indexed(history, "jobs", (h) =>
    h.runs.flatMap((entry) =>
      entry.attempts.flatMap((attempt) =>
        attempt.jobs.map((each): [number, { job: typeof each; run: Run; attempt: Attempt }] => [
          each.id,
          { job: each, run: entry, attempt },
        ]),
      ),
    ),
  );
