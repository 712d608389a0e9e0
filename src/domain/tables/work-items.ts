import { bigint, boolean, category, date, double, json, orNull, text, textArray, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One container of issues (a repository with issues gives one too, same key). */
export const project = table({
  name: "project",
  kind: "E",
  key: "provider project id",
  columns: {
    /** `PAY`, `acme/pay`, `Payments` */
    key: orNull(text),
    name: text,
    /** provider's project type */
    kind: orNull(text),
    /** repository only for repository-born projects */
    leadAccountId: orNull(text),
    repositoryId: orNull(text),
    isArchived: orNull(boolean),
    /** §2 */
    canonicalKey: text,
  },
});

/** One board, or one Azure team. */
export const board = table({
  name: "board",
  kind: "E",
  key: "provider board or team id",
  columns: {
    name: text,
    kindCategory: orNull(category("scrum", "kanban", "other")),
    kind: orNull(text),
    /** projects it draws from */
    projectIds: orNull(textArray),
    /** field id used for estimation */
    pointsField: orNull(text),
    /** §2 */
    canonicalKey: text,
  },
});

/** One status of a workflow, kept after the provider deletes it. */
export const workflowStatus = table({
  name: "workflow_status",
  kind: "E",
  key: "<project or ->/<status id>",
  columns: {
    /** NULL = valid for all projects of the integration */
    projectId: orNull(text),
    /** id used in transitions; today's name */
    statusId: text,
    name: text,
    /** §4.2; raw is the provider's category key, not the name */
    statusCategory: category("todo", "in_progress", "done", "canceled", "other"),
    status: orNull(text),
    /** order on the board */
    position: orNull(bigint),
  },
});

/** One work item. */
export const issue = table({
  name: "issue",
  kind: "E",
  key: "provider issue id (not the key: it changes on a move)",
  columns: {
    /** today's project and key */
    projectId: text,
    key: text,
    /** keys it had before moves */
    previousKeys: orNull(textArray),
    number: orNull(bigint),
    title: orNull(text),
    /** 0 = measured empty; NULL = not read */
    descriptionLength: orNull(bigint),
    /** §4.2; original name and id */
    typeCategory: category("initiative", "epic", "feature", "task", "bug", "subtask", "incident", "other"),
    type: orNull(text),
    typeId: orNull(text),
    /** −1 sub-task, 0 base, 1 epic, 2 and up above */
    hierarchyLevel: orNull(bigint),
    isSubtask: boolean,
    /** now ; `status` is the status *name* */
    statusCategory: category("todo", "in_progress", "done", "canceled", "other"),
    status: orNull(text),
    statusId: orNull(text),
    /** `completed`, `canceled`, `duplicate`, `other`; NULL while unresolved  */
    resolutionCategory: orNull(category("completed", "canceled", "duplicate", "other")),
    resolution: orNull(text),
    /** §4.2 */
    priorityCategory: orNull(category("critical", "high", "medium", "low", "other")),
    priority: orNull(text),
    /** §4.2 */
    severityCategory: orNull(category("critical", "high", "medium", "low", "other")),
    severity: orNull(text),
    /** direct parent; nearest ancestor of level 1 as stated by the provider */
    parentId: orNull(text),
    epicId: orNull(text),
    /** estimate; NULL = unestimated, 0 = estimated at zero */
    points: orNull(double),
    /** time tracking */
    estimateSeconds: orNull(double),
    remainingSeconds: orNull(double),
    spentSeconds: orNull(double),
    /** NULL assignee = unassigned */
    reporterAccountId: orNull(text),
    assigneeAccountId: orNull(text),
    createdAt: timestamp,
    /** as the provider states them; facts use transitions first */
    resolvedAt: orNull(timestamp),
    closedAt: orNull(timestamp),
    dueOn: orNull(date),
    labels: orNull(textArray),
    components: orNull(textArray),
    /** sprints it is in now */
    sprintIds: orNull(textArray),
    areaPath: orNull(text),
    environment: orNull(text),
    /** provider's counter */
    commentCount: orNull(bigint),
    /** selected custom fields: field id → value or list of values */
    customFields: orNull(json),
  },
});

/** One change of one field of one issue. */
export const issueTransition = table({
  name: "issue_transition",
  kind: "E",
  key: "<issue>/<history id>/<item index>",
  columns: {
    issueId: text,
    /** `status assignee sprint points priority severity type project parent resolution release labels due estimate flagged other` */
    fieldCategory: category(
      "status",
      "assignee",
      "sprint",
      "points",
      "priority",
      "severity",
      "type",
      "project",
      "parent",
      "resolution",
      "release",
      "labels",
      "due",
      "estimate",
      "flagged",
      "other",
    ),
    field: orNull(text),
    occurredAt: timestamp,
    /** order of items with the same `occurred_at`, ascending in provider order */
    sequence: bigint,
    actorAccountId: orNull(text),
    /** old value; NULL = empty. Status, priority, type: the provider's value id; assignee, sprint, parent: ids of ours. Category only if the record itself states it (its raw word is the name) */
    fromId: orNull(text),
    fromName: orNull(text),
    fromCategory: orNull(text),
    /** new value, same rules */
    toId: orNull(text),
    toName: orNull(text),
    toCategory: orNull(text),
    /** points and estimates (seconds) */
    fromNumber: orNull(double),
    toNumber: orNull(double),
  },
});

/** One sprint or iteration. */
export const sprint = table({
  name: "sprint",
  kind: "E",
  key: "provider sprint id, or <team>/<iteration id>",
  columns: {
    /** whichever the provider ties it to */
    boardId: orNull(text),
    projectId: orNull(text),
    name: text,
    goal: orNull(text),
    stateCategory: category("future", "active", "closed", "other"),
    state: orNull(text),
    /** planned; date-only iterations start 00:00 and end 24:00 in the integration's time zone */
    startsAt: orNull(timestamp),
    endsAt: orNull(timestamp),
    /** actual; NULL where the provider only plans */
    startedAt: orNull(timestamp),
    completedAt: orNull(timestamp),
  },
});

/** One logged piece of work. */
export const worklog = table({
  name: "worklog",
  kind: "E",
  key: "<issue>/<worklog id>",
  columns: {
    issueId: text,
    authorAccountId: orNull(text),
    /** when the work was done */
    startedAt: timestamp,
    seconds: double,
  },
});

/** One comment. */
export const issueComment = table({
  name: "issue_comment",
  kind: "E",
  key: "<issue>/<comment id>",
  columns: {
    issueId: text,
    authorAccountId: orNull(text),
    createdAt: timestamp,
    isInternal: orNull(boolean),
    bodyLength: orNull(bigint),
  },
});

/** One directed link; stored once, in the outward direction. */
export const issueLink = table({
  name: "issue_link",
  kind: "E",
  key: "<link id> or <source>/<type>/<target>",
  columns: {
    sourceIssueId: text,
    /** id if in the same integration, else the key or URL */
    targetIssueId: orNull(text),
    targetKey: orNull(text),
    kindCategory: category("blocks", "causes", "duplicates", "clones", "parent", "relates", "other"),
    kind: orNull(text),
  },
});

/** One version set on one issue. */
export const issueRelease = table({
  name: "issue_release",
  kind: "E",
  key: "<issue>/<role>/<release>",
  columns: {
    issueId: text,
    releaseId: text,
    roleCategory: category("fix", "affects", "other"),
    role: orNull(text),
  },
});
