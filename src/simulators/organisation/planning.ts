import { DAY, HOUR, workMoment } from "./calendar.ts";
import type { Seconds } from "./model.ts";
import type { Organisation } from "./organisation.ts";
import type {
  PlanBoard,
  PlanIssue,
  Planning,
  PlanProject,
  PlanSprint,
  PlanType,
  PlanVersion,
  PullRequestMark,
} from "./planning-model.ts";
import { Random } from "./random.ts";
import { stories } from "./stories.ts";
import { walk } from "./planning-walk.ts";

export interface PlanningOptions {
  readonly seed?: number;
  /** Teams that plan; each has a project and a board. */
  readonly projects?: number;
  readonly issuesPerProject?: number;
  readonly days?: number;
  /** Reads the pull requests of the company, so that issues fit them; generates their histories. */
  readonly withPullRequests?: boolean;
}

/** Numbers begin here: earlier issues were deleted long ago. Titles of pull requests name numbers from 100 to 999. */
const FIRST_NUMBER = 100;
const SPRINT_DAYS = 14;

/** What the teams of the company planned, from streams of chance of its own: the code side does not notice. */
export function createPlanning(organisation: Organisation, options: PlanningOptions = {}): Planning {
  const { seed = 1, projects: wanted = stories.length, issuesPerProject = 60, days = 120 } = options;
  const now = organisation.now;
  const made = stories.slice(0, wanted).map((story, index) => {
    const team = organisation.staff.teams.get(story.slug)!;
    const project: PlanProject = {
      id: 10_000 + index,
      key: story.keyPrefix,
      name: story.name,
      lead: team.members[0]!.person,
      team,
    };
    const kind = story.slug === "platform" ? "kanban" : "scrum";
    const board: PlanBoard = { id: 1 + index, name: `${story.name} board`, kind, project };
    const random = new Random(`${seed}:planning:${story.slug}`);
    const versions = planVersions(project, { now, days, first: 30_000 + index * 100 });
    const sprints = kind === "scrum" ? planSprints(board, { now, days, first: 100 + index * 100 }) : [];
    return { project, board, versions, sprints, random, marks: marksOf(organisation, story.keyPrefix, options) };
  });
  const issues = made.flatMap((part, index) =>
    planIssues(part, { organisation, count: issuesPerProject, days, first: 100_000 + index * (issuesPerProject + 1000) }),
  );
  moveSome(
    issues,
    made.map(({ project }) => project),
    new Random(`${seed}:planning:moves`),
    now * 1000,
  );
  return {
    projects: made.map(({ project }) => project),
    boards: made.map(({ board }) => board),
    sprints: made.flatMap(({ sprints }) => sprints),
    versions: made.flatMap(({ versions }) => versions),
    issues,
    now: now * 1000,
  };
}

/** Two weeks each, one after the other, one ahead; the first is never closed. */
function planSprints(board: PlanBoard, { now, days, first }: { now: Seconds; days: number; first: number }): PlanSprint[] {
  const begin = Math.floor((now - days * DAY) / DAY) * DAY + 9 * HOUR;
  const count = Math.ceil(days / SPRINT_DAYS) + 1;
  return Array.from({ length: count }, (_, index) => {
    const [startsAt, endsAt] = [begin + index * SPRINT_DAYS * DAY, begin + (index + 1) * SPRINT_DAYS * DAY];
    return {
      id: first + index,
      name: `${board.project.key} Sprint ${index + 1}`,
      board,
      startsAt: startsAt * 1000,
      endsAt: endsAt * 1000,
      startedAt: startsAt <= now ? startsAt * 1000 + 137 : null,
      completedAt: index > 0 && endsAt + HOUR <= now ? (endsAt + HOUR) * 1000 + 251 : null,
    };
  });
}

const planVersions = (project: PlanProject, { now, days, first }: { now: Seconds; days: number; first: number }): PlanVersion[] =>
  Array.from({ length: Math.max(1, Math.floor(days / 30)) }, (_, index) => {
    const releasedAt = now - days * DAY + (index + 1) * 30 * DAY;
    return {
      id: first + index,
      project,
      name: `1.${index}`,
      startsAt: releasedAt - 30 * DAY,
      releasedAt: releasedAt <= now ? releasedAt : null,
    };
  });

