import { age, n, r, s, v } from "./expression.ts";
import { metricsOf } from "./metric.ts";
import type { MetricSource } from "./metric.ts";

const E = "is_eligible";
const REVIEWED = `${E} and is_reviewed`;

const duration = (
  name: string,
  x: string,
  source: Omit<MetricSource, "name" | "is" | "unit" | "better" | "when">,
): MetricSource => ({
  name,
  when: "merged_at",
  is: v(x, E),
  unit: "seconds",
  better: "lower",
  ...source,
});

const phases: readonly (readonly [name: string, description: string])[] = [
  ["coding", "First commit to the opening of the pull request."],
  ["drafting", "Opening to ready for review."],
  ["pickup", "Ready for review to the first review; unknown for requests nobody reviewed."],
  ["review", "First review to the last approval, or to the merge without one."],
  ["merge_wait", "Last approval to the merge."],
  ["unreviewed", "Ready to merged, of requests that nobody reviewed."],
  ["deploy", "Merge to the first production deployment."],
];

const first = (x: "review" | "comment" | "approval"): MetricSource => ({
  name: `time_to_first_${x}`,
  label: `Time to first ${x}`,
  when: `first_${x}_at`,
  is: v(`first_${x}_seconds`, E),
  unit: "seconds",
  better: "lower",
  description: `Opening to the first ${x} by someone else. Requests never answered are in review coverage, not here.`,
});

const merged = (source: Omit<MetricSource, "when">): MetricSource => ({ when: "merged_at", ...source });

const rate = (x: string, label: string, description: string) =>
  merged({
    name: `pull_request_${x}_rate`,
    label,
    is: r(n(`${E} and is_${x}`), n(E)),
    unit: "percent",
    better: "neither",
    description,
  });

const flow: readonly MetricSource[] = [
  {
    name: "pull_requests_opened",
    label: "Pull requests opened",
    when: "opened_at",
    is: n(E),
    unit: "count",
    better: "higher",
    description: "Pull requests opened in the bucket.",
  },
  merged({
    name: "pull_requests_merged",
    label: "Pull requests merged",
    is: n(E),
    unit: "count",
    better: "higher",
    description: "Pull requests merged in the bucket.",
  }),
  {
    name: "pull_requests_closed",
    label: "Closed without merge",
    when: "closed_at",
    is: n(`${E} and state = 'closed'`),
    unit: "count",
    better: "lower",
    description: "Pull requests closed without being merged.",
  },
  {
    name: "pull_request_merge_rate",
    label: "Merge rate",
    when: "closed_at",
    is: r(n(`${E} and state = 'merged'`), n(E)),
    unit: "percent",
    better: "higher",
    description: "Merged requests among those closed or merged in the bucket.",
  },
  merged({
    name: "pull_requests_merged_by_bots",
    label: "Merged requests of bots",
    is: n("author_kind in ('bot', 'service')"),
    unit: "count",
    better: "neither",
    description: "Merged requests whose author is a bot or a service account.",
  }),
  {
    name: "pull_requests_open",
    label: "Open pull requests",
    when: "opened_at..closed_at",
    is: n(E),
    unit: "count",
    better: "lower",
    description: "Pull requests open at the end of the bucket.",
  },
  {
    name: "pull_request_age",
    label: "Age of open pull requests",
    when: "opened_at..closed_at",
    is: v(age("opened_at"), E),
    unit: "seconds",
    better: "lower",
    description: "Time since the opening of the requests open at the end of the bucket.",
  },
];

const times: readonly MetricSource[] = [
  duration("pull_request_cycle_time", "cycle_seconds", { label: "PR cycle time", description: "First commit to merge." }),
  duration("pull_request_open_time", "open_seconds", {
    label: "PR open time",
    description: "Opening to merge.",
    variant_of: "pull_request_cycle_time",
  }),
  duration("pull_request_ready_to_merge_time", "ready_to_merge_seconds", {
    label: "PR ready to merge",
    description: "Ready for review to merge.",
    variant_of: "pull_request_cycle_time",
  }),
  ...phases.map(([x, description]) =>
    duration(`pull_request_${x}_time`, `${x}_seconds`, { label: `PR ${x.replace("_", " ")} time`, description }),
  ),
  duration("pull_request_cycle_time_working", "cycle_working_seconds", {
    label: "PR cycle time, working time",
    description: "First commit to merge, counting working hours only.",
    variant_of: "pull_request_cycle_time",
  }),
  duration("pull_request_pickup_time_working", "pickup_working_seconds", {
    label: "PR pickup time, working time",
    description: "Ready for review to the first review, counting working hours only.",
    variant_of: "pull_request_pickup_time",
  }),
  duration("pull_request_review_time_working", "review_working_seconds", {
    label: "PR review time, working time",
    description: "First review to the last approval or the merge, counting working hours only.",
    variant_of: "pull_request_review_time",
  }),
  first("review"),
  first("comment"),
  first("approval"),
  {
    name: "time_to_first_review_working",
    label: "Time to first review, working time",
    when: "first_review_at",
    is: v("first_review_working_seconds", E),
    unit: "seconds",
    better: "lower",
    description: "Opening to the first review by someone else, counting working hours only.",
    variant_of: "time_to_first_review",
  },
  duration("pull_request_first_review_to_merge_time", "review_seconds + coalesce(merge_wait_seconds, 0)", {
    label: "First review to merge",
    description: "First review to the merge.",
  }),
];

