import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import { siteOf, type Config } from "../config.ts";
import type { Issue, Link } from "../records.ts";
import * as category from "./categories.ts";
import { previousKeys, transitions } from "./history.ts";
import { people, type People } from "./people.ts";
import { dayOf, lengthOf, numberOf, plainValue, sprintIds } from "./values.ts";

type Context = MapContext<Config>;
type IssueRow = MappedRow<"issue">;

/** One issue with its history, comments, worklogs, links and versions. */
export function toIssue(issue: Issue, context: Context): readonly Mapped[] {
  const known = people(context);
  const id = context.id("issue", issue.id);
  const row = issueRow(issue, context, known);
  const { fields } = issue;
  return [
    row,
    projectRow(issue, context),
    ...transitions(issue, { context, known, detected: issue.detected }),
    ...comments(issue, context, known),
    ...worklogs(issue, context, known),
    ...(fields.issuelinks ?? []).flatMap((link) => linkRow(link, issue, context)),
    ...releases(issue, context),
    ...(fields.comment ? [whole("issue_comment", "issueId", id)] : []),
    ...(fields.worklog ? [whole("worklog", "issueId", id)] : []),
    ...(fields.issuelinks ? [whole("issue_link", "sourceIssueId", id), whole("issue_link", "targetIssueId", id)] : []),
    ...(fields.fixVersions && fields.versions ? [whole("issue_release", "issueId", id)] : []),
    ...known.rows(),
  ];
}

const whole = (wholeSet: "issue_comment" | "worklog" | "issue_link" | "issue_release", column: string, id: string): Mapped => ({
  wholeSet,
  parent: { column, id },
});

/** Only mentioned here: the project's own record says more. */
function projectRow({ fields }: Issue, { id, host, config }: Context): Mapped {
  const { id: project, key, name, projectTypeKey } = fields.project;
  return {
    entity: "project",
    id: id("project", project),
    url: `${siteOf(config)}/browse/${key}`,
    key,
    name: name ?? key,
    kind: projectTypeKey ?? null,
    canonicalKey: `${host}/project/${project}`,
    sighted: true,
  };
}

function issueRow(issue: Issue, context: Context, known: People): IssueRow {
  const { id, config } = context;
  const { fields, detected } = issue;
  const moved = previousKeys(issue);
  return {
    entity: "issue",
    id: id("issue", issue.id),
    url: `${siteOf(config)}/browse/${issue.key}`,
    projectId: id("project", fields.project.id),
    key: issue.key,
    previousKeys: moved.length > 0 ? moved : null,
    number: Number(/-(\d+)$/.exec(issue.key)?.[1] ?? Number.NaN) || null,
    title: fields.summary ?? null,
    descriptionLength: lengthOf(fields.description),
    ...classified(issue),
    parentId: fields.parent ? id("issue", fields.parent.id) : null,
    epicId: epicOf(issue, context),
    points: detected.points.map((field) => numberOf(fields[field])).find((points) => points !== null) ?? null,
    ...tracked(issue),
    reporterAccountId: known.of(fields.reporter ?? fields.creator),
    assigneeAccountId: known.of(fields.assignee),
    createdAt: fields.created,
    ...ended(issue),
    dueOn: dayOf(detected.due === null ? fields.duedate : fields[detected.due]),
    labels: fields.labels ?? null,
    components: fields.components?.map(({ name }) => name) ?? null,
    sprintIds: detected.sprint === null ? null : sprintIds(fields[detected.sprint]).map((sprint) => id("sprint", sprint)),
    environment: typeof fields.environment === "string" ? fields.environment : null,
    commentCount: fields.comment?.total ?? null,
    customFields: customFields(issue),
  };
}

function classified({ fields, detected }: Issue) {
  const { issuetype: type, status, resolution, priority } = fields;
  const category_ = status.statusCategory?.key;
  const severity = detected.severity === null ? null : plainValue(fields[detected.severity]);
  const severityName = typeof severity === "string" ? severity : null;
  return {
    typeCategory: category.issueType(type),
    type: type.name,
    typeId: type.id,
    hierarchyLevel: category.levelOf(type),
    isSubtask: type.subtask ?? category.levelOf(type) < 0,
    statusCategory: category_ ? category.statusCategory.of(category_) : ("other" as const),
    status: status.name,
    statusId: status.id,
    resolutionCategory: resolution ? category.resolution.of(resolution.name) : null,
    resolution: resolution?.name ?? null,
    priorityCategory: priority ? category.priority.of(priority.name) : null,
    priority: priority?.name ?? null,
    severityCategory: severityName === null ? null : category.priority.of(severityName),
    severity: severityName,
  };
}

