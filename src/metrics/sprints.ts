import { mean, n, r, s, sd } from "./expression.ts";
import type { Expression } from "./expression.ts";
import { metricsOf } from "./metric.ts";
import type { MetricSource } from "./metric.ts";

const closed = "is_closed";
const units = ["points", "items"] as const;
type Measured = (typeof units)[number];

/** One metric in points and one in items, of closed sprints by their end. */
interface Pair {
  readonly name: string;
  readonly label: string;
  readonly is: (u: Measured) => Expression;
  /** Null: that of the measure itself. */
  readonly unit: "percent" | null;
  readonly better: MetricSource["better"];
  readonly description: string;
}

const sum = (x: string) => s(x, closed);
const toCommit = (x: string, u: Measured) => `${x}_${u} / nullif(cast(committed_${u} as double precision), 0)`;
const size = (u: Measured) => sum(`committed_${u} + added_${u}`);
const sprintCount = n(closed);

const amount = (name: string, label: string, x: (u: Measured) => string, better: Pair["better"], description: string): Pair => ({
  name,
  label,
  is: (u) => sum(x(u)),
  unit: null,
  better,
  description,
});
type Parts = readonly [a: (u: Measured) => Expression, b: (u: Measured) => Expression];
const rate = (name: string, label: string, [a, b]: Parts, better: Pair["better"], description: string): Pair => ({
  name,
  label,
  is: (u) => r(a(u), b(u)),
  unit: "percent",
  better,
  description,
});
const spread = (name: string, label: string, x: (u: Measured) => string, unit: Pair["unit"], description: string): Pair => ({
  name,
  label,
  is: (u) => sd(x(u), closed),
  unit,
  better: "lower",
  description,
});
/** Sprints whose membership is unknown have no such sum: they are in neither part. */
const perSprint = (name: string, label: string, a: Parts[0], better: Pair["better"], description: string): Pair => ({
  ...rate(name, label, [a, (u) => n(`${closed} and committed_${u} is not null`)], better, description),
  unit: null,
});

const of = (column: string) => (u: Measured) => `${column}_${u}`;
const total = (column: string) => (u: Measured) => sum(`${column}_${u}`);

const pairs: readonly Pair[] = [
  amount("commit", "Commit", of("committed"), "neither", "Work in the sprint when it started."),
  amount("creep", "Creep", of("added"), "lower", "Work added after the start of the sprint."),
  amount("size", "Size", (u) => `committed_${u} + added_${u}`, "neither", "Commit and creep together."),
  perSprint("average_size", "Average size", size, "neither", "Commit and creep divided by the number of sprints."),
  rate(
    "creep_rate",
    "Creep ÷ commit",
    [total("added"), total("committed")],
    "lower",
    "Work added after the start as part of the commit.",
  ),
  amount("delivered", "Work delivered", of("delivered"), "higher", "Work done at the end of the sprint, whenever it came in."),
  amount("delivered_commit", "Delivered commit", of("delivered_committed"), "higher", "Committed work that was done at the end."),
  amount(
    "missed_commit",
    "Missed commit",
    (u) => `committed_${u} - delivered_committed_${u}`,
    "lower",
    "Committed work that was not done at the end.",
  ),
  amount("delivered_creep", "Delivered creep", of("delivered_added"), "neither", "Added work that was done at the end."),
  amount(
    "missed_creep",
    "Missed creep",
    (u) => `added_${u} - delivered_added_${u}`,
    "lower",
    "Added work that was not done at the end.",
  ),
  amount("removed", "Removed", of("removed"), "lower", "Work taken out before the end of the sprint."),
  perSprint("velocity", "Velocity", total("delivered"), "higher", "Work delivered divided by the number of sprints."),
  rate(
    "delivered_to_commit",
    "Delivered ÷ commit",
    [total("delivered"), total("committed")],
    "higher",
    "Work delivered, creep included, as part of the commit.",
  ),
  rate("delivery_rate", "Delivered ÷ size", [total("delivered"), size], "higher", "Work delivered as part of commit and creep."),
  rate(
    "commit_delivery_rate",
    "Delivered commit ÷ commit (reliability)",
    [total("delivered_committed"), total("committed")],
    "higher",
    "Committed work that was done as part of the commit.",
  ),
  rate(
    "creep_delivery_rate",
    "Delivered creep ÷ creep",
    [total("delivered_added"), total("added")],
    "higher",
    "Added work that was done as part of the creep.",
  ),
  rate(
    "removal_rate",
    "Removed ÷ commit",
    [total("removed"), total("committed")],
    "lower",
    "Work removed as part of the commit.",
  ),
  rate(
    "churn_rate",
    "(Creep + removed) ÷ commit",
    [(u) => sum(`added_${u} + removed_${u}`), total("committed")],
    "lower",
    "Work added and work removed as part of the commit.",
  ),
  spread(
    "predictability",
    "Spread of delivered work",
    of("delivered"),
    null,
    "Sample deviation of the work delivered by sprint.",
  ),
  spread(
    "predictability_rate",
    "Spread of delivered ÷ commit",
    (u) => toCommit("delivered", u),
    "percent",
    "Sample deviation over sprints of the work delivered as part of the commit.",
  ),
  {
    name: "variation",
    label: "Coefficient of variation of delivered work",
    is: (u) => r(sd(`delivered_${u}`, closed), mean(`delivered_${u}`, closed)),
    unit: "percent",
    better: "lower",
    description: "Sample deviation of the work delivered by sprint, divided by its mean.",
  },
  spread(
    "creep_spread",
    "Spread of creep ÷ commit",
    (u) => toCommit("added", u),
    "percent",
    "Sample deviation over sprints of the creep as part of the commit.",
  ),
  spread(
    "reliability_spread",
    "Spread of reliability",
    (u) => toCommit("delivered_committed", u),
    "percent",
    "Sample deviation over sprints of the delivered commit as part of the commit.",
  ),
];

