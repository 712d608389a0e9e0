import type { ColumnType } from "../domain/column.ts";

export type FactName =
  | "fact_change"
  | "fact_deployment"
  | "fact_incident"
  | "fact_pull_request"
  | "fact_review"
  | "fact_commit"
  | "fact_pipeline_run"
  | "fact_pipeline_job"
  | "fact_issue"
  | "fact_issue_stage"
  | "fact_issue_assignment"
  | "fact_effort"
  | "fact_worklog"
  | "fact_sprint_issue"
  | "fact_sprint"
  | "fact_sprint_event";

/** Dimensions may be grouped and filtered, keys only filtered, times give buckets, measures give values. */
export type ColumnRole = "dimension" | "time" | "measure" | "key";

/** What an id column points at; `entities.ts` knows where the label of each lives. */
export type EntityName =
  | "repository"
  | "person"
  | "pipeline"
  | "service"
  | "application"
  | "project"
  | "issue"
  | "sprint"
  | "board"
  | "integration"
  | "pull_request"
  | "deployment"
  | "team";

export interface FactColumn {
  readonly role: ColumnRole;
  readonly type: ColumnType;
  readonly label: string;
  /** The column holds ids of this entity. */
  readonly entity?: EntityName;
  /** Flags of the row that explain why this measure is NULL. */
  readonly nulls?: readonly string[];
}

export interface Fact {
  /** The name of the table or view. */
  readonly name: FactName;
  /** The word for it in `fact_team.fact` and `attribution.<fact>`. */
  readonly subject: string;
  readonly label: string;
  /** What one row is, as a sentence. */
  readonly grain: string;
  /** The columns through which a row finds persons, and the instant at which their teams are read. */
  readonly members: { readonly by: readonly string[]; readonly at: string };
  /** The tables a row is built from: the condition under which an entity `e` fed the fact row `f`. */
  readonly feeds: Readonly<Record<string, string>>;
  /** Profile settings that decide what the rows say; a name ending in `.` stands for all that start so. */
  readonly settings: readonly string[];
  /** Every column in the order of the table, the common ones first. */
  readonly columns: Readonly<Record<string, FactColumn>>;
}

type Options = Pick<FactColumn, "entity">;

export const text = (label: string, options: Options = {}): FactColumn => ({
  role: "dimension",
  type: "text",
  label,
  ...options,
});
export const idOf = (entity: EntityName, label: string): FactColumn => text(label, { entity });
export const list = (label: string): FactColumn => ({ role: "dimension", type: "text[]", label });
export const yes = (label: string): FactColumn => ({ role: "dimension", type: "boolean", label });
export const key = (label: string): FactColumn => ({ role: "key", type: "text", label });
export const time = (label: string): FactColumn => ({ role: "time", type: "timestamptz", label });
/** Seconds as double; `nulls` are the flags that explain a missing value. */
export const seconds = (label: string, ...nulls: string[]): FactColumn => ({ role: "measure", type: "double", label, nulls });
/** A calendar day; queries compare it as it is, the zone plays no part. */
export const day = (label: string): FactColumn => ({ role: "time", type: "date", label });
/** Filtered by `<name>.<key>`, not grouped. */
export const json = (label: string): FactColumn => ({ role: "key", type: "json", label });
export const measure = (label: string): FactColumn => ({ role: "measure", type: "double", label });
export const confidence = (label: string): FactColumn => ({ role: "measure", type: "double", label });
export const count = (label: string): FactColumn => ({ role: "measure", type: "bigint", label });

/** The columns every fact carries first. */
const commonColumns: Readonly<Record<string, FactColumn>> = {
  id: key("Row"),
  profile_id: key("Profile"),
  integration_id: idOf("integration", "Integration"),
  primary_team_id: key("Primary team"),
  url: key("Link"),
  flags: text("Flags"),
};

export const fact = (definition: Fact): Fact => ({ ...definition, columns: { ...commonColumns, ...definition.columns } });