/** Jira refuses negative times; what an import has left behind is unknown. */
const tracked = ({ fields }: Issue) => {
  const seconds = (value: number | null | undefined) => (typeof value === "number" && value >= 0 ? value : null);
  return {
    estimateSeconds: seconds(fields.timeoriginalestimate),
    remainingSeconds: seconds(fields.timeestimate),
    spentSeconds: seconds(fields.timespent),
  };
};

/** Jira states when an issue was resolved, and since when it is in a status of that category. */
const ended = ({ fields }: Issue) => ({
  resolvedAt: fields.resolutiondate ?? null,
  closedAt: fields.status.statusCategory?.key === "done" ? (fields.statuscategorychangedate ?? null) : null,
});

/** The parent if it is an epic, else what the epic field names. */
function epicOf({ fields, epic }: Issue, { id }: Context): string | null {
  const type = fields.parent?.fields?.issuetype;
  if (fields.parent && type && category.levelOf({ name: type.name ?? "", hierarchyLevel: type.hierarchyLevel }) === 1)
    return id("issue", fields.parent.id);
  return epic ? id("issue", epic.id) : null;
}

function customFields({ fields, detected }: Issue): IssueRow["customFields"] {
  const ids = [...detected.custom, detected.team, detected.start].filter((field): field is string => field !== null);
  const values = ids.map((field) => [field, plainValue(fields[field])] as const).filter(([, value]) => value !== null);
  return values.length > 0 ? Object.fromEntries(values) : null;
}

/* ── What hangs on it ────────────────────────────────────────────────────────────────────────────────────────── */

const comments = ({ id: issue, fields }: Issue, { id }: Context, known: People): MappedRow<"issue_comment">[] =>
  (fields.comment?.comments ?? []).map((comment) => ({
    entity: "issue_comment",
    id: id("issue_comment", issue, comment.id),
    sourceUpdatedAt: comment.updated ?? null,
    issueId: id("issue", issue),
    authorAccountId: known.of(comment.author),
    createdAt: comment.created,
    isInternal: typeof comment.jsdPublic === "boolean" ? !comment.jsdPublic : null,
    bodyLength: lengthOf(comment.body),
  }));

const worklogs = ({ id: issue, fields }: Issue, { id }: Context, known: People): MappedRow<"worklog">[] =>
  (fields.worklog?.worklogs ?? []).map((entry) => ({
    entity: "worklog",
    id: id("worklog", issue, entry.id),
    sourceUpdatedAt: entry.updated ?? null,
    issueId: id("issue", issue),
    authorAccountId: known.of(entry.author),
    startedAt: entry.started,
    seconds: entry.timeSpentSeconds,
  }));

/** Both issues show the link: it is stored once, in the outward direction. */
function linkRow({ id: link, type, inwardIssue, outwardIssue }: Link, issue: Issue, { id }: Context): Mapped[] {
  const other = outwardIssue ?? inwardIssue;
  if (!other || other.id === issue.id) return [];
  const [source, target] = outwardIssue ? [issue.id, other.id] : [other.id, issue.id];
  return [
    {
      entity: "issue_link",
      id: id("issue_link", link),
      sourceIssueId: id("issue", source),
      targetIssueId: id("issue", target),
      kindCategory: category.linkKind.of(type.outward ?? type.name),
      kind: type.outward ?? type.name,
    },
  ];
}

function releases({ id: issue, fields }: Issue, { id }: Context): MappedRow<"issue_release">[] {
  const rows = (versions: typeof fields.versions, role: string, roleCategory: "fix" | "affects") =>
    (versions ?? []).map((version): MappedRow<"issue_release"> => ({
      entity: "issue_release",
      id: id("issue_release", issue, role, version.id),
      issueId: id("issue", issue),
      releaseId: id("release", fields.project.id, version.id),
      roleCategory,
      role,
    }));
  return [...rows(fields.fixVersions, "fixVersions", "fix"), ...rows(fields.versions, "versions", "affects")];
}
