import type { Deployment, Organisation, Person, PullRequest, Repository, Run, Seconds, Team } from "../organisation/index.ts";
import { processes, type Process } from "./processes.ts";
import { guid } from "./wire.ts";
import { planWorkItems, type Iteration, type WorkItem } from "./work-items.ts";

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly process: Process;
  readonly team: Team;
  readonly repositories: readonly Repository[];
  readonly iterations: readonly Iteration[];
  /** Node of the tree that stands for the project itself. */
  readonly rootNode: number;
  areas: { readonly id: number; name: string }[];
}

/** One revision in the order in which the organisation made them. */
export interface FeedEntry {
  readonly item: WorkItem;
  readonly rev: number;
}

export interface World {
  readonly organisation: string;
  readonly projects: readonly Project[];
  readonly items: Map<number, WorkItem>;
  /** Append-only; a position in it is a continuation token. */
  readonly feed: FeedEntry[];
  readonly links: LinkChange[];
  /** Repository, number → work items that its request names. */
  readonly linked: Map<string, number[]>;
  readonly leavers: ReadonlySet<Person>;
  readonly reader: Person;
  now(): Seconds;
}

export interface LinkChange {
  readonly source: number;
  readonly target: number;
  readonly at: Seconds;
  readonly operation: "create" | "remove";
  readonly by: Person;
}

export interface WorldOptions {
  readonly seed: number;
  /** Work items of each project; by default as many as it has requests, and at least forty. */
  readonly workItems?: number | undefined;
  readonly clock: () => Seconds;
}

export function createWorld(organisation: Organisation, { seed, workItems, clock }: WorldOptions): World {
  const teams = organisation.teams.filter((team) => organisation.repositories.some((repository) => repository.team === team));
  const leavers = new Set(teams.flatMap(({ members }) => members.slice(-1).map(({ person }) => person)));
  const world: World = {
    organisation: "acme",
    projects: teams.map((team, index) => projectOf(team, { index, organisation })),
    items: new Map(),
    feed: [],
    links: [],
    linked: new Map(),
    leavers,
    reader: organisation.staff.reader,
    now: clock,
  };
  planWorkItems(world, { seed, now: organisation.now, count: workItems });
  return world;
}

const WEEK = 604_800;

function projectOf(team: Team, { index, organisation }: { index: number; organisation: Organisation }): Project {
  const repositories = organisation.repositories.filter((repository) => repository.team === team);
  const from = Math.min(...repositories.map(({ createdAt }) => createdAt));
  const first = Math.floor(from / WEEK) * WEEK + 4 * 86_400;
  const base = 10_000 * (index + 1);
  const count = Math.ceil((organisation.now - first) / (2 * WEEK)) + 2;
  const sprints = Array.from({ length: count }, (_, number): Iteration => {
    const start = first + number * 2 * WEEK;
    return { id: base + 10 + number, name: `Sprint ${number + 1}`, parent: base + 1, start, finish: start + 11 * 86_400 };
  });
  return {
    id: guid(`project:${team.slug}`),
    name: team.name,
    process: processes[index % processes.length]!,
    team,
    repositories,
    // Sprints lie below a node without dates, as releases do.
    iterations: [{ id: base + 1, name: "Releases", parent: base, start: null, finish: null }, ...sprints],
    rootNode: base,
    areas: [
      { id: base + 5_001, name: "Core" },
      { id: base + 5_002, name: "Edge" },
    ],
  };
}

/** Requests are numbered within the organisation at Azure. */
export const requestNumber = (project: Project, repository: Repository, request: PullRequest): number =>
  request.number * 1_000 + (project.rootNode / 10_000) * 50 + project.repositories.indexOf(repository);

export const repositoryId = (repository: Repository): string => guid(`repository:${repository.name}`);
export const requestKey = (repository: Repository, request: PullRequest): string => `${repository.id}/${request.number}`;

export const findProject = ({ projects }: World, text: string): Project | undefined =>
  projects.find(({ id, name }) => id === text.toLowerCase() || name.toLowerCase() === text.toLowerCase());

export const sprintsOf = (project: Project): readonly Iteration[] => project.iterations.filter(({ start }) => start !== null);

/** Runs of all repositories of a project, and the run that made each deployment. */
export function runsOf(project: Project): { run: Run; repository: Repository }[] {
  return project.repositories.flatMap((repository) => repository.history().runs.map((run) => ({ run, repository })));
}

export const deploymentJob = (run: Run): Deployment | null =>
  run.attempts.at(-1)?.jobs.find(({ deployment }) => deployment)?.deployment ?? null;
