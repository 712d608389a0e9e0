/* `docs/design/domain.md` §4, the rows of Jira, word for word. */

import { categories, plainWord } from "../../../domain/categories.ts";

/** By the key of the status category: its name is translated. */
export const statusCategory = categories({ todo: ["new"], in_progress: ["indeterminate"], done: ["done"] });

export const resolution = categories({
  completed: ["Done", "Fixed", "Resolved", "completed"],
  canceled: ["Won't do", "Won't fix", "Cannot reproduce", "Invalid", "Declined", "Abandoned", "not_planned"],
  duplicate: ["Duplicate"],
});

export const priority = categories({
  critical: ["Highest", "Blocker", "Critical"],
  high: ["High", "Major"],
  medium: ["Medium", "Normal"],
  low: ["Low", "Minor", "Lowest", "Trivial"],
});

const baseType = categories({
  bug: ["Bug", "Defect"],
  incident: ["Incident", "Outage", "[System] Incident"],
  feature: ["Story", "User Story", "Feature", "New Feature", "Improvement", "Enhancement", "Requirement"],
  task: ["Task", "Chore", "Spike", "Technical task"],
});

/** −1 sub-task, 0 base, 1 epic. Data Center does not tell: there epics are the type of that name. */
export function levelOf(type: {
  name: string;
  subtask?: boolean | null | undefined;
  hierarchyLevel?: number | null | undefined;
}): number {
  if (typeof type.hierarchyLevel === "number") return type.hierarchyLevel;
  return type.subtask ? -1 : plainWord(type.name) === "epic" ? 1 : 0;
}

export function issueType(
  type: Parameters<typeof levelOf>[0],
): "subtask" | "initiative" | "epic" | ReturnType<typeof baseType.of> {
  const level = levelOf(type);
  if (type.subtask || level < 0) return "subtask";
  if (level >= 2) return "initiative";
  return level === 1 ? "epic" : baseType.of(type.name);
}

/** By the outward words; what a site calls a link is free, so the usual ones are listed. */
export const linkKind = categories({
  blocks: ["blocks", "is blocking"],
  causes: ["causes", "caused"],
  duplicates: ["duplicates"],
  clones: ["clones"],
  relates: ["relates to", "relates"],
});

export const boardKind = categories({ scrum: ["scrum"], kanban: ["kanban"] });
export const sprintState = categories({ future: ["future"], active: ["active"], closed: ["closed"] });

const automation = /^(.*\[bot\]|.*-bot|bot-.*|.*_bot|jenkins|ci|svc-.*|automation for jira|jira automation|.*\bbot)$/i;
const agents = /^(rovo dev|rovo|devin|claude|cursor|copilot|codex)( agent)?$/i;

/** Apps are `app` on Cloud; Data Center has nothing but names. */
export function accountKind(type: string | null | undefined, name: string): "human" | "bot" | "agent" {
  if (agents.test(name)) return "agent";
  return type === "app" || automation.test(name) ? "bot" : "human";
}

/** What a change of history is about, by the id of its field, else by its name. */
export function fieldCategory(name: string) {
  return (
    (fieldCategories as Readonly<Record<string, (typeof fieldCategories)[keyof typeof fieldCategories]>>)[name.toLowerCase()] ??
    "other"
  );
}
const fieldCategories = {
  status: "status",
  assignee: "assignee",
  sprint: "sprint",
  "story points": "points",
  "story point estimate": "points",
  priority: "priority",
  severity: "severity",
  issuetype: "type",
  project: "project",
  parent: "parent",
  issueparentassociation: "parent",
  "epic link": "parent",
  "parent link": "parent",
  resolution: "resolution",
  "fix version": "release",
  fixversions: "release",
  labels: "labels",
  duedate: "due",
  "due date": "due",
  timeestimate: "estimate",
  timeoriginalestimate: "estimate",
  flagged: "flagged",
} as const;
