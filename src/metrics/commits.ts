import { d, n, r, s, v } from "./expression.ts";
import { metricsOf } from "./metric.ts";

const E = "is_eligible";

export const commits = metricsOf("fact_commit", [
  {
    name: "commits",
    label: "Commits",
    when: "authored_at",
    is: n(E),
    unit: "count",
    better: "neither",
    description: "Different commits, without merges, excluded authors and rebased copies.",
  },
  {
    name: "committers",
    label: "Committers",
    when: "authored_at",
    is: d("author_id", E),
    unit: "count",
    better: "neither",
    description: "Different people who authored a commit.",
  },
  {
    name: "repositories_touched",
    label: "Repositories with commits",
    when: "authored_at",
    is: d("repository_id", E),
    unit: "count",
    better: "neither",
    description: "Different repositories with a commit.",
  },
  {
    name: "commit_size",
    label: "Lines per commit",
    when: "authored_at",
    is: v("lines_changed", E),
    unit: "lines",
    better: "lower",
    description: "Lines added and deleted per commit.",
  },
  {
    name: "direct_commit_rate",
    label: "Default-branch commits without a pull request",
    when: "authored_at",
    is: r(n(`${E} and is_on_default and is_direct`), n(`${E} and is_on_default`)),
    unit: "percent",
    better: "lower",
    description: "Share of the commits on the default branch that came in no pull request.",
  },
  {
    name: "assisted_lines_rate",
    label: "Lines in commits made with an assistant",
    when: "authored_at",
    is: r(s("lines_changed", `${E} and assistant is not null`), s("lines_changed", E)),
    unit: "percent",
    better: "neither",
    description: "Share of changed lines in commits that name a coding assistant.",
  },
  {
    name: "commit_issue_rate",
    label: "Commits with a work item",
    when: "authored_at",
    is: r(n(`${E} and has_issue`), n(E)),
    unit: "percent",
    better: "higher",
    description: "Share of commits that name a work item.",
  },
]);
