import type { Millis, PlanIssue, Planning, PlanSprint, StatusName } from "./planning-model.ts";

/** What was planted for one issue, from the plan and not from what is served. Durations in milliseconds. */
export interface TruthIssue {
  readonly id: number;
  readonly key: string;
  readonly previousKeys: readonly string[];
  /** Time spent in each status so far; the status it is in now counts up to the end of history. */
  readonly inStatus: Partial<Record<StatusName, number>>;
  readonly startedAt: Millis | null;
  /** Beginning of the unbroken stay in Done it is in now. */
  readonly doneAt: Millis | null;
  readonly isCanceled: boolean;
}

/** The ledger of one started sprint; points that are unknown count as zero. */
export interface TruthSprint {
  readonly id: number;
  readonly committedItems: number;
  readonly committedPoints: number;
  readonly addedItems: number;
  readonly addedPoints: number;
  readonly deliveredItems: number;
  readonly deliveredPoints: number;
}

export interface PlanningTruth {
  readonly issues: readonly TruthIssue[];
  readonly sprints: readonly TruthSprint[];
}

export const tellPlanning = (planning: Planning): PlanningTruth => ({
  issues: planning.issues.map((issue) => issueTruth(issue, planning.now)),
  sprints: planning.sprints.filter(({ startedAt }) => startedAt !== null).map((sprint) => sprintTruth(sprint, planning)),
});

interface Stay {
  readonly status: StatusName;
  readonly from: Millis;
  readonly to: Millis | null;
}

function stays(issue: PlanIssue): Stay[] {
  const moves = issue.changes.flatMap((change) => (change.field === "status" ? [change] : []));
  const starts = [
    { status: moves[0]?.from ?? issue.status, from: issue.createdAt },
    ...moves.map(({ to, at }) => ({ status: to, from: at })),
  ];
  return starts.map((start, index) => ({ ...start, to: starts[index + 1]?.from ?? null }));
}

const IN_PROGRESS = new Set<StatusName>(["In Progress", "In Review", "Blocked"]);

function issueTruth(issue: PlanIssue, now: Millis): TruthIssue {
  const all = stays(issue);
  const inStatus: Partial<Record<StatusName, number>> = {};
  for (const { status, from, to } of all) inStatus[status] = (inStatus[status] ?? 0) + (to ?? now) - from;
  const last = all.at(-1)!;
  return {
    id: issue.id,
    key: issue.key,
    previousKeys: issue.changes.flatMap((change) => (change.field === "project" ? [change.fromKey] : [])),
    inStatus,
    startedAt: all.find(({ status }) => IN_PROGRESS.has(status))?.from ?? null,
    doneAt: last.status === "Done" ? last.from : null,
    isCanceled: issue.resolution === "Won't Do",
  };
}

/** The value of a field as of an instant; a change exactly at it counts. */
function asOf<Value>(issue: PlanIssue, at: Millis, { field, first }: { field: string; first: Value }): Value {
  let value = first;
  for (const change of issue.changes) if (change.field === field && change.at <= at) value = change.to as Value;
  return value;
}

/** `docs/design/metrics.md` §3.4, for what the generator does: sub-tasks do not count, nothing is done before it was added. */
function sprintTruth(sprint: PlanSprint, { issues, now }: Planning): TruthSprint {
  const start = sprint.startedAt!;
  const end = sprint.completedAt ?? now;
  const sum = { committedItems: 0, committedPoints: 0, addedItems: 0, addedPoints: 0, deliveredItems: 0, deliveredPoints: 0 };
  for (const issue of issues) {
    if (issue.type === "Sub-task" || issue.hidesHistory) continue;
    const isIn = (at: Millis) => asOf<readonly PlanSprint[]>(issue, at, { field: "sprint", first: [] }).includes(sprint);
    const points = (at: Millis) => asOf<number | null>(issue, at, { field: "points", first: null }) ?? 0;
    const joined = issue.changes.find((change) => change.field === "sprint" && change.to.includes(sprint));
    if (!joined || joined.at >= end) continue;
    if (isIn(start)) {
      sum.committedItems++;
      sum.committedPoints += points(start);
    } else if (joined.at > start) {
      sum.addedItems++;
      sum.addedPoints += points(joined.at);
    } else continue;
    const isDone = asOf<StatusName>(issue, end, { field: "status", first: "To Do" }) === "Done";
    if (!isDone || !isIn(end)) continue;
    sum.deliveredItems++;
    sum.deliveredPoints += points(end);
  }
  return { id: sprint.id, ...sum };
}