const inUnit = (u: Measured) => (u === "points" ? "in points" : "in items");

const paired = pairs.flatMap(({ name, label, is, unit, better, description }) =>
  units.map((u): MetricSource => ({
    name: `sprint_${name}_${u}`,
    label: `${label}, ${inUnit(u)}`,
    when: "ended_at",
    is: is(u),
    unit: unit ?? u,
    better,
    description: description.replace(/\.$/, `, ${inUnit(u)}.`),
  })),
);

const single = (
  name: string,
  label: string,
  is: Expression,
  unit: MetricSource["unit"],
  rest: Pick<MetricSource, "better" | "description">,
): MetricSource => ({ name, label, when: "ended_at", is, unit, ...rest });

export const sprints = metricsOf("fact_sprint", [
  single("sprints", "Sprints closed", sprintCount, "count", {
    better: "neither",
    description: "Sprints that were closed with their end in the bucket.",
  }),
  ...paired,
  {
    ...single(
      "sprint_churn_rate_resized_points",
      "(Creep + removed + raised) ÷ commit, in points",
      r(sum("added_points + removed_points + raised_points"), sum("committed_points")),
      "percent",
      { better: "lower", description: "Work added, work removed and raised estimates as part of the commit, in points." },
    ),
    variant_of: "sprint_churn_rate_points",
  },
  single("sprint_carry_over_rate", "Carried over ÷ size", r(sum("carried_items"), size("items")), "percent", {
    better: "lower",
    description: "Items neither done nor removed at the end as part of all items of the sprint.",
  }),
  single("sprint_carried_items", "Items carried over", sum("carried_items"), "items", {
    better: "lower",
    description: "Items neither done nor removed at the end of the sprint.",
  }),
  single("sprint_unknown_items", "Items of unknown date", sum("unknown_items"), "items", {
    better: "lower",
    description: "Items of which it is not known when they were in the sprint; no other number of it counts them.",
  }),
  single("sprint_unestimated_rate", "Unestimated items", r(sum("unestimated_items"), size("items")), "percent", {
    better: "lower",
    description: "Items without an estimate at the end as part of all items of the sprint.",
  }),
  single("sprint_item_size", "Points per delivered item", r(sum("delivered_points"), sum("delivered_items")), "points", {
    better: "neither",
    description: "Points delivered divided by items delivered.",
  }),
]);

const counted = "is_counted";

export const sprintIssues = metricsOf("fact_sprint_issue", [
  single("sprint_issues", "Items of sprints", n(counted), "count", {
    better: "neither",
    description: "Items that were in a sprint, by outcome, assignee or type.",
  }),
  single("sprint_issue_delivered_points", "Points delivered", s("delivered_points", counted), "points", {
    better: "neither",
    description: "Points that sprints delivered, by assignee or type.",
  }),
  single(
    "sprint_reestimated_rate",
    "Re-estimated during the sprint",
    r(n(`${counted} and is_reestimated`), n(counted)),
    "percent",
    {
      better: "neither",
      description: "Share of items whose estimate at the end differs from the one they came in with.",
    },
  ),
]);

const all = "true";
const changed = "kind <> 'committed'";

/** The ledger at any instant (`docs/decisions/006-sprint-ledger.md`). */
export const sprintEvents = metricsOf(
  "fact_sprint_event",
  units.flatMap((u): MetricSource[] => [
    {
      name: `sprint_scope_${u}`,
      label: `Scope so far, ${inUnit(u)}`,
      when: "occurred_at..",
      is: s(`scope_${u}`, all),
      unit: u,
      better: "neither",
      description: `Work in the sprint at the end of the bucket, ${inUnit(u)}; grouped by kind, what each kind of change brought.`,
    },
    {
      name: `sprint_done_${u}`,
      label: `Done so far, ${inUnit(u)}`,
      when: "occurred_at..",
      is: s(`done_${u}`, all),
      unit: u,
      better: "higher",
      description: `Work of the sprint that is done at the end of the bucket, ${inUnit(u)}.`,
    },
    {
      name: `sprint_scope_change_${u}`,
      label: `Change of scope, ${inUnit(u)}`,
      when: "occurred_at",
      is: s(`scope_${u}`, changed),
      unit: u,
      better: "neither",
      description: `What was added and raised in the bucket less what was removed and lowered, ${inUnit(u)}.`,
    },
    {
      name: `sprint_done_change_${u}`,
      label: `Change of work done, ${inUnit(u)}`,
      when: "occurred_at",
      is: s(`done_${u}`, all),
      unit: u,
      better: "higher",
      description: `What was done in the bucket less what was reopened, ${inUnit(u)}.`,
    },
  ]),
);
