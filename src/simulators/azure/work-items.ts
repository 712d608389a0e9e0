import type { Person, Seconds } from "../organisation/index.ts";
import { Random } from "../organisation/random.ts";
import { categoryOf } from "./processes.ts";
import {
  requestKey,
  sprintsOf,
  type Iteration,
  type Project,
  type Snapshot,
  type TruthWorkItem,
  type WorkItem,
  type World,
} from "./model.ts";

interface Planning {
  readonly world: World;
  readonly project: Project;
  readonly random: Random;
  readonly now: Seconds;
  readonly nextId: () => number;
}

const HOUR = 3_600;
const DAY = 86_400;

/** Plans the work of every project, then puts all revisions into the order in which they were made. */
export function planWorkItems(
  world: World,
  { seed, now, count }: { seed: number; now: Seconds; count: number | undefined },
): void {
  let id = 100;
  for (const project of world.projects) {
    const random = new Random(`azure:${seed}:${project.team.slug}`);
    const planning = { world, project, random, now, nextId: () => ++id };
    const requests = project.repositories.reduce(
      (sum, repository) => sum + (count ? 0 : repository.history().pullRequests.length),
      0,
    );
    const wanted = count ?? Math.max(40, requests);
    const epic = portfolioItem(planning, "Epic", null);
    const parent = project.process.states.Feature ? portfolioItem(planning, "Feature", epic) : epic;
    for (let index = 2; index < wanted; index++) planOne(planning, parent);
    linkRequests(planning);
  }
  trouble(world, now);
  world.links.sort((a, b) => a.at - b.at || a.source - b.source || a.target - b.target);
  const entries = [...world.items.values()].flatMap((item) => item.revisions.map((_, index) => ({ item, rev: index + 1 })));
  const at = ({ item, rev }: (typeof entries)[number]) => item.revisions[rev - 1]!.at;
  world.feed.push(...entries.toSorted((a, b) => at(a) - at(b) || a.item.id - b.item.id || a.rev - b.rev));
}

const firstDay = ({ project }: Planning): Seconds => Math.min(...project.repositories.map(({ createdAt }) => createdAt)) + DAY;

function begin(planning: Planning, what: { type: string; at: Seconds; parent: number | null; title: string }): WorkItem {
  const { project, random, world, nextId } = planning;
  const by = random.pick(project.team.members).person;
  const area = random.pick(project.areas).id;
  const item: WorkItem = {
    id: nextId(),
    createdBy: by,
    revisions: [
      {
        at: what.at,
        by,
        project,
        type: what.type,
        title: what.title,
        state: project.process.states[what.type]![0]![0],
        reason: "New",
        iteration: null,
        area,
        assignee: null,
        points: null,
        priority: random.weighted([
          [1, 1],
          [2, 6],
          [3, 2],
          [4, 1],
        ]),
        severity: what.type === "Bug" ? random.pick(["1 - Critical", "2 - High", "3 - Medium", "4 - Low"]) : null,
        parent: what.parent,
        tags: random.chance(0.2) ? ["customer", "2026"] : [],
        comment: null,
        comments: 0,
        isDeleted: false,
        resolvedAt: null,
        closedAt: null,
        custom: random.pick(["Gold", "Silver", null]),
      },
    ],
  };
  world.items.set(item.id, item);
  if (what.parent !== null) world.links.push({ source: what.parent, target: item.id, at: what.at, operation: "create", by });
  return item;
}

/** The next revision; changes that would lie in the future did not happen. */
export function revise(item: WorkItem, change: Partial<Snapshot> & { at: Seconds; by: Person }, now: Seconds): boolean {
  const last = item.revisions.at(-1)!;
  if (change.at > now || change.at <= last.at) return false;
  const comments = last.comments + (change.comment ? 1 : 0);
  const state = change.state ?? last.state;
  const category = categoryOf(last.project.process, change.type ?? last.type, state);
  const stamps =
    change.state === undefined
      ? {}
      : {
          resolvedAt: category === "Resolved" || category === "Completed" ? (last.resolvedAt ?? change.at) : null,
          closedAt: category === "Completed" ? change.at : null,
        };
  item.revisions.push({ ...last, comment: null, ...stamps, ...change, comments });
  return true;
}

const portfolioItem = (planning: Planning, type: string, parent: number | null): number =>
  begin(planning, { type, at: firstDay(planning) - HOUR, parent, title: `${planning.project.name} ${type.toLowerCase()}` }).id;

/** One story, bug or task: estimated, put into a sprint, worked on, sometimes moved on, reopened or dropped. */
function planOne(planning: Planning, feature: number): void {
  const { project, random, now } = planning;
  const { process } = project;
  const types: [string, number][] = [
    [process.requirement, 6],
    ["Task", 2],
    ...(process.states.Bug ? [["Bug", 2] as [string, number]] : []),
  ];
  const type = random.weighted(types);
  const at = Math.round(random.between(firstDay(planning), now - DAY));
  const item = begin(planning, { type, at, parent: type === "Task" ? null : feature, title: `${type} about ${random.hex(6)}` });
  const worker = random.pick(project.team.members).person;
  const step = (hours: number, change: Partial<Snapshot>, by: Person = worker) =>
    revise(item, { at: item.revisions.at(-1)!.at + Math.max(60, Math.round(random.around(hours) * HOUR)), by, ...change }, now);
  if (process.formerState && random.chance(0.1)) step(1, { state: process.formerState, reason: "Moved to state Triaged" });
  if (random.chance(0.85)) step(4, { points: random.pick([1, 2, 3, 5, 8]) });
  step(10, { iteration: sprintAfter(project, item.revisions.at(-1)!.at), assignee: worker });
  if (random.chance(0.05)) return void step(20, { state: removedState(planning, type), reason: "Removed from the backlog" });
  work(planning, { item, type, step });
}

