import type { Instant } from "../../domain/instant.ts";
import { defaultCalendarId, type ProfileSettings } from "../../domain/profile.ts";
import { attributed, teamsOfFact } from "./attribution.ts";
import { entityFilter } from "./entity-filter.ts";
import { factFiles, PART } from "./files.ts";
import { hygieneMissedWeight, hygieneMisses, hygieneWeight } from "./hygiene.ts";
import { instantLiteral, textLiteral } from "./literal.ts";
import { unknownPlaceholder } from "./problems.ts";
import { sourcesSql } from "./sources.ts";
import { teamScopesSql, type TeamScope } from "./team-scopes.ts";

export interface RenderContext {
  readonly profileId: string;
  readonly settings: ProfileSettings;
  readonly now: Instant;
  /** IANA name of the default calendar's zone. */
  readonly timezone: string;
  readonly teamScopes: readonly TeamScope[];
}

type Value = (context: RenderContext) => string;
type Macro = (args: readonly string[], context: RenderContext) => string;

const list = (words: readonly string[]) => (words.length ? words : [""]).map(textLiteral).join(", ");

const values: Record<string, Value> = {
  profile_id: ({ profileId }) => textLiteral(profileId),
  now: ({ now }) => instantLiteral(now),
  timezone: ({ timezone }) => textLiteral(timezone),
  calendar_id: ({ settings }) => textLiteral(defaultCalendarId(settings)),
  excluded_kinds: ({ settings }) => list(settings["people.excluded_kinds"]),
  change_branches: ({ settings }) => changeBranches(settings["change.branches"]),
  direct_commits: ({ settings }) => String(settings["change.direct_commits"]),
  hotfix: ({ settings }) =>
    entityFilter(settings["deployment.hotfix"], {
      table: "pull_request",
      as: "pr",
      extra: { issue_type_category: { sql: "i.type_category", type: "text" } },
    }),
  size_medium: ({ settings }) => String(settings["size.pull_request"].medium),
  size_large: ({ settings }) => String(settings["size.pull_request"].large),
  work_type: ({ settings }) => ranked(settings.work_type, "other"),
  investment_category: ({ settings }) =>
    settings["investment.categories"].length
      ? "coalesce((select v.name from issue_investment as v where v.issue_id = i.id), 'Uncategorized')"
      : "'Uncategorized'",
  investment_matches: ({ settings }) => investmentMatches(settings),
  is_eligible_issue: ({ settings }) => (settings["issue.include_subtasks"] ? "true" : "not i.is_subtask"),
  is_excluded_type: ({ settings }) => excludedType(settings["issue.excluded_types"]),
  speeding_seconds: ({ settings }) => String(settings["issue.speeding_seconds"]),
  points_medium: ({ settings }) => String(settings["size.issue"].medium),
  points_complex: ({ settings }) => String(settings["size.issue"].complex),
  major_priorities: ({ settings }) => list(settings["size.issue"].major),
  commit_grace_hours: ({ settings }) => String(settings["sprint.commit_grace_hours"]),
  close_grace_seconds: ({ settings }) => String(settings["sprint.close_grace_seconds"]),
  early_done_days: ({ settings }) => String(settings["sprint.early_done_days"]),
  sprint_subtasks: ({ settings }) => String(settings["sprint.include_subtasks"]),
  hygiene_misses: ({ settings }) => hygieneMisses(settings["hygiene.checks"]),
  hygiene_missed_weight: ({ settings }) => hygieneMissedWeight(settings["hygiene.checks"]),
  hygiene_weight: ({ settings }) => hygieneWeight(settings["hygiene.checks"]),
  deployment_sources: ({ settings }) => sourcesSql(settings),
  minimum_confidence: ({ settings }) => String(settings["deployment.minimum_confidence"]),
  window_seconds: ({ settings }) => String(settings["failure.window_hours"] * 3600),
  incident_filter: ({ settings }) => entityFilter(settings["incident.filter"], { table: "incident", as: "n" }),
  incident_issue_filter: ({ settings }) => entityFilter(settings["incident.issue_filter"], { table: "issue", as: "i" }),
  incident_minimum_confidence: ({ settings }) => String(settings["incident.minimum_confidence"]),
  incident_match_seconds: ({ settings }) => String(settings["incident.match_hours"] * 3600),
  incident_end: ({ settings }) => textLiteral(settings["incident.end"]),
  team_rows: (context) =>
    Object.keys(attributed)
      .filter((fact) => factFiles.has(`fact_${fact}`))
      .map((fact) => render(teamsOfFact(fact, context), context))
      .join(PART),
  team_scopes: ({ teamScopes }) => teamScopesSql(teamScopes),
};

const macros: Record<string, Macro> = {
  calendar_of: ([person, instant]) => `w.person_id = ${person} and w.valid_from <= ${instant} and w.valid_to > ${instant}`,
  day_of: ([day, instant], { settings, timezone }) =>
    `${day}.calendar_id = coalesce(w.calendar_id, ${textLiteral(defaultCalendarId(settings))})` +
    ` and ${day}.day = cast(${instant} at time zone coalesce(w.timezone, ${textLiteral(timezone)}) as date)`,
  working_seconds: ([from, a, to, b]) => `case when ${b} >= ${a} then ${worked(to!, b!)} - ${worked(from!, a!)} end`,
  seconds: ([a, b]) => `case when ${b} >= ${a} then ${elapsed(a!, b!)} end`,
  status_override: ([name, id], { settings }) => statusOverride(settings, { name: name!, id: id! }),
  status_in: ([setting, name, id], { settings }) =>
    statusIn((settings as Record<string, unknown>)[setting!] as readonly string[] | null, { name: name!, id: id! }),
  uses_evidence: ([word], { settings }) => String((settings["failure.evidence"] as string[]).includes(word!)),
  attribution: ([fact], { settings }) => textLiteral((settings as Record<string, unknown>)[`attribution.${fact}`] as string),
};

