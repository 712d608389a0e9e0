import { nearest } from "../domain/nearest.ts";
import { Problem } from "../domain/problem.ts";

/* Every refusal of the query pipeline. */

const MANY = 40;

const listOf = (names: Iterable<string>): string => {
  const all = [...names];
  return all.length > MANY ? `${all.slice(0, MANY).join(", ")} and ${all.length - MANY} more` : all.join(", ");
};

/** A name nobody knows: says which are known, and which is nearest. */
function unknownName(what: { code: string; kind: string; name: string; known: Iterable<string>; of?: string }): Problem {
  const known = [...what.known];
  const near = nearest(what.name, known);
  return new Problem({
    code: what.code,
    what: `There is no ${what.kind} "${what.name}"${what.of ? ` of ${what.of}` : ""}.`,
    rule: `Known are: ${near && known.length > MANY ? listOf([near, ...known.filter((name) => name !== near)]) : listOf(known)}.`,
    next: near ? `Did you mean "${near}"?` : "Use one of these names.",
  });
}

export const problems = {
  badQuery: (field: string, why: string) =>
    new Problem({
      code: "bad_query",
      what: field ? `The field "${field}" of the query cannot be read: ${why}.` : `The query cannot be read: ${why}.`,
      rule: "A query is an object with the fields of docs/design/metrics.md §7.1.",
      next: "Correct the field.",
    }),
  unknownField: (name: string, known: readonly string[]) =>
    unknownName({ code: "unknown_field", kind: "field", name, known, of: "a query" }),
  unknownMetric: (name: string, known: Iterable<string>) => unknownName({ code: "unknown_metric", kind: "metric", name, known }),
  unknownDimension: (name: string, fact: string, known: readonly string[]) =>
    unknownName({ code: "unknown_dimension", kind: "dimension", name, known, of: fact }),
  unknownColumn: (name: string, fact: string, known: readonly string[]) =>
    unknownName({ code: "unknown_column", kind: "column to filter by", name, known, of: fact }),
  unknownOperator: (name: string, known: readonly string[]) =>
    unknownName({ code: "unknown_operator", kind: "filter operator", name, known }),
  unknownStatistic: (name: string, known: readonly string[]) =>
    unknownName({ code: "unknown_statistic", kind: "statistic", name, known }),
  unknownOrder: (name: string, known: readonly string[]) =>
    unknownName({ code: "unknown_column", kind: "column to order by", name, known, of: "the answer" }),
  notSpread: (metric: string) =>
    new Problem({
      code: "not_spread",
      what: `"${metric}" is one number of many items, so there is no histogram of it.`,
      rule: "A histogram shows a metric that gives one value per item: those that take a statistic.",
      next: "Choose a metric whose record has a statistic, for example issue_cycle_time.",
    }),
  unknownTeam: (id: string) =>
    new Problem({
      code: "unknown_team",
      what: `There is no team "${id}".`,
      rule: "The filter on team takes ids of teams.",
      next: "Look the id up in the list of teams.",
    }),
  unknownProfile: (id: string, known: readonly string[]) =>
    unknownName({ code: "unknown_profile", kind: "profile", name: id, known }),
  unknownTimezone: (name: string) =>
    new Problem({
      code: "unknown_timezone",
      what: `There is no time zone "${name}".`,
      rule: "A time zone is an IANA name.",
      next: 'Write it like "Europe/Berlin" or "UTC".',
    }),
  badGrain: (name: unknown, known: readonly string[]) =>
    new Problem({
      code: "bad_grain",
      what: `${JSON.stringify(name)} is no grain.`,
      rule: `Known are: ${known.join(", ")}; without a grain the range is one bucket.`,
      next: "Use one of these or leave the grain out.",
    }),
  badRange: (why: string) =>
    new Problem({
      code: "bad_range",
      what: why,
      rule: "from and to are dates (YYYY-MM-DD) or date-times with an offset, between 1970 and 2200, and from comes before to.",
      next: "Correct the range.",
    }),
  tooManyBuckets: (buckets: number, most: number) =>
    new Problem({
      code: "too_many_buckets",
      what: `The range makes ${buckets} buckets of this grain.`,
      rule: `A query has at most ${most}.`,
      next: "Use a coarser grain or a shorter range.",
    }),
  badCompare: (why: string) =>
    new Problem({
      code: "bad_compare",
      what: `The comparison cannot be made: ${why}.`,
      rule: 'compare is "previous", "previous_year" or {"from", "to"}.',
      next: "Use one of these forms.",
    }),
  onlyNow: (metric: string, what: string) =>
    new Problem({
      code: "only_now",
      what: `"${metric}" was asked with ${what}.`,
      rule: "It judges open work by what is known of it now; earlier values are kept in metric_snapshot only.",
      next: `Leave ${what} out.`,
    }),
  mixedFacts: (facts: readonly string[]) =>
    new Problem({
      code: "mixed_facts",
      what: `The metrics are of different facts: ${facts.join("; ")}.`,
      rule: "The metrics of one query are of one fact.",
      next: "Send one query per fact, in one request.",
    }),
  mixedTimes: (times: readonly string[]) =>
    new Problem({
      code: "mixed_times",
      what: `The metrics are counted by different times: ${times.join("; ")}.`,
      rule: "The metrics of one query fall into buckets by one time column.",
      next: "Send one query per time, in one request.",
    }),
  notGroupable: (name: string) =>
    new Problem({
      code: "bad_dimension",
      what: `"${name}" is a list and cannot be grouped by.`,
      rule: "Columns that hold lists can only be filtered, with has and has_not.",
      next: "Filter by it, or group by another dimension.",
    }),
  missingDimension: (metric: string, dimension: string) =>
    new Problem({
      code: "missing_dimension",
      what: `"${metric}" is a share over "${dimension}", which the query does not group by.`,
      rule: "A share needs its dimension in the query.",
      next: `Add "${dimension}" to dimensions.`,
    }),
  badTeamFilter: () =>
    new Problem({
      code: "bad_filter",
      what: "The filter on team has a form that teams do not know.",
      rule: 'Teams are filtered by ["is", "team", [ids]] and ["is_not", "team", [ids]], which mean the team and everything below it.',
      next: "Write the filter in one of these forms.",
    }),
  rowsOfOneMetric: (count: number) =>
    new Problem({
      code: "rows_need_one_metric",
      what: `Rows were asked for ${count} metrics.`,
      rule: "The rows behind a number are those of one metric.",
      next: "Ask for one metric at a time.",
    }),
  badCursor: () =>
    new Problem({
      code: "bad_cursor",
      what: "The cursor is not one of this query.",
      rule: "A cursor comes from the answer before and belongs to its query.",
      next: "Start again without a cursor.",
    }),
  peopleHidden: (name: string) =>
    new Problem({
      code: "people_hidden",
      what: `"${name}" names single people, whom you may not see.`,
      rule: "Grouping and filtering by people needs the permission for it.",
      next: "Group by team, or ask an administrator for the permission.",
      status: 403,
    }),
  unknownRow: (id: string, fact: string) =>
    new Problem({
      code: "unknown_row",
      what: `There is no row "${id}" in ${fact}.`,
      rule: "Rows are named by the ids that a drill-down lists; a rebuild may have removed this one.",
      next: "List the rows again.",
      status: 404,
    }),
};