type Step = (hours: number, change: Partial<Snapshot>, by?: Person) => boolean;

function work({ project, random }: Planning, { item, type, step }: { item: WorkItem; type: string; step: Step }): void {
  const path = pathOf(project, type);
  for (const state of path.slice(1)) {
    if (random.chance(0.2)) step(6, { comment: "A remark about it." });
    if (random.chance(0.1)) step(12, { points: random.pick([2, 3, 5, 8, 13]) });
    const sprint = sprintAfter(project, item.revisions.at(-1)!.at);
    // What is not done in its sprint is carried into the next.
    if (sprint && sprint !== item.revisions.at(-1)!.iteration && random.chance(0.7)) step(8, { iteration: sprint });
    step(random.pick([8, 20, 40]), { state, reason: `Moved to state ${state}` });
  }
  if (random.chance(0.08)) {
    step(30, { state: path[1]!, reason: "Reactivated" });
    step(15, { state: path.at(-1)!, reason: "Moved to state Closed" });
  }
}

/** Tasks of Scrum have states of their own. */
const pathOf = ({ process }: Project, type: string): readonly string[] => {
  const names = new Set(process.states[type]!.map(([name]) => name));
  return process.path.every((state) => names.has(state))
    ? process.path
    : process.states[type]!.filter(([, category]) => category !== "Removed").map(([name]) => name);
};

const removedState = ({ project }: Planning, type: string): string =>
  project.process.states[type]!.find(([, category]) => category === "Removed")?.[0] ?? project.process.states[type]!.at(-1)![0];

/** The sprint that runs then, or the next to begin. */
const sprintAfter = (project: Project, at: Seconds): Iteration | null =>
  sprintsOf(project).find(({ finish }) => finish! + DAY > at) ?? null;

/** Requests name work items of their project. */
function linkRequests({ world, project, random }: Planning): void {
  const items = [...world.items.values()].filter(
    ({ revisions }) => revisions[0]!.project === project && revisions[0]!.type !== "Epic",
  );
  for (const repository of project.repositories)
    for (const request of items.length ? repository.history().pullRequests : [])
      if (random.chance(0.7)) world.linked.set(requestKey(repository, request), [random.pick(items).id]);
}

/** What goes wrong in every organisation, once in each project where there is room for it. */
function trouble(world: World, now: Seconds): void {
  for (const [index, project] of world.projects.entries()) {
    const own = [...world.items.values()].filter(({ revisions }) => revisions[0]!.project === project).slice(4);
    const [deleted, restored, moved, negative, text, orphan] = own;
    const last = (item: WorkItem | undefined) => Math.max(item?.revisions.at(-1)!.at ?? 0, 0) + HOUR;
    const by = project.team.members[0]!.person;
    if (deleted) revise(deleted, { at: last(deleted), by, isDeleted: true }, now);
    if (restored) {
      revise(restored, { at: last(restored), by, isDeleted: true }, now);
      revise(restored, { at: last(restored), by, isDeleted: false }, now);
    }
    const next = world.projects[index + 1];
    // A type that the other project does not have stays behind.
    if (moved && next?.process.states[moved.revisions.at(-1)!.type]?.some(([name]) => name === moved.revisions.at(-1)!.state))
      revise(moved, { at: last(moved), by, project: next, iteration: null, area: next.areas[0]!.id }, now);
    if (negative) revise(negative, { at: last(negative), by, points: -3 }, now);
    if (text) revise(text, { at: last(text), by, points: "about five" }, now);
    if (orphan && orphan.revisions.at(-1)!.parent !== null) {
      const at = last(orphan);
      const { parent } = orphan.revisions.at(-1)!;
      if (revise(orphan, { at, by, parent: null }, now))
        world.links.push({ source: parent!, target: orphan.id, at, operation: "remove", by });
    }
  }
}

/** The answers that were planted, from the plan and not from what is served. */
export function truthOf(item: WorkItem, now: Seconds): TruthWorkItem {
  const { revisions } = item;
  const last = revisions.at(-1)!;
  const pairs = revisions.slice(1).map((after, index) => ({ before: revisions[index]!, after }));
  const states = pairs
    .filter(({ before, after }) => before.state !== after.state)
    .map(({ before, after }) => ({
      at: after.at,
      from: before.state,
      to: after.state,
      category: categoryOf(after.project.process, after.type, after.state) ?? null,
    }));
  const secondsIn: Record<string, number> = {};
  for (const [index, { at, state }] of revisions.entries())
    secondsIn[state] = (secondsIn[state] ?? 0) + (revisions[index + 1]?.at ?? now) - at;
  return {
    id: item.id,
    project: last.project.name,
    type: last.type,
    createdAt: revisions[0]!.at,
    states,
    secondsIn,
    sprints: pairs
      .filter(({ before, after }) => before.iteration !== after.iteration)
      .map(({ before, after }) => ({ at: after.at, from: before.iteration?.id ?? null, to: after.iteration?.id ?? null })),
    points: typeof last.points === "number" ? last.points : null,
    state: last.state,
    isDeleted: last.isDeleted,
  };
}
