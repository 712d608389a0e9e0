import { afterWorking, DAY, MINUTE, WEEK, workMoment } from "./calendar.ts";
import type { Issue, Label, Milestone, Person, PullRequest, Seconds, TimelineEvent } from "./model.ts";
import { issueTitle } from "./text.ts";
import { member, type World } from "./world.ts";

export interface PlannedIssue {
  readonly type: "feature" | "bug" | "task" | "incident";
  readonly title: string;
  readonly body: string;
  readonly author: Person;
  readonly createdAt: Seconds;
  /** Closed at this instant unless a pull request closes it. */
  closedAt: Seconds | null;
  isTaken: boolean;
  number: number;
}

/** Issues people wrote, in order of creation; forks have theirs switched off. */
export function planIssues(world: World): PlannedIssue[] {
  const { random, plan } = world;
  if (plan.parent !== null) return [];
  const count = Math.round(plan.pullRequests * 0.55);
  const created = Array.from({ length: count }, () => random.between(world.from, world.to)).sort((a, b) => a - b);
  return created.map((time) => {
    const author = random.chance(0.8) ? member(world) : random.pick(world.staff.people);
    const createdAt = workMoment(author, time, random);
    const type = random.weighted<PlannedIssue["type"]>([
      ["feature", 50],
      ["bug", 33],
      ["task", 17],
    ]);
    const closedAt = random.chance(0.75) ? afterWorking(author, createdAt + random.around(9, 1.1) * DAY, 1) : null;
    return {
      type,
      title: issueTitle(world, type),
      body: "As written in the title; details in the comments.",
      author,
      createdAt,
      closedAt,
      isTaken: false,
      number: 0,
    };
  });
}

/** An issue that is free to be worked on at an instant; the newest first. */
export function takeIssue(world: World, issues: PlannedIssue[], at: Seconds): PlannedIssue | null {
  const candidates: PlannedIssue[] = [];
  for (let i = issues.length - 1; i >= 0 && candidates.length < 6; i--) {
    const issue = issues[i]!;
    if (issue.createdAt < at - DAY && !issue.isTaken && (issue.closedAt === null || issue.closedAt > at)) candidates.push(issue);
  }
  if (!candidates.length) return null;
  const taken = world.random.pick(candidates);
  taken.isTaken = true;
  return taken;
}

export interface IssueParts {
  labels: ReadonlyMap<string, Label>;
  milestones: readonly Milestone[];
  /** Pull requests that say they close it. */
  closers: readonly PullRequest[];
}

/** The issue as it stands now, with its timeline. */
export function realiseIssue(world: World, planned: PlannedIssue, parts: IssueParts): Issue {
  const { random, now } = world;
  const label = parts.labels.get(planned.type === "feature" ? "enhancement" : planned.type)!;
  const assignee = member(world);
  const merged = parts.closers.find((request) => request.mergedAt !== null);
  const milestone = random.chance(0.4) ? (parts.milestones.find((entry) => entry.dueAt! > planned.createdAt) ?? null) : null;
  const issue: Issue = {
    id: world.nextId(),
    number: planned.number,
    title: planned.title,
    body: planned.body,
    author: planned.author,
    state: "open",
    stateReason: null,
    createdAt: planned.createdAt,
    updatedAt: planned.createdAt,
    closedAt: null,
    closedBy: null,
    labels: [label],
    assignees: [],
    milestone,
    comments: [],
    events: [],
    closedByPullRequests: [...parts.closers],
    fields: null,
  };
  const add = (event: Omit<TimelineEvent, "id">) => event.at <= now && issue.events.push({ id: world.nextId(), ...event });
  add({ kind: "labeled", at: planned.createdAt + 1, actor: planned.author, label });
  if (milestone) add({ kind: "milestoned", at: planned.createdAt + 2, actor: planned.author, milestone: milestone.title });
  assign(world, issue, assignee);
  discuss(world, issue, assignee);
  const closedAt = planned.isTaken ? (merged?.mergedAt ?? null) : planned.closedAt;
  if (closedAt !== null && closedAt <= now) close(world, issue, { at: closedAt, merged: merged ?? null, assignee });
  issue.events.sort((a, b) => a.at - b.at);
  issue.updatedAt = Math.max(
    issue.createdAt,
    issue.closedAt ?? 0,
    ...issue.events.map((event) => event.at),
    ...issue.comments.map((comment) => comment.createdAt),
  );
  addFields(world, issue, planned);
  return issue;
}

