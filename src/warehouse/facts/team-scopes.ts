import { filter as filterSchema } from "../../domain/filter.ts";
import type { Instant } from "../../domain/instant.ts";
import { entityFilter } from "./entity-filter.ts";
import { instantLiteral, literal, textLiteral } from "./literal.ts";

/** One row of `team_scope` as the warehouse answers it. */
export interface TeamScope {
  readonly id: string;
  readonly team_id: string;
  readonly subject: string;
  readonly filter: unknown;
  readonly path_prefix: string | null;
  readonly valid_from: Instant | null;
  readonly valid_to: Instant | null;
}

const subjects = new Set([
  "repository",
  "project",
  "board",
  "issue",
  "pull_request",
  "pipeline",
  "service",
  "deployment",
  "incident",
  "quality_project",
]);

const columns = "subject, entity_id, team_id, path_prefix, valid_from, valid_to";
const none = `select ${["subject", "entity_id", "team_id", "path_prefix"].map((name) => `cast(null as text) as ${name}`).join(", ")},
  cast(null as timestamptz) as valid_from, cast(null as timestamptz) as valid_to where false`;

/** One SELECT of (subject, entity_id, team_id, path_prefix, valid_from, valid_to): what each scope row gives to its team. */
export const teamScopesSql = (scopes: readonly TeamScope[]): string =>
  `select distinct ${columns} from (${[none, ...scopes.filter(({ subject }) => subjects.has(subject)).map(scopeSql)].join("\nunion all\n")}) as s`;

function scopeSql(scope: TeamScope): string {
  const { subject, team_id, path_prefix } = scope;
  const condition = entityFilter(filterSchema.parse(scope.filter), { table: subject, as: "x" });
  const instant = (value: Instant | null) => (value === null ? "cast(null as timestamptz)" : instantLiteral(value));
  return `select ${textLiteral(subject)}, x.id, ${textLiteral(team_id)}, cast(${literal(path_prefix)} as text),
  ${instant(scope.valid_from)}, ${instant(scope.valid_to)} from ${subject} as x where x.deleted_at is null and ${condition}`;
}
