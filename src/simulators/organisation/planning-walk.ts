import type { Person } from "./model.ts";
import type { Millis, PlanChange, PlanIssue, PlanSprint, PlanVersion, StatusName } from "./planning-model.ts";
import type { Random } from "./random.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

interface Ground {
  readonly random: Random;
  readonly people: readonly Person[];
  readonly sprints: readonly PlanSprint[];
  readonly versions: readonly PlanVersion[];
  readonly now: Millis;
}

/** Leads one issue through its life: planned, estimated, worked on, finished or not. What would come after now does not happen. */
export function walk(issue: PlanIssue, ground: Ground) {
  const change = recorder(issue, ground.now);
  live(issue, ground, change);
  carryOver(issue, ground, change);
  issue.changes.sort((a, b) => a.at - b.at);
}

function live(issue: PlanIssue, ground: Ground, change: Recorder) {
  const { random, now, people } = ground;
  const owner = issue.pullRequest?.author ?? random.pick(people);
  let at = issue.createdAt + random.int(2, 180) * MINUTE;
  change({ field: "description", at, actor: issue.reporter, from: null, to: null });
  if (issue.type === "Epic") return;
  if (random.chance(0.8)) at = estimate(issue, at, { change, random });
  const sprint = plan(issue, at, ground, change);
  const opened = issue.pullRequest ? issue.pullRequest.openedAt * 1000 : null;
  const earliest = Math.max(at, sprint ? sprint.startsAt : at) + random.int(1, 60) * HOUR;
  const startedAt = opened === null ? earliest : Math.max(at + MINUTE, opened - random.int(1, 20) * HOUR);
  change({ field: "assignee", at: startedAt - MINUTE / 2, actor: owner, from: null, to: owner });
  if (random.chance(0.12)) return leave(issue, startedAt, { change, random, sprint });
  move(issue, startedAt, owner, "In Progress", change);
  let time = startedAt + random.around(20, 0.9) * HOUR;
  if (random.chance(0.15)) time = block(issue, time, { change, random, owner });
  talk(issue, { random, people, owner, from: startedAt, now });
  const merged = issue.pullRequest?.mergedAt ?? null;
  if (opened !== null && merged === null) return;
  move(issue, time, owner, "In Review", change);
  time =
    merged === null ? time + random.around(9, 0.8) * HOUR : Math.max(time + MINUTE, merged * 1000 + random.int(5, 90) * MINUTE);
  if (random.chance(0.1)) hand(issue, time - MINUTE, { change, to: random.pick(people), actor: owner });
  finish(issue, time, { change, owner, ground });
}

type Recorder = (entry: PlanChange) => boolean;

/** Writes a change down and applies it, unless it lies in the future. */
const recorder =
  (issue: PlanIssue, now: Millis): Recorder =>
  (given) => {
    const entry = { ...given, at: Math.round(given.at) };
    if (entry.at >= now) return false;
    issue.changes.push(entry);
    issue.updatedAt = Math.max(issue.updatedAt, entry.at);
    if (entry.field === "status") issue.status = entry.to;
    if (entry.field === "assignee") issue.assignee = entry.to;
    if (entry.field === "sprint") issue.sprints = entry.to;
    if (entry.field === "points") issue.points = entry.to;
    if (entry.field === "priority") issue.priority = entry.to;
    if (entry.field === "resolution")
      Object.assign(issue, { resolution: entry.to, resolvedAt: entry.to === null ? null : entry.at });
    if (entry.field === "flagged") issue.isFlagged = entry.to;
    if (entry.field === "version") issue.version = entry.to;
    return true;
  };

const move = (issue: PlanIssue, at: Millis, actor: Person, to: StatusName, change: Recorder) =>
  issue.status !== to && change({ field: "status", at, actor, from: issue.status, to });

function estimate(issue: PlanIssue, at: Millis, { change, random }: { change: Recorder; random: Random }): Millis {
  const first = at + random.int(1, 30) * HOUR;
  change({ field: "points", at: first, actor: issue.reporter, from: null, to: random.pick([1, 2, 3, 5, 8]) });
  return first;
}