/** Pull requests whose title or branch names an issue of the project; the first one of each number counts. */
function marksOf(
  organisation: Organisation,
  prefix: string,
  { withPullRequests }: PlanningOptions,
): Map<number, PullRequestMark> {
  const marks = new Map<number, PullRequestMark>();
  if (!withPullRequests) return marks;
  for (const repository of organisation.repositories) {
    if (organisation.staff.teams.get(stories.find(({ keyPrefix }) => keyPrefix === prefix)!.slug) !== repository.team) continue;
    for (const request of repository.history().pullRequests) {
      const number = Number(new RegExp(`(?:^|/)${prefix}-(\\d+)`, "i").exec(request.title)?.[1] ?? Number.NaN);
      if (!(number > 0) || marks.has(number)) continue;
      const { createdAt: openedAt, mergedAt, author } = request;
      marks.set(number, { repository: `acme/${repository.name}`, number: request.number, author, openedAt, mergedAt });
    }
  }
  return marks;
}

interface Part {
  readonly project: PlanProject;
  readonly board: PlanBoard;
  readonly versions: readonly PlanVersion[];
  readonly sprints: readonly PlanSprint[];
  readonly random: Random;
  readonly marks: ReadonlyMap<number, PullRequestMark>;
}

const TITLES =
  "retry failed payments|show the balance|export as CSV|sign in with a key|faster search|dark colours|audit log".split("|");

function planIssues(
  { project, versions, sprints, random, marks }: Part,
  { organisation, count, days, first }: { organisation: Organisation; count: number; days: number; first: number },
): PlanIssue[] {
  const now = organisation.now;
  const people = project.team.members.map(({ person }) => person);
  const issues: PlanIssue[] = [];
  for (let index = 0; index < count; index++) {
    const number = FIRST_NUMBER + index;
    const mark = marks.get(number) ?? null;
    const reporter = random.pick(people);
    const share = (index + random.next() * 0.5) / count;
    const about = mark ? mark.openedAt - random.between(2, 9) * DAY : now - days * DAY * (1 - share) - HOUR;
    const createdAt = Math.min(now - HOUR, workMoment(reporter, about, random)) * 1000 + random.int(0, 999);
    const epic = issues.findLast(({ type }) => type === "Epic") ?? null;
    const type: PlanType =
      index % 20 === 0
        ? "Epic"
        : random.weighted([
            ["Story", 45],
            ["Bug", 30],
            ["Task", 25],
          ]);
    const issue: PlanIssue = {
      id: first + index,
      project,
      key: `${project.key}-${number}`,
      type: type !== "Epic" && index > 3 && random.chance(0.08) ? "Sub-task" : type,
      title: `${random.pick(TITLES)} (${number})`,
      reporter,
      createdAt,
      updatedAt: createdAt,
      status: random.chance(0.03) ? "Triage" : "To Do",
      assignee: null,
      points: null,
      priority: random.weighted([
        ["Medium", 6],
        ["High", 2],
        ["Highest", 1],
        ["Low", 1],
      ]),
      resolution: null,
      resolvedAt: null,
      isFlagged: false,
      sprints: [],
      version: null,
      epic: type === "Epic" ? null : epic,
      parent: null,
      changes: [],
      comments: [],
      worklogs: [],
      blocks: [],
      hidesHistory: index % 37 === 36,
      pullRequest: mark,
    };
    if (issue.type === "Sub-task") Object.assign(issue, { parent: issues.findLast((other) => other.type === "Story") ?? null });
    if (issue.type === "Sub-task" && !issue.parent) Object.assign(issue, { type: "Task" });
    walk(issue, { random, people, sprints, versions, now: now * 1000 });
    if (index > 0 && random.chance(0.1)) issue.blocks.push(random.pick(issues));
    issues.push(issue);
  }
  return issues;
}

/** A few were written in the wrong project: the key changes, the issue stays the same. */
function moveSome(issues: readonly PlanIssue[], projects: readonly PlanProject[], random: Random, now: number) {
  if (projects.length < 2) return;
  const numbers = new Map(projects.map(({ key }) => [key, 5000]));
  for (const issue of issues.filter((_, index) => index % 23 === 7)) {
    const at = issue.updatedAt + random.int(1, 90) * 60_000;
    if (at >= now || issue.type === "Sub-task") continue;
    const to = random.pick(projects.filter((project) => project !== issue.project));
    const number = numbers.get(to.key)! + 1;
    numbers.set(to.key, number);
    const toKey = `${to.key}-${number}`;
    issue.changes.push({ field: "project", at, actor: issue.reporter, from: issue.project, to, fromKey: issue.key, toKey });
    Object.assign(issue, { project: to, key: toKey, updatedAt: at, version: null });
  }
}
