import { lengthOf } from "../../../domain/commit-text.ts";
import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type { FieldValue, Issue, TimelineEvent } from "../records.ts";
import * as category from "./categories.ts";
import { people, type People } from "./people.ts";

type Context = MapContext<Config>;
type IssueRow = MappedRow<"issue">;

const present = <Value>(values: readonly (Value | null)[] | undefined): Value[] =>
  (values ?? []).filter((value) => value !== null);

/** Names that people give to number fields of a project when they mean an estimate. */
export const POINTS = /^(story )?points?$|^estimates?$|^size$/i;

/** One issue with its comments, its history, its parent and what projects say of it. */
export function toIssue(issue: Issue, context: Context): readonly Mapped[] {
  const known = people(context);
  const id = context.id("issue", issue.fullDatabaseId);
  const planned = inProjects(issue, context);
  const row = issueRow(issue, { context, known, planned });
  const history = present(issue.timelineItems.nodes).flatMap(
    (event) => transition(event, { issue, context, known, planned }) ?? [],
  );
  const sequenced = fromStates(history).map((entry, index) => ({ ...entry, sequence: index }));
  const comments = present(issue.comments.nodes).map((comment): MappedRow<"issue_comment"> => ({
    entity: "issue_comment",
    id: context.id("issue_comment", issue.fullDatabaseId, comment.fullDatabaseId),
    url: comment.url ?? null,
    sourceUpdatedAt: comment.updatedAt ?? null,
    issueId: id,
    authorAccountId: known.actor(comment.author),
    createdAt: comment.createdAt,
    bodyLength: comment.body.length,
  }));
  return [
    row,
    ...sequenced,
    ...comments,
    ...parentLink(issue, id, context),
    { wholeSet: "issue_comment", parent: { column: "issueId", id } },
    { wholeSet: "issue_link", parent: { column: "targetIssueId", id } },
    ...known.rows(),
  ];
}

const parentOf = (issue: Issue) => issue.parent ?? present(issue.trackedInIssues?.nodes)[0] ?? null;

/** A sub-issue, stored once from the parent's side. */
function parentLink(issue: Issue, id: string, context: Context): Mapped[] {
  const parent = parentOf(issue);
  if (!parent) return [];
  return [
    {
      entity: "issue_link",
      id: context.id("issue_link", parent.fullDatabaseId, "parent", issue.fullDatabaseId),
      sourceIssueId: context.id("issue", parent.fullDatabaseId),
      targetIssueId: id,
      kindCategory: "parent",
      kind: issue.parent ? "sub-issue" : "tracked issue",
    },
  ];
}

/* ── What projects say ───────────────────────────────────────────────────────────────────────────────────────── */

interface Planned {
  readonly status: { readonly id: string; readonly name: string } | null;
  readonly points: number | null;
  readonly priority: string | null;
  readonly severity: string | null;
  readonly sprintIds: readonly string[] | null;
  readonly fields: { readonly [name: string]: string | number };
  /** Id of a status by project and name, for history that knows names only. */
  statusId(project: number | null | undefined, name: string): string | null;
}

/** Options of two projects may bear the same id (those of GitHub's templates do), so the project is part of ours. */
export const statusKey = (project: number, option: string): string => `${project}/${option}`;

const isStatus = (value: FieldValue): boolean => /^status$/i.test(value.field?.name ?? "");

/** Of several projects the first that has a value counts; sprints are gathered from all. */
function inProjects(issue: Issue, context: Context): Planned {
  const items = present(issue.projectItems?.nodes).map(({ project, fieldValues }) => ({
    project: project.databaseId,
    values: present(fieldValues.nodes).filter(({ field }) => field?.name),
  }));
  const all = items.flatMap(({ project, values }) => values.map((value) => ({ project, value })));
  const named = (name: RegExp) => all.find(({ value }) => name.test(value.field!.name!) && value.name)?.value.name ?? null;
  const status = all.find(({ project, value }) => project && value.optionId && value.name && isStatus(value));
  const options = new Map(
    all.flatMap(({ project, value }) =>
      isStatus(value)
        ? (value.field?.options ?? []).map((option) => [`${project}/${option.name}`, statusKey(project!, option.id)] as const)
        : [],
    ),
  );
  return {
    status: status ? { id: statusKey(status.project!, status.value.optionId!), name: status.value.name! } : null,
    points: all.find(({ value }) => typeof value.number === "number" && POINTS.test(value.field!.name!))?.value.number ?? null,
    priority: named(/^priority$/i),
    severity: named(/^severity$/i),
    sprintIds: issue.projectItems
      ? all.flatMap(({ project, value }) =>
          project && value.iterationId ? [context.id("sprint", project, value.iterationId)] : [],
        )
      : null,
    fields: Object.fromEntries(all.flatMap(({ value }) => plainValue(value))),
    statusId: (project, name) => options.get(`${project}/${name}`) ?? null,
  };
}

function plainValue({ field, name, number, title }: FieldValue): [string, string | number][] {
  const value = name ?? number ?? title;
  return value === null || value === undefined ? [] : [[field!.name!, value]];
}

/* ── The issue ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** The state that the issue itself has: `open`, or why it was closed. GitHub says nothing of the reason of old closings. */
const ownState = (state: string, reason: string | null | undefined): string =>
  state.toLowerCase() === "open" ? "open" : (reason ?? "completed").toLowerCase();

const stateNames: Readonly<Record<string, string>> = {
  open: "Open",
  completed: "Closed as completed",
  not_planned: "Closed as not planned",
  duplicate: "Closed as duplicate",
};
export const stateName = (state: string): string => stateNames[state] ?? state;
export const ownStates: readonly string[] = Object.keys(stateNames);

