import type { PlanningTruth } from "../organisation/index.ts";

export type Json = Record<string, unknown>;
export type Flavour = "cloud" | "server";

/** One issue as Jira keeps it. */
export interface SimulatedIssue {
  readonly id: string;
  key: string;
  previousKeys: string[];
  /** All fields as Jira writes them. */
  fields: Json;
  /** Oldest first, as Jira writes them, `created` in the account's zone. */
  readonly histories: Json[];
  createdAt: number;
  updatedAt: number;
  /** The reader may see the issue and not its history. */
  hidesHistory: boolean;
  /** What the search index still shows, and until when; null: it never saw the issue. */
  stale: { readonly until: number; readonly shown: Pick<SimulatedIssue, "key" | "fields" | "updatedAt"> | null } | null;
}

/** Everything one Jira knows. Lists are as Jira writes them. */
export interface JiraState {
  readonly flavour: Flavour;
  readonly zone: string;
  readonly organisation: string;
  now(): number;
  readonly issues: Map<string, SimulatedIssue>;
  readonly projects: Json[];
  readonly boards: Json[];
  /** By board id; a board without an entry has no sprints. */
  readonly sprints: Map<string, Json[]>;
  readonly configurations: Map<string, Json>;
  readonly versions: Json[];
  readonly fields: Json[];
  readonly statuses: Json[];
  readonly users: Json[];
  readonly me: Json;
  /** Saved filters by id: the JQL of a board. */
  readonly filters: Map<string, string>;
  readonly truth: PlanningTruth | null;
  nextId(): number;
}

export const issueNamed = (state: JiraState, name: string): SimulatedIssue | null =>
  state.issues.get(name) ??
  [...state.issues.values()].find(({ key, previousKeys }) => key === name || previousKeys.includes(name)) ??
  null;
