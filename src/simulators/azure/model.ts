import type { Deployment, Person, PullRequest, Repository, Run, Seconds, Team } from "../organisation/index.ts";
import type { Process, StateCategory } from "./processes.ts";
import { guid } from "./wire.ts";

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
  /** Most records of one batch or page, where Azure itself gives no fewer. */
  readonly batch: number;
  now(): Seconds;
}

export interface LinkChange {
  readonly source: number;
  readonly target: number;
  readonly at: Seconds;
  readonly operation: "create" | "remove";
  /** `Hierarchy-Forward` unless given. */
  readonly type?: string;
  readonly by: Person;
}

export interface Iteration {
  readonly id: number;
  readonly name: string;
  readonly parent: number;
  readonly start: Seconds | null;
  /** Midnight at which the last day begins. */
  readonly finish: Seconds | null;
}

/** What a revision says; everything that is not an identity or a place in a tree is as on the wire. */
export interface Snapshot {
  readonly at: Seconds;
  readonly by: Person;
  readonly project: Project;
  readonly type: string;
  readonly title: string;
  readonly state: string;
  readonly reason: string;
  readonly iteration: Iteration | null;
  readonly area: number;
  readonly assignee: Person | null;
  readonly points: unknown;
  readonly priority: number;
  readonly severity: string | null;
  readonly parent: number | null;
  readonly tags: readonly string[];
  readonly comment: string | null;
  readonly comments: number;
  readonly isDeleted: boolean;
  readonly resolvedAt: Seconds | null;
  readonly closedAt: Seconds | null;
  readonly custom: string | null;
}

export interface WorkItem {
  readonly id: number;
  readonly createdBy: Person;
  readonly revisions: Snapshot[];
}

/** What was planted for one work item. */
export interface TruthWorkItem {
  readonly id: number;
  readonly project: string;
  readonly type: string;
  readonly createdAt: Seconds;
  /** Every change of state, oldest first, with what the process says of it today. */
  readonly states: readonly { at: Seconds; from: string; to: string; category: StateCategory | null }[];
  /** Seconds in each state until it was done, or until now. */
  readonly secondsIn: Readonly<Record<string, number>>;
  readonly sprints: readonly { at: Seconds; from: number | null; to: number | null }[];
  /** Null: not estimated, or not by a number. */
  readonly points: number | null;
  readonly state: string;
  readonly isDeleted: boolean;
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
