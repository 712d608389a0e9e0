import type { ProfileSettings } from "../../domain/profile.ts";
import { entityFilter } from "./entity-filter.ts";
import { textLiteral } from "./literal.ts";
import { unknownCheck } from "./problems.ts";

type Check = ProfileSettings["hygiene.checks"][number];

const olderThan = (instant: string, days: number) => `${instant} < {{now}} - interval '${days * 24} hours'`;

/** When each built-in check fails, over `i` (issue) and `h` (helper `issue_activity`); NULL does not fail. */
const builtIn: Readonly<Record<string, string>> = {
  idle: olderThan("coalesce(h.last_change_at, i.created_at)", 30),
  description: "i.description_length < 10",
  due: "i.due_on is null",
  assignee: "i.assignee_account_id is null",
  component: "coalesce(array_length(i.components, 1), 0) = 0",
  points: "i.points is null",
  response: `coalesce(h.first_response_at > i.created_at + interval '48 hours', ${olderThan("i.created_at", 2)})`,
  resolution: olderThan("i.created_at", 90),
  inactive_assignee: "h.is_assignee_inactive",
};

/** A filter of one's own over issue columns says which issues miss; without one the name is that of a built-in check. */
function conditionOf({ name, filter }: Check): string {
  if (filter) return entityFilter(filter, { table: "issue", as: "i" });
  const known = builtIn[name];
  if (!known) throw unknownCheck(name, Object.keys(builtIn));
  return `coalesce(${known}, false)`;
}

/** Names of the checks that fail, as text[]. The separator is a control character that no name holds. */
export function hygieneMisses(checks: readonly Check[]): string {
  const names = checks.map((check) => `case when ${conditionOf(check)} then ${textLiteral(check.name)} end`);
  const none = "cast(array[] as text[])";
  if (!names.length) return none;
  const joined = `concat_ws(chr(31), ${names.join(", ")})`;
  return `case when ${joined} = '' then ${none} else string_to_array(${joined}, chr(31)) end`;
}

/** The weights of the checks that fail, added up. */
export const hygieneMissedWeight = (checks: readonly Check[]): string =>
  checks.map((check) => `case when ${conditionOf(check)} then ${check.weight} else 0 end`).join(" + ") || "0";

/** The weights of all checks, added up. */
export const hygieneWeight = (checks: readonly Check[]): string => String(checks.reduce((sum, { weight }) => sum + weight, 0));
