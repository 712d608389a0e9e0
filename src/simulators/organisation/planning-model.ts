import type { Person, Seconds, Team } from "./model.ts";

/** Milliseconds since 1970-01-01T00:00:00Z: planning tools keep them. */
export type Millis = number;

export interface PlanStatus {
  readonly id: number;
  readonly name: string;
  /** `none`: somebody made a status and gave it no category. */
  readonly category: "todo" | "in_progress" | "done" | "none";
}

export const planStatuses = [
  { id: 10001, name: "To Do", category: "todo" },
  { id: 3, name: "In Progress", category: "in_progress" },
  { id: 10004, name: "In Review", category: "in_progress" },
  { id: 10005, name: "Blocked", category: "in_progress" },
  { id: 10002, name: "Done", category: "done" },
  { id: 10006, name: "Triage", category: "none" },
] as const satisfies readonly PlanStatus[];
export type StatusName = (typeof planStatuses)[number]["name"];

export type PlanType = "Epic" | "Story" | "Task" | "Bug" | "Sub-task";

export interface PlanProject {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly lead: Person;
  readonly team: Team;
}

export interface PlanBoard {
  readonly id: number;
  readonly name: string;
  readonly kind: "scrum" | "kanban";
  readonly project: PlanProject;
}

export interface PlanSprint {
  readonly id: number;
  readonly name: string;
  readonly board: PlanBoard;
  readonly startsAt: Millis;
  readonly endsAt: Millis;
  /** Null: not started, not closed. One sprint was never closed although it has long ended. */
  readonly startedAt: Millis | null;
  readonly completedAt: Millis | null;
}

export interface PlanVersion {
  readonly id: number;
  readonly project: PlanProject;
  readonly name: string;
  readonly startsAt: Seconds;
  readonly releasedAt: Seconds | null;
}

/** One value changed. Ids of statuses, sprints, versions and issues; people as such; null is empty. */
export type PlanChange = { readonly at: Millis; readonly actor: Person | null } & (
  | { readonly field: "status"; readonly from: StatusName; readonly to: StatusName }
  | { readonly field: "assignee"; readonly from: Person | null; readonly to: Person | null }
  | { readonly field: "sprint"; readonly from: readonly PlanSprint[]; readonly to: readonly PlanSprint[] }
  | { readonly field: "points"; readonly from: number | null; readonly to: number | null }
  | { readonly field: "priority"; readonly from: string; readonly to: string }
  | { readonly field: "resolution"; readonly from: string | null; readonly to: string | null }
  | {
      readonly field: "project";
      readonly from: PlanProject;
      readonly to: PlanProject;
      readonly fromKey: string;
      readonly toKey: string;
    }
  | { readonly field: "flagged"; readonly from: boolean; readonly to: boolean }
  | { readonly field: "description"; readonly from: null; readonly to: null }
  | { readonly field: "version"; readonly from: null; readonly to: PlanVersion }
);

export interface PlanIssue {
  readonly id: number;
  /** Where it is now. */
  project: PlanProject;
  key: string;
  readonly type: PlanType;
  readonly title: string;
  readonly reporter: Person;
  readonly createdAt: Millis;
  updatedAt: Millis;
  status: StatusName;
  assignee: Person | null;
  points: number | null;
  priority: string;
  resolution: string | null;
  resolvedAt: Millis | null;
  isFlagged: boolean;
  /** Oldest first, those of closed sprints stay. */
  sprints: readonly PlanSprint[];
  version: PlanVersion | null;
  epic: PlanIssue | null;
  parent: PlanIssue | null;
  readonly changes: PlanChange[];
  readonly comments: { readonly author: Person; readonly at: Millis; readonly body: string }[];
  readonly worklogs: { readonly author: Person; readonly at: Millis; readonly seconds: number }[];
  /** Blocks these. */
  readonly blocks: PlanIssue[];
  /** A security level hides its history from the reader. */
  readonly hidesHistory: boolean;
  /** What a pull request says it belongs to: when it was opened and merged. */
  readonly pullRequest: PullRequestMark | null;
}

export interface PullRequestMark {
  readonly repository: string;
  readonly number: number;
  readonly author: Person | null;
  readonly openedAt: Seconds;
  readonly mergedAt: Seconds | null;
}

/** Everything that was planned in the company. */
export interface Planning {
  readonly projects: readonly PlanProject[];
  readonly boards: readonly PlanBoard[];
  readonly sprints: readonly PlanSprint[];
  readonly versions: readonly PlanVersion[];
  readonly issues: readonly PlanIssue[];
  readonly now: Millis;
}
