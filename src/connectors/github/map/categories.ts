/* `docs/design/domain.md` §4, the rows of GitHub, word for word. */

import { categories } from "../../../domain/categories.ts";

export { environmentCategory as environment } from "../../../domain/categories.ts";

export const pullRequestState = categories({ open: ["open"], merged: ["merged"], closed: ["closed"] });
export const verdict = categories({
  approved: ["approved"],
  changes_requested: ["changes_requested"],
  commented: ["commented"],
  dismissed: ["dismissed"],
  pending: ["pending"],
});

/** Timeline types by name. */
export const eventKind = categories({
  ready_for_review: ["ReadyForReviewEvent"],
  converted_to_draft: ["ConvertToDraftEvent"],
  review_requested: ["ReviewRequestedEvent"],
  review_request_removed: ["ReviewRequestRemovedEvent"],
  force_pushed: ["HeadRefForcePushedEvent"],
  base_changed: ["BaseRefChangedEvent"],
  closed: ["ClosedEvent"],
  reopened: ["ReopenedEvent"],
  merged: ["MergedEvent"],
  labeled: ["LabeledEvent"],
  unlabeled: ["UnlabeledEvent"],
});

export const issueType = categories({ bug: ["bug"], feature: ["feature"], task: ["task"] });
export const issueLabel = categories({
  bug: ["bug", "defect"],
  feature: ["enhancement", "feature"],
  incident: ["incident"],
  task: ["task", "chore"],
});
/** Of an issue itself: `open`, or the reason why it was closed. */
export const issueState = categories({ todo: ["open"], done: ["completed"], canceled: ["not_planned", "duplicate"] });
/** Of the status field of a project. */
export const projectStatus = categories({
  todo: ["Todo", "To do", "Backlog", "Ready"],
  in_progress: ["In progress", "In review"],
  done: ["Done"],
});

export const resolution = categories({
  completed: ["Done", "Fixed", "Resolved", "completed"],
  canceled: ["Won't do", "Won't fix", "Cannot reproduce", "Invalid", "Declined", "Abandoned", "not_planned"],
  duplicate: ["Duplicate"],
});
/** Fields of projects are named by people: the words of Jira, and P0 to P4 as GitHub's own templates use them. */
export const priority = categories({
  critical: ["Highest", "Blocker", "Critical", "Urgent", "P0"],
  high: ["High", "Major", "P1"],
  medium: ["Medium", "Normal", "P2"],
  low: ["Low", "Minor", "Lowest", "Trivial", "P3", "P4"],
});

export const runState = categories({
  queued: ["queued", "requested", "pending"],
  running: ["in_progress"],
  waiting: ["waiting"],
  finished: ["completed"],
});
export const runResult = categories({
  success: ["success"],
  failure: ["failure", "timed_out", "startup_failure"],
  canceled: ["cancelled", "stale"],
  skipped: ["skipped"],
});
export const trigger = categories({
  push: ["push"],
  pull_request: ["pull_request", "pull_request_target"],
  tag: ["tag"],
  schedule: ["schedule"],
  manual: ["workflow_dispatch"],
  api: ["repository_dispatch"],
  upstream: ["workflow_run"],
});

export const visibility = categories({ private: ["private"], internal: ["internal"], public: ["public"] });
export const teamRole = categories({ member: ["member"], lead: ["maintainer"] });

export const deploymentStatus = categories({
  pending: ["PENDING", "QUEUED", "WAITING"],
  running: ["IN_PROGRESS"],
  success: ["SUCCESS", "ACTIVE"],
  failure: ["FAILURE", "ERROR"],
  canceled: ["ABANDONED"],
});

/* ── Who acts (§6.2); kept as data ───────────────────────────────────────────────────────────────────────────── */

const agents =
  /^(copilot|copilot-swe-agent|devin-ai-integration|claude|claude-code|cursor|cursoragent|codex|chatgpt-codex-connector|sweep-ai|google-labs-jules|openhands-agent|gemini-code-assist)(\[bot\])?$/i;
const automation =
  /^(.*\[bot\]|dependabot|dependabot-preview|renovate|renovate-bot|greenkeeper|greenkeeperio-bot|snyk-bot|mergify|.*-bot|bot-.*|.*_bot|jenkins|ci|github-actions|web-flow|svc-.*|golangcibot|gitter-badger|codecov-commenter|codecov-io|coveralls|allcontributors|imgbot|pyup-bot|whitesource-bolt-for-github)$/i;
const automationAddress = /(\[bot\]@users\.noreply\.|^(noreply|no-reply|actions|ci|jenkins|bot|automation)@)/i;

/** Agents bear the type `Bot` too, so their names are looked at first. */
export function accountKind(type: string, name: string): "human" | "bot" | "agent" {
  if (agents.test(name)) return "agent";
  return type === "Bot" || automation.test(name) ? "bot" : "human";
}

export const addressKind = (email: string, name: string): "human" | "bot" | "agent" =>
  /@anthropic\.com$|^cursoragent@|devin-ai-integration/i.test(email)
    ? "agent"
    : automationAddress.test(email)
      ? "bot"
      : accountKind("", name);
