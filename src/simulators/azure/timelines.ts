import type { Attempt, Conclusion, Job, Run } from "../organisation/index.ts";
import { deploymentJob } from "./model.ts";
import { guid, iso, isoOrNull, type Json } from "./wire.ts";

/* What a run did, attempt by attempt. https://learn.microsoft.com/en-us/rest/api/azure/devops/build/timeline/get */

export const results: Readonly<Record<Conclusion, string>> = {
  success: "succeeded",
  failure: "failed",
  timed_out: "failed",
  startup_failure: "failed",
  cancelled: "canceled",
  stale: "canceled",
  skipped: "skipped",
  neutral: "partiallySucceeded",
  action_required: "none",
};
const stateOf = (status: Attempt["status"]): string =>
  ({ completed: "completed", in_progress: "inProgress" })[status as string] ?? "pending";
export const stageOf = (run: Run): string => (deploymentJob(run) ? "Deploy" : "Build");

export const timelineIdOf = (id: number, { number }: Attempt): string => guid(`run:${id}:timeline:${number}`);

/** What ran once more names its earlier attempts by timeline and record. */
export function timelineRecords(run: Run, attempt: Attempt): Json[] {
  const { number } = attempt;
  const part = (name: string) => guid(`run:${run.id}:${name}`);
  const stageId = (of: Attempt) => part(of.number === 1 ? "stage" : `stage:${of.number}`);
  const before = run.attempts.filter((one) => one.number < number);
  const earlier = (recordId: (of: Attempt) => string | null) =>
    before.flatMap((one) => {
      const id = recordId(one);
      return id === null ? [] : [{ attempt: one.number, timelineId: timelineIdOf(run.id, one), recordId: id }];
    });
  const jobs = attempt.jobs.flatMap((job, index) => {
    const idOf = (name: string) => (of: Attempt) => {
      const same = of.jobs.find((one) => one.name === job.name);
      return same ? part(`${name}:${same.id}`) : null;
    };
    const common = { attempt: number, previousAttempts: [] };
    const [phase, own] = [part(`phase:${job.id}`), part(`job:${job.id}`)];
    const tasks = job.steps.map((name, position) => ({
      // A task is not started again by itself.
      attempt: 1,
      previousAttempts: [],
      id: part(`${job.id}:${position}`),
      parentId: own,
      type: "Task",
      name,
      ...timesOf(job),
      order: position + 1,
    }));
    return [
      {
        ...common,
        previousAttempts: earlier(idOf("phase")),
        id: phase,
        parentId: stageId(attempt),
        type: "Phase",
        name: job.name,
        ...timesOf(job),
        order: index + 1,
      },
      {
        ...common,
        previousAttempts: earlier(idOf("job")),
        id: own,
        parentId: phase,
        type: "Job",
        name: job.name,
        ...timesOf(job),
        workerName: job.runnerId === null ? null : `agent-${job.runnerId % 20}`,
        order: 1,
      },
      ...tasks,
    ];
  });
  const stage = {
    id: stageId(attempt),
    parentId: null,
    type: "Stage",
    name: stageOf(run),
    ...spanOf(attempt),
    order: 1,
    attempt: number,
    previousAttempts: earlier(stageId),
  };
  return [stage, ...jobs];
}

export const timesOf = (job: Job) => ({
  startTime: isoOrNull(job.startedAt),
  finishTime: isoOrNull(job.completedAt),
  state: stateOf(job.status),
  result: job.conclusion ? results[job.conclusion] : null,
  ...(job.conclusion === "failure" && { issues: [{ type: "error", message: "The process failed with exit code 1." }] }),
});

const spanOf = ({ status, conclusion, startedAt, updatedAt }: Attempt) => ({
  startTime: iso(startedAt),
  finishTime: status === "completed" ? iso(updatedAt) : null,
  state: stateOf(status),
  result: conclusion ? results[conclusion] : null,
});