function issueRow(issue: Issue, { context, known, planned }: { context: Context; known: People; planned: Planned }): IssueRow {
  const { id, scope } = context;
  const state = ownState(issue.state, issue.stateReason);
  const isOpen = state === "open";
  const status = isOpen ? planned.status : null;
  const labels = present(issue.labels?.nodes).map(({ name }) => name);
  const reason = isOpen ? null : (issue.stateReason?.toLowerCase() ?? null);
  const parent = parentOf(issue);
  return {
    entity: "issue",
    id: id("issue", issue.fullDatabaseId),
    url: issue.url ?? null,
    projectId: id("project", scope.id),
    key: `${scope.name}#${issue.number}`,
    number: issue.number,
    title: issue.title,
    descriptionLength: lengthOf(issue.body),
    ...typeOf(issue, labels),
    isSubtask: false,
    statusCategory: status ? category.projectStatus.of(status.name) : category.issueState.of(state),
    status: status?.name ?? stateName(state),
    statusId: status?.id ?? state,
    resolutionCategory: reason ? category.resolution.of(reason) : null,
    resolution: reason,
    ...rated(planned),
    parentId: parent ? id("issue", parent.fullDatabaseId) : null,
    points: planned.points,
    reporterAccountId: known.actor(issue.author),
    assigneeAccountId: known.actor(present(issue.assignees?.nodes)[0]),
    createdAt: issue.createdAt,
    resolvedAt: isOpen ? null : (issue.closedAt ?? null),
    closedAt: isOpen ? null : (issue.closedAt ?? null),
    dueOn: issue.milestone?.dueOn?.slice(0, 10) ?? null,
    labels,
    sprintIds: planned.sprintIds ? [...planned.sprintIds] : null,
    commentCount: issue.comments.totalCount ?? null,
    customFields: Object.keys(planned.fields).length > 0 ? planned.fields : null,
  };
}

const rated = ({
  priority,
  severity,
}: Planned): Pick<IssueRow, "priorityCategory" | "priority" | "severityCategory" | "severity"> => ({
  priorityCategory: priority === null ? null : category.priority.of(priority),
  priority,
  severityCategory: severity === null ? null : category.priority.of(severity),
  severity,
});

/** The issue type, else the first label that names one. */
function typeOf(issue: Issue, labels: readonly string[]): Pick<IssueRow, "typeCategory" | "type" | "typeId"> {
  if (issue.issueType)
    return { typeCategory: category.issueType.of(issue.issueType.name), type: issue.issueType.name, typeId: issue.issueType.id };
  const label = labels.find((name) => category.issueLabel.known(name));
  return { typeCategory: label === undefined ? "other" : category.issueLabel.of(label), type: label ?? null, typeId: null };
}

/* ── History ─────────────────────────────────────────────────────────────────────────────────────────────────── */

type Change = Omit<MappedRow<"issue_transition">, "entity" | "id" | "issueId" | "occurredAt" | "sequence" | "actorAccountId">;

function transition(
  event: TimelineEvent,
  { issue, context, known, planned }: { issue: Issue; context: Context; known: People; planned: Planned },
) {
  const change = changeOf(event, { known, planned });
  if (!change) return null;
  return {
    entity: "issue_transition" as const,
    id: context.id("issue_transition", issue.fullDatabaseId, event.id, 0),
    issueId: context.id("issue", issue.fullDatabaseId),
    occurredAt: event.createdAt,
    actorAccountId: known.actor(event.actor),
    ...change,
  };
}

function changeOf(event: TimelineEvent, { known, planned }: { known: People; planned: Planned }): Change | null {
  const { __typename: kind, label, milestoneTitle, assignee } = event;
  const closed = ownState("closed", event.stateReason);
  switch (kind) {
    case "ClosedEvent":
      return { fieldCategory: "status", field: "state", toId: closed, toName: stateName(closed) };
    case "ReopenedEvent":
      return { fieldCategory: "status", field: "state", toId: "open", toName: stateName("open") };
    case "ProjectV2ItemStatusChangedEvent":
      return statusChange(event, planned);
    case "AssignedEvent":
      return { fieldCategory: "assignee", field: "assignees", toId: known.actor(assignee), toName: assignee?.login ?? null };
    case "UnassignedEvent":
      return { fieldCategory: "assignee", field: "assignees", fromId: known.actor(assignee), fromName: assignee?.login ?? null };
    case "LabeledEvent":
      return { fieldCategory: "labels", field: "labels", toName: label?.name ?? null };
    case "UnlabeledEvent":
      return { fieldCategory: "labels", field: "labels", fromName: label?.name ?? null };
    case "MilestonedEvent":
      return { fieldCategory: "release", field: "milestone", toName: milestoneTitle ?? null };
    case "DemilestonedEvent":
      return { fieldCategory: "release", field: "milestone", fromName: milestoneTitle ?? null };
    default:
      return null;
  }
}

/** GitHub names only the new state of an issue; the old one is that of the event before, and `open` at first. */
function fromStates<Entry extends Change>(history: readonly Entry[]): Entry[] {
  let before = "open";
  return history.map((entry) => {
    if (entry.field !== "state") return entry;
    const from = before;
    before = entry.toId ?? before;
    return { ...entry, fromId: from, fromName: stateName(from) };
  });
}

const statusChange = ({ previousStatus, status, project }: TimelineEvent, planned: Planned): Change => ({
  fieldCategory: "status",
  field: "Status",
  fromId: previousStatus ? planned.statusId(project?.databaseId, previousStatus) : null,
  fromName: previousStatus || null,
  toId: status ? planned.statusId(project?.databaseId, status) : null,
  toName: status || null,
});
