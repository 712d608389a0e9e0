/* `docs/design/domain.md` §4, the rows of Azure, word for word. */

import { categories } from "../../../domain/categories.ts";

export { environmentCategory as environment } from "../../../domain/categories.ts";

export const pullRequestState = categories({ open: ["active"], merged: ["completed"], closed: ["abandoned"] });
/** Votes are numbers, so their sign counts. */
export const verdict = (vote: string): "approved" | "changes_requested" | "dismissed" | "other" =>
  vote === "10" || vote === "5"
    ? "approved"
    : vote === "-5" || vote === "-10"
      ? "changes_requested"
      : vote === "0"
        ? "dismissed"
        : "other";
export const mergeMethod = categories({
  merge: ["noFastForward"],
  squash: ["squash"],
  rebase: ["rebase", "rebaseMerge"],
});

export const status = categories({
  todo: ["Proposed"],
  in_progress: ["InProgress", "Resolved"],
  done: ["Completed"],
  canceled: ["Removed"],
});
/** By category of the type; tasks also by whether they have a parent. */
export const issueType = categories({
  initiative: ["Microsoft.EpicCategory"],
  epic: ["Microsoft.FeatureCategory"],
  feature: ["Microsoft.RequirementCategory"],
  bug: ["Microsoft.BugCategory"],
  task: ["Microsoft.TaskCategory"],
});
/** Where the process did not tell: the names of the types that Azure ships. */
export const issueTypeName = categories({
  initiative: ["Epic"],
  epic: ["Feature"],
  feature: ["User Story", "Product Backlog Item", "Requirement"],
  bug: ["Bug"],
  task: ["Task", "Issue"],
});
export const resolution = categories({
  completed: ["Done", "Fixed", "Resolved", "completed"],
  canceled: ["Won't do", "Won't fix", "Cannot reproduce", "Invalid", "Declined", "Abandoned", "not_planned"],
  duplicate: ["Duplicate"],
});
const ranks = categories({ critical: ["1"], high: ["2"], medium: ["3"], low: ["4", "5"] });
/** The leading number of `1 - Critical`, or the number itself. */
export const rank = (raw: string) => ranks.of(/^\s*(\d+)/.exec(raw)?.[1] ?? raw);

/** By name of the relation without its direction. */
export const linkKind = categories({
  blocks: ["System.LinkTypes.Dependency"],
  duplicates: ["System.LinkTypes.Duplicate"],
  parent: ["System.LinkTypes.Hierarchy"],
  relates: ["System.LinkTypes.Related"],
  causes: ["Microsoft.VSTS.Common.Affects"],
});
export const sprintState = categories({ future: ["future"], active: ["current"], closed: ["past"] });

export const runState = categories({
  queued: ["notStarted", "postponed", "pending"],
  running: ["inProgress", "cancelling"],
  finished: ["completed"],
});
export const runResult = categories({
  success: ["succeeded"],
  partial: ["partiallySucceeded", "succeededWithIssues"],
  failure: ["failed"],
  canceled: ["canceled", "abandoned"],
  skipped: ["skipped"],
});
export const trigger = categories({
  push: ["individualCI", "batchedCI"],
  pull_request: ["pullRequest"],
  schedule: ["schedule", "scheduleForced"],
  manual: ["manual", "userCreated"],
  upstream: ["buildCompletion", "resourceTrigger"],
});
export const jobKind = categories({ stage: ["Stage"], job: ["Job"], step: ["Task"] });
export const visibility = categories({ private: ["private"], internal: ["organization"], public: ["public"] });
export const deploymentStatus = categories({
  pending: ["notDeployed", "undefined"],
  running: ["inProgress"],
  success: ["succeeded", "succeededWithIssues"],
  failure: ["failed", "partiallySucceeded", "rejected"],
  canceled: ["canceled", "abandoned"],
  skipped: ["skipped"],
});

/** Services of the organisation act under names of their own (§4.1, §6.2). */
export function accountKind(descriptor: string, name: string): "human" | "service" | "bot" {
  if (
    /^(svc|s2s|srv|aadsp)\./i.test(descriptor) ||
    / Build Service \(|^Project Collection |^Microsoft\.VisualStudio\./.test(name)
  )
    return "service";
  return /\[bot\]|^(dependabot|renovate|mergify|snyk-bot)\b/i.test(name) ? "bot" : "human";
}