function assign(world: World, issue: Issue, assignee: Person) {
  const { random, now } = world;
  const at = issue.createdAt + random.int(5, 600) * MINUTE;
  if (at > now || !random.chance(0.8)) return;
  if (random.chance(0.1)) {
    const first = member(world, assignee);
    issue.events.push({ id: world.nextId(), kind: "assigned", at, actor: issue.author, subject: first });
    issue.events.push({
      id: world.nextId(),
      kind: "unassigned",
      at: Math.min(now, at + 600),
      actor: issue.author,
      subject: first,
    });
  }
  issue.events.push({
    id: world.nextId(),
    kind: "assigned",
    at: Math.min(now, at + 601),
    actor: issue.author,
    subject: assignee,
  });
  issue.assignees.push(assignee);
}

function discuss(world: World, issue: Issue, assignee: Person) {
  const { random, now } = world;
  let at = issue.createdAt;
  for (let i = random.int(0, 2); i > 0; i--) {
    at = afterWorking(assignee, at, random.around(4, 1));
    if (at > now) return;
    issue.comments.push({
      id: world.nextId(),
      author: i % 2 ? assignee : issue.author,
      body: "I can reproduce this.",
      createdAt: at,
      updatedAt: at,
    });
  }
}

function close(world: World, issue: Issue, end: { at: Seconds; merged: PullRequest | null; assignee: Person }) {
  const { random, now } = world;
  const actor = end.merged?.mergedBy ?? end.assignee;
  const reason = !end.merged && random.chance(0.12) ? "not_planned" : "completed";
  issue.events.push({
    id: world.nextId(),
    kind: "closed",
    at: end.at,
    actor,
    stateReason: reason,
    source: end.merged ?? undefined,
  });
  Object.assign(issue, { state: "closed", closedAt: end.at, closedBy: actor, stateReason: reason });
  if (end.merged || !random.chance(0.06)) return;
  const reopenedAt = end.at + random.int(1, 6) * DAY;
  if (reopenedAt > now) return;
  issue.events.push({ id: world.nextId(), kind: "reopened", at: reopenedAt, actor: issue.author });
  const again = reopenedAt + random.int(1, 9) * DAY;
  if (again > now) return void Object.assign(issue, { state: "open", closedAt: null, closedBy: null, stateReason: "reopened" });
  issue.events.push({ id: world.nextId(), kind: "closed", at: again, actor, stateReason: "completed" });
  Object.assign(issue, { closedAt: again, stateReason: "completed" });
}

/** Fields of the team's board: status, two-week iteration and points. */
function addFields(world: World, issue: Issue, planned: PlannedIssue) {
  const { random, now } = world;
  if (planned.type === "incident" || random.chance(0.15)) return;
  const isAssigned = issue.assignees.length > 0;
  const openStatus = isAssigned ? (random.chance(0.3) ? "In review" : "In progress") : random.chance(0.5) ? "Backlog" : "Ready";
  const workedAt = issue.closedAt ?? (isAssigned ? now : null);
  issue.fields = {
    item: world.nextId(),
    team: world.team,
    status: issue.state === "closed" ? "Done" : openStatus,
    iteration: workedAt !== null ? Math.floor(workedAt / (2 * WEEK)) : null,
    points: random.chance(0.8) ? random.pick([1, 2, 3, 5, 8]) : null,
    updatedAt: issue.updatedAt,
  };
}