/** Most are planned before the sprint starts; some are added while it runs. */
function plan(issue: PlanIssue, at: Millis, { random, sprints }: Ground, change: Recorder): PlanSprint | null {
  if (random.chance(0.15)) return null;
  const isLate = random.chance(0.2);
  const target = issue.pullRequest
    ? sprints.find((sprint) => sprint.endsAt > issue.pullRequest!.openedAt * 1000)
    : sprints.find((sprint) => (isLate ? sprint.endsAt - 3 * DAY : sprint.startsAt - HOUR) > at);
  if (!target) return null;
  const planned = isLate
    ? Math.max(at + MINUTE, target.startsAt + random.int(1, 6) * DAY)
    : Math.max(at + MINUTE, target.startsAt - random.int(1, 40) * HOUR);
  if (!change({ field: "sprint", at: planned, actor: issue.reporter, from: [], to: [target] })) return null;
  if (issue.points !== null && random.chance(0.15)) {
    const again = Math.max(planned + MINUTE, target.startsAt + random.int(1, 8) * DAY);
    change({ field: "points", at: again, actor: issue.reporter, from: issue.points, to: issue.points + random.pick([-1, 2, 3]) });
  }
  return target;
}

/** Never started: it stays, or is taken out of the sprint. */
function leave(
  issue: PlanIssue,
  at: Millis,
  { change, random, sprint }: { change: Recorder; random: Random; sprint: PlanSprint | null },
) {
  if (sprint && random.chance(0.5))
    change({ field: "sprint", at: Math.max(at, sprint.startsAt + DAY), actor: issue.reporter, from: issue.sprints, to: [] });
}

function block(
  issue: PlanIssue,
  at: Millis,
  { change, random, owner }: { change: Recorder; random: Random; owner: Person },
): Millis {
  move(issue, at, owner, "Blocked", change);
  change({ field: "flagged", at, actor: owner, from: false, to: true });
  const until = at + random.around(18, 0.7) * HOUR;
  change({ field: "flagged", at: until, actor: owner, from: true, to: false });
  move(issue, until, owner, "In Progress", change);
  return until + random.int(1, 9) * HOUR;
}

const hand = (issue: PlanIssue, at: Millis, { change, to, actor }: { change: Recorder; to: Person; actor: Person }) =>
  to !== issue.assignee && change({ field: "assignee", at, actor, from: issue.assignee, to });

function finish(issue: PlanIssue, at: Millis, { change, owner, ground }: { change: Recorder; owner: Person; ground: Ground }) {
  const { random, versions } = ground;
  const resolution = random.chance(0.06) ? "Won't Do" : "Done";
  move(issue, at, owner, "Done", change);
  change({ field: "resolution", at, actor: owner, from: null, to: resolution });
  const version = versions.find(({ releasedAt }) => releasedAt === null || releasedAt * 1000 > at);
  if (version && random.chance(0.6)) change({ field: "version", at: at + MINUTE, actor: owner, from: null, to: version });
  if (!random.chance(0.07) || issue.pullRequest) return;
  const back = at + random.int(4, 70) * HOUR;
  if (!change({ field: "status", at: back, actor: issue.reporter, from: "Done", to: "In Progress" })) return;
  change({ field: "resolution", at: back, actor: issue.reporter, from: resolution, to: null });
  const again = back + random.int(3, 40) * HOUR;
  if (change({ field: "status", at: again, actor: owner, from: "In Progress", to: "Done" }))
    change({ field: "resolution", at: again, actor: owner, from: null, to: "Done" });
}

/** When a sprint is closed, what is not done goes to the next; the closed one stays in the field. */
function carryOver(issue: PlanIssue, { sprints }: Ground, change: Recorder) {
  for (let last = issue.sprints.at(-1); last?.completedAt; last = issue.sprints.at(-1)) {
    const closed = last.completedAt;
    const doneBefore = issue.changes.findLast((entry) => entry.field === "status" && entry.at <= closed);
    if (doneBefore?.field === "status" && doneBefore.to === "Done") return;
    const next = sprints[sprints.indexOf(last) + 1];
    if (!next || !change({ field: "sprint", at: closed, actor: null, from: issue.sprints, to: [...issue.sprints, next] })) return;
  }
}

function talk(
  issue: PlanIssue,
  { random, people, owner, from, now }: { random: Random; people: readonly Person[]; owner: Person; from: Millis; now: Millis },
) {
  const many = random.chance(0.003) ? 45 : random.int(0, 3);
  for (let i = 0; i < many; i++) {
    const at = Math.round(from + random.int(1, 300) * 10 * MINUTE + i);
    if (at >= now) continue;
    issue.comments.push({ author: random.pick(people), at, body: "I can reproduce this." });
    if (i % 2 === 0) issue.worklogs.push({ author: owner, at, seconds: random.int(1, 16) * 900 });
    issue.updatedAt = Math.max(issue.updatedAt, at);
  }
}