const sizes: readonly MetricSource[] = [
  merged({
    name: "pull_request_size",
    label: "PR size",
    is: v("lines_changed", E),
    unit: "lines",
    better: "lower",
    description: "Lines added and deleted per merged request.",
  }),
  merged({
    name: "pull_request_files_count",
    label: "PR size in files",
    is: v("files_count", E),
    unit: "count",
    better: "lower",
    description: "Files changed per merged request.",
  }),
  merged({
    name: "pull_request_commit_count",
    label: "PR size in commits",
    is: v("commit_count", E),
    unit: "count",
    better: "lower",
    description: "Commits per merged request.",
  }),
  merged({
    name: "large_pull_request_rate",
    label: "Large pull requests",
    is: r(n(`${E} and size = 'large'`), n(`${E} and size is not null`)),
    unit: "percent",
    better: "lower",
    description: "Large requests among the merged ones of known size.",
  }),
  ...(
    [
      ["lines_changed", "lines_changed", "Lines changed", "Lines added and deleted by merged requests."],
      ["lines_added", "additions", "Lines added", "Lines added by merged requests."],
      ["lines_deleted", "deletions", "Lines deleted", "Lines deleted by merged requests."],
    ] as const
  ).map(([name, x, label, description]) => merged({ name, label, is: s(x, E), unit: "lines", better: "neither", description })),
];

const reviewing: readonly MetricSource[] = [
  merged({
    name: "comments_per_pull_request",
    label: "Comments per PR",
    is: r(s("comment_count", E), n(E)),
    unit: "ratio",
    better: "higher",
    description: "Comments by people other than the author, divided by merged requests.",
  }),
  merged({
    name: "comment_density",
    label: "Comments per changed file",
    is: r(s("comment_count", `${E} and files_count > 0`), s("files_count", `${E} and files_count > 0`)),
    unit: "ratio",
    better: "higher",
    description: "Comments by people other than the author, divided by the files of the merged requests.",
  }),
  merged({
    name: "reviewers_per_pull_request",
    label: "Reviewers per PR",
    is: r(s("reviewer_count", E), n(E)),
    unit: "ratio",
    better: "higher",
    description: "People who reviewed, divided by merged requests.",
  }),
  merged({
    name: "approvals_per_pull_request",
    label: "Approvals per PR",
    is: r(s("approval_count", E), n(E)),
    unit: "ratio",
    better: "higher",
    description: "Approvals divided by merged requests.",
  }),
  merged({
    name: "commented_rate",
    label: "Commented by someone else",
    is: r(n(`${E} and comment_count > 0`), n(E)),
    unit: "percent",
    better: "higher",
    description: "Merged requests with a comment by a person other than the author.",
  }),
  merged({
    name: "review_coverage",
    label: "Reviewed before merge",
    is: r(n(REVIEWED), n(E)),
    unit: "percent",
    better: "higher",
    description: "Merged requests that a person other than the author reviewed before the merge.",
  }),
  merged({
    name: "approval_coverage",
    label: "Approved before merge",
    is: r(n(`${E} and is_approved`), n(E)),
    unit: "percent",
    better: "higher",
    description: "Merged requests that a person other than the author approved before the merge.",
  }),
  merged({
    name: "two_reviewer_rate",
    label: "Reviewed by two or more",
    is: r(n(`${E} and reviewer_count >= 2`), n(E)),
    unit: "percent",
    better: "higher",
    description: "Merged requests with at least two reviewers.",
  }),
  merged({
    name: "self_merge_rate",
    label: "Merged by the author",
    is: r(n(`${E} and is_self_merged`), n(E)),
    unit: "percent",
    better: "lower",
    description: "Merged requests that their author merged.",
  }),
  merged({
    name: "review_rework_rate",
    label: "Commits after the first review",
    is: r(n(`${E} and commits_after_review_count > 0`), n(REVIEWED)),
    unit: "percent",
    better: "neither",
    description: "Requests with commits after the first review, among the reviewed ones.",
  }),
  merged({
    name: "changes_requested_rate",
    label: "Changes requested",
    is: r(n(`${E} and changes_requested_count > 0`), n(REVIEWED)),
    unit: "percent",
    better: "neither",
    description: "Requests whose reviewers asked for changes, among the reviewed ones.",
  }),
];

const shares: readonly MetricSource[] = [
  rate("reopened", "Reopened requests", "Merged requests that had been closed and reopened."),
  rate("force_pushed", "Force-pushed requests", "Merged requests whose branch was force-pushed."),
  rate("revert", "Reverts", "Merged requests that revert another."),
  rate("hotfix", "Hotfixes", "Merged requests that match the profile's rule for hotfixes."),
  rate("ai_assisted", "AI-assisted requests", "Merged requests in which a commit or the author names an assistant."),
  merged({
    name: "pull_requests_without_issue",
    label: "Without a work item key",
    is: n(`${E} and not has_issue_key`),
    unit: "count",
    better: "lower",
    description: "Merged requests that name no work item.",
  }),
  merged({
    name: "pull_request_issue_rate",
    label: "With a work item key",
    is: r(n(`${E} and has_issue_key`), n(E)),
    unit: "percent",
    better: "higher",
    description: "Merged requests that name a work item.",
  }),
];

export const pullRequests = metricsOf("fact_pull_request", [...flow, ...times, ...sizes, ...reviewing, ...shares]);