/** Subtracting epochs, not instants: 25 times faster on DuckDB, and rounding to microseconds makes both engines agree. */
const elapsed = (a: string, b: string) =>
  `cast(round(extract(epoch from ${b}) - extract(epoch from ${a}), 6) as double precision)`;

/** Seconds worked from the calendar's first day up to the instant, its day joined as `day`. */
const worked = (day: string, instant: string) =>
  `(${day}.seconds_before + case when ${day}.is_working` +
  ` then greatest(0, ${elapsed(`${day}.opens_at`, `least(${instant}, ${day}.closes_at)`)}) else 0 end)`;

function changeBranches(patterns: readonly string[] | null): string {
  if (!patterns) return "coalesce(pr.target_branch = r.default_branch, false)";
  const likes = patterns.map((pattern) => `pr.target_branch like ${textLiteral(wildcard(pattern))} escape '!'`);
  return `coalesce(${likes.join(" or ")}, false)`;
}

interface Status {
  readonly name: string;
  readonly id: string;
}

/** Whether one of the patterns of a setting is the id or fits the name of a status; never NULL. */
function statusIn(patterns: readonly string[] | null, status: Status): string {
  const fits = (patterns ?? []).map(
    (pattern) =>
      `${status.id} = ${textLiteral(pattern)} or lower(${status.name}) like lower(${textLiteral(wildcard(pattern))}) escape '!'`,
  );
  return fits.length ? `coalesce(${fits.join(" or ")}, false)` : "false";
}

/** Category that the profile gives to a status by its id or name; NULL when it says nothing. */
function statusOverride(settings: ProfileSettings, status: Status): string {
  const words = { "issue.done": "done", "issue.terminated": "canceled", "issue.active": "in_progress" } as const;
  const cases = Object.entries(words).flatMap(([setting, category]) => {
    const patterns = settings[setting as keyof typeof words];
    return patterns?.length ? [`when ${statusIn(patterns, status)} then '${category}'`] : [];
  });
  return cases.length ? `case ${cases.join(" ")} end` : "cast(null as text)";
}

/** Whether the name or id of the type of `i` is in the list; never NULL. */
const excludedType = (types: readonly string[]) =>
  types.length
    ? `coalesce(lower(i.type) in (${list(types.map((type) => type.toLowerCase()))}) or i.type_id in (${list(types)}), false)`
    : "false";

/** `*` is any text; the wildcards of LIKE are plain characters. */
const wildcard = (pattern: string) => pattern.replaceAll(/[!%_]/g, "!$&").replaceAll("*", "%");

const ranked = (rules: readonly { name: string; filter: Parameters<typeof entityFilter>[0] }[], otherwise: string) => {
  const cases = rules.map(
    ({ name, filter }) => `when ${entityFilter(filter, { table: "issue", as: "i" })} then ${textLiteral(name)}`,
  );
  return cases.length ? `case ${cases.join(" ")} else ${textLiteral(otherwise)} end` : textLiteral(otherwise);
};

const investmentMatches = (settings: ProfileSettings) =>
  settings["investment.categories"]
    .map(({ name, filter, expand }, rank) => {
      const condition = entityFilter(filter, { table: "issue", as: "i" });
      return `select ${rank} as rank, ${textLiteral(name)} as name, ${textLiteral(expand)} as expand, i.id as issue_id from live_issue as i where ${condition}`;
    })
    .join("\nunion all ") || "select 0 as rank, '' as name, '' as expand, '' as issue_id where false";

export const placeholderNames: readonly string[] = [...Object.keys(values), ...Object.keys(macros)];

const innermost = /\{\{([a-z_]+)(?:\(((?:(?!\{\{|\}\})[^])*)\))?\}\}/g;

/** The SELECT of a fact or helper file with every placeholder filled, innermost first. */
export function render(text: string, context: RenderContext): string {
  let sql = text.trim();
  while (sql.includes("{{")) {
    const next = sql.replaceAll(innermost, (_, name: string, inner?: string) => fill(name, inner, context));
    if (next === sql) throw unknownPlaceholder(sql.slice(sql.indexOf("{{") + 2).split("}}")[0]!, placeholderNames);
    sql = next;
  }
  return sql;
}

function fill(name: string, inner: string | undefined, context: RenderContext): string {
  const value = values[name];
  if (value && inner === undefined) return value(context);
  const macro = macros[name];
  if (!macro || inner === undefined) throw unknownPlaceholder(name, placeholderNames);
  return macro(splitArguments(inner), context);
}

/** Commas inside parentheses or text literals belong to an argument. */
function splitArguments(inner: string): string[] {
  const found = [""];
  let depth = 0;
  let quoted = false;
  for (const character of inner) {
    if (character === "'") quoted = !quoted;
    if (!quoted && character === "(") depth += 1;
    if (!quoted && character === ")") depth -= 1;
    if (character === "," && depth === 0 && !quoted) found.push("");
    else found[found.length - 1] += character;
  }
  return found.map((part) => part.trim());
}
