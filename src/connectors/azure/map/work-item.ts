import { lengthOf } from "../../../domain/commit-text.ts";
import type { Json, MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import { type Config, keptFields, pointsFields } from "../config.ts";
import type { Fields, Identity, Revision } from "../records.ts";
import { anyIdentity } from "../records.ts";
import * as category from "./categories.ts";
import { people, type People } from "./people.ts";
import { workItemKey } from "./text.ts";
import { instant } from "./time.ts";

type Context = MapContext<Config>;
type IssueRow = MappedRow<"issue">;
type TransitionRow = MappedRow<"issue_transition">;

export const names = {
  area: "System.AreaPath",
  assignee: "System.AssignedTo",
  changedBy: "System.ChangedBy",
  changed: "System.ChangedDate",
  comments: "System.CommentCount",
  created: "System.CreatedDate",
  createdBy: "System.CreatedBy",
  deleted: "System.IsDeleted",
  description: "System.Description",
  history: "System.History",
  iteration: "System.IterationPath",
  iterationId: "System.IterationId",
  parent: "System.Parent",
  project: "System.TeamProject",
  reason: "System.Reason",
  state: "System.State",
  tags: "System.Tags",
  title: "System.Title",
  type: "System.WorkItemType",
  blocked: "Microsoft.VSTS.CMMI.Blocked",
  closed: "Microsoft.VSTS.Common.ClosedDate",
  due: "Microsoft.VSTS.Scheduling.DueDate",
  environment: "Microsoft.VSTS.Build.FoundIn",
  estimate: "Microsoft.VSTS.Scheduling.OriginalEstimate",
  priority: "Microsoft.VSTS.Common.Priority",
  remaining: "Microsoft.VSTS.Scheduling.RemainingWork",
  resolved: "Microsoft.VSTS.Common.ResolvedDate",
  severity: "Microsoft.VSTS.Common.Severity",
  spent: "Microsoft.VSTS.Scheduling.CompletedWork",
  target: "Microsoft.VSTS.Scheduling.TargetDate",
} as const;

/** Fields whose earlier value is needed to tell what a revision changed. */
export const trackedFields = (config: Config): readonly string[] => [
  names.area,
  names.assignee,
  names.blocked,
  names.deleted,
  names.due,
  names.estimate,
  names.iteration,
  names.iterationId,
  names.parent,
  names.priority,
  names.project,
  names.reason,
  names.remaining,
  names.severity,
  names.state,
  names.tags,
  names.type,
  ...pointsFields(config),
];

/** Ids of a type's state: states have names only, and two types may mean different things by one. */
export const stateId = (type: string, state: string): string => `${type}/${state}`;

/** One revision: the work item as it was then, and what changed. The newest revision of a work item wins. */
export function toWorkItem(revision: Revision, context: Context): readonly Mapped[] {
  const known = people(context);
  const issue = issueRow(revision, context, known);
  const comment = commentRow(revision, issue.id, { context, known });
  return [issue, ...transitions(revision, issue.id, { context, known }), ...(comment ? [comment] : []), ...known.rows()];
}

function issueRow({ id: number, fields, process }: Revision, context: Context, known: People): IssueRow {
  const { id, scope, config } = context;
  const read = reader(fields);
  const type = fields[names.type];
  const state = read.text(names.state);
  const parent = read.number(names.parent);
  const isTask = process.typeCategory === "Microsoft.TaskCategory" || (process.typeCategory === null && type === "Task");
  const isSubtask = isTask && parent !== null;
  const statusCategory = statusOf(process.stateCategory);
  const reason = hasEnded(statusCategory) ? read.text(names.reason) : null;
  const typeCategory = isSubtask ? "subtask" : typeOf(process.typeCategory, type);
  return {
    entity: "issue",
    id: id("issue", number),
    url: `${config.url}/${encodeURIComponent(read.text(names.project) ?? scope.name)}/_workitems/edit/${number}`,
    projectId: id("project", scope.id),
    key: workItemKey(number),
    number,
    title: read.text(names.title),
    descriptionLength: lengthOf(read.text(names.description)),
    typeCategory,
    type,
    typeId: type,
    hierarchyLevel: levels[typeCategory] ?? null,
    isSubtask,
    statusCategory,
    status: state,
    statusId: state === null ? null : stateId(type, state),
    resolutionCategory: reason === null ? null : category.resolution.of(reason),
    resolution: reason,
    ...ranked("priority", read.text(names.priority)),
    ...ranked("severity", read.text(names.severity)),
    parentId: parent === null ? null : id("issue", parent),
    points: pointsOf(read, config),
    estimateSeconds: read.hours(names.estimate),
    remainingSeconds: read.hours(names.remaining),
    spentSeconds: read.hours(names.spent),
    reporterAccountId: known.identity(read.identity(names.createdBy)),
    assigneeAccountId: known.identity(read.identity(names.assignee)),
    createdAt: instant(read.text(names.created)) ?? fields[names.changed],
    resolvedAt: instant(read.text(names.resolved)),
    closedAt: instant(read.text(names.closed)),
    dueOn: (instant(read.text(names.due)) ?? instant(read.text(names.target)))?.slice(0, 10) ?? null,
    labels: read.tags(names.tags),
    sprintIds: process.iterationId === null ? [] : [id("sprint", process.iterationId)],
    areaPath: read.text(names.area),
    environment: read.text(names.environment),
    commentCount: read.number(names.comments),
    customFields: customFields(fields, config),
    sourceUpdatedAt: fields[names.changed],
    deletedAt: fields[names.deleted] === true ? fields[names.changed] : null,
  } as IssueRow;
}

const levels: Readonly<Record<string, number>> = { initiative: 2, epic: 1, feature: 0, bug: 0, task: 0, subtask: -1 };

const typeOf = (typeCategory: string | null, type: string): IssueRow["typeCategory"] =>
  (typeCategory === null ? null : category.issueType.known(typeCategory)) ?? category.issueTypeName.of(type);

const statusOf = (stateCategory: string | null): IssueRow["statusCategory"] =>
  stateCategory === null ? "other" : category.status.of(stateCategory);

const hasEnded = (status: IssueRow["statusCategory"]): boolean => status === "done" || status === "canceled";

const ranked = (name: "priority" | "severity", raw: string | null) => ({
  [`${name}Category`]: raw === null ? null : category.rank(raw),
  [name]: raw,
});

const pointsOf = (read: Reader, config: Config): number | null =>
  pointsFields(config)
    .map((name) => read.number(name))
    .find((points) => points !== null) ?? null;

function customFields(fields: Fields, config: Config): Json {
  const kept = keptFields(config).flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name] as Json] as const]));
  return kept.length > 0 ? Object.fromEntries(kept) : null;
}

/** The text that was added with this revision. */
function commentRow(
  { id: number, rev, fields }: Revision,
  issueId: string,
  { context, known }: { context: Context; known: People },
): MappedRow<"issue_comment"> | null {
  const read = reader(fields);
  const text = read.text(names.history);
  return text
    ? {
        entity: "issue_comment",
        id: context.id("issue_comment", number, rev),
        issueId,
        authorAccountId: known.identity(read.identity(names.changedBy)),
        createdAt: fields[names.changed],
        bodyLength: text.length,
      }
    : null;
}

/* ── What changed ────────────────────────────────────────────────────────────────────────────────────────────── */

type Value = Pick<TransitionRow, "fromId" | "fromName" | "fromNumber">;
interface Change {
  readonly category: TransitionRow["fieldCategory"];
  readonly field: string;
  readonly from: Value | null;
  readonly to: Value | null;
}

/** Fields in the order of `tracked`, so that the number of a change within its revision never moves. */
function transitions(
  { id: number, rev, fields, previous, process }: Revision,
  issueId: string,
  { context, known }: { context: Context; known: People },
): TransitionRow[] {
  if (!previous) return [];
  const { id, config } = context;
  const before = reader(previous.fields);
  const after = reader(fields);
  const actorAccountId = known.identity(after.identity(names.changedBy));
  const setting = { before, after, context, known };
  const changes = [
    ...changed(setting),
    ...resolutions(setting, process),
    ...sprints(setting, process),
    ...pointsFields(config).flatMap((field) => counted(setting, { category: "points", field })),
  ];
  return changes.map(({ category: fieldCategory, field, from, to }, index) => ({
    entity: "issue_transition",
    id: id("issue_transition", number, rev, index),
    issueId,
    fieldCategory,
    field,
    occurredAt: fields[names.changed],
    sequence: rev * 100 + index,
    actorAccountId,
    fromId: from?.fromId ?? null,
    fromName: from?.fromName ?? null,
    fromNumber: from?.fromNumber ?? null,
    toId: to?.fromId ?? null,
    toName: to?.fromName ?? null,
    toNumber: to?.fromNumber ?? null,
    ...(fieldCategory === "status" ? categoriesOf(process) : {}),
  }));
}

const categoriesOf = ({ previousStateCategory, stateCategory }: Revision["process"]) => ({
  fromCategory: previousStateCategory === null ? null : statusOf(previousStateCategory),
  toCategory: stateCategory === null ? null : statusOf(stateCategory),
});

interface Setting {
  readonly before: Reader;
  readonly after: Reader;
  readonly context: Context;
  readonly known: People;
}

function changed(setting: Setting): Change[] {
  const { id } = setting.context;
  const stateOf = (read: Reader): Value | null => {
    const [type, state] = [read.text(names.type), read.text(names.state)];
    return state === null || type === null ? null : { fromId: stateId(type, state), fromName: state };
  };
  const assignee = (read: Reader): Value | null => {
    const found = read.identity(names.assignee);
    const account = setting.known.identity(found);
    const name = typeof found === "string" ? found : found?.displayName;
    return account || name ? { fromId: account, fromName: name ?? null } : null;
  };
  const parent = (read: Reader): Value | null => {
    const number = read.number(names.parent);
    return number === null ? null : { fromId: id("issue", number), fromName: workItemKey(number) };
  };
  const word =
    (name: string) =>
    (read: Reader): Value | null => {
      const text = read.text(name);
      return text === null ? null : { fromId: text, fromName: text };
    };
  return [
    ...always(compared(setting, { category: "status", field: names.state, of: stateOf })),
    ...compared(setting, { category: "assignee", field: names.assignee, of: assignee }),
    ...always(compared(setting, { category: "type", field: names.type, of: word(names.type) })),
    ...always(compared(setting, { category: "project", field: names.project, of: word(names.project) })),
    ...compared(setting, { category: "parent", field: names.parent, of: parent }),
    ...compared(setting, { category: "priority", field: names.priority, of: word(names.priority) }),
    ...compared(setting, { category: "severity", field: names.severity, of: word(names.severity) }),
    ...compared(setting, { category: "labels", field: names.tags, of: word(names.tags) }),
    ...compared(setting, { category: "due", field: names.due, of: word(names.due) }),
    ...compared(setting, { category: "flagged", field: names.blocked, of: word(names.blocked) }),
    ...always(compared(setting, { category: "other", field: names.area, of: word(names.area) })),
    ...counted(setting, { category: "estimate", field: names.estimate, times: 3600 }),
  ];
}

/** Of what every work item has, nothing is no value that anybody gave or took: it could not be read. */
const always = (changes: readonly Change[]): Change[] => changes.filter(({ from, to }) => from !== null && to !== null);

/** Whoever or whatever has an id may be renamed without any change of the work item. */
function compared(
  { before, after }: Setting,
  { of, ...what }: Pick<Change, "category" | "field"> & { of(read: Reader): Value | null },
): Change[] {
  const [from, to] = [of(before), of(after)];
  const isSame = from?.fromId === to?.fromId && (Boolean(from?.fromId) || from?.fromName === to?.fromName);
  return isSame ? [] : [{ ...what, from, to }];
}

function counted(
  { before, after }: Setting,
  { category: fieldCategory, field, times = 1 }: Pick<Change, "category" | "field"> & { times?: number },
): Change[] {
  const of = (read: Reader): Value | null => {
    const number = read.number(field);
    const text = read.text(field);
    return text === null ? null : { fromName: text, fromNumber: number === null ? null : number * times };
  };
  const [from, to] = [of(before), of(after)];
  return from?.fromName === to?.fromName ? [] : [{ category: fieldCategory, field, from, to }];
}

/** A reason is a resolution only where the work has ended. */
function resolutions({ before, after }: Setting, { previousStateCategory, stateCategory }: Revision["process"]): Change[] {
  const needed = [names.type, names.state, names.reason];
  if ([before, after].some((read) => needed.some((name) => read.text(name) === null))) return [];
  const of = (read: Reader, raw: string | null): string | null => (hasEnded(statusOf(raw)) ? read.text(names.reason) : null);
  const [from, to] = [of(before, previousStateCategory), of(after, stateCategory)];
  const value = (text: string | null): Value | null => (text === null ? null : { fromId: text, fromName: text });
  return from === to ? [] : [{ category: "resolution", field: names.reason, from: value(from), to: value(to) }];
}

/** One row for each sprint that was left or entered; the root of the tree stands for no sprint. */
function sprints({ before, after, context }: Setting, process: Revision["process"]): Change[] {
  const { previousIterationId: left, iterationId: entered } = process;
  if (left === entered) return [];
  const one = (key: number, read: Reader): Value => ({
    fromId: context.id("sprint", key),
    fromName: read.text(names.iteration)?.split("\\").at(-1) ?? null,
  });
  const what = { category: "sprint", field: names.iteration } as const;
  return [
    ...(left === null ? [] : [{ ...what, from: one(left, before), to: null }]),
    ...(entered === null ? [] : [{ ...what, from: null, to: one(entered, after) }]),
  ];
}

/* ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────── */

interface Reader {
  text(name: string): string | null;
  /** What is no number is unknown. */
  number(name: string): number | null;
  hours(name: string): number | null;
  identity(name: string): Identity;
  tags(name: string): string[];
}

function reader(fields: Fields): Reader {
  const text = (name: string): string | null => {
    const value = fields[name];
    return typeof value === "string"
      ? value || null
      : typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : null;
  };
  const number = (name: string): number | null => {
    const found = text(name)?.trim();
    const value = found ? Number(found) : Number.NaN;
    return Number.isFinite(value) ? value : null;
  };
  return {
    text,
    number,
    hours: (name) => {
      const hours = number(name);
      return hours === null ? null : hours * 3600;
    },
    identity: (name) => anyIdentity.safeParse(fields[name]).data ?? null,
    tags: (name) => tagsOf(fields[name]),
  };
}

/** `a; b`, or references to tags. */
const tagsOf = (value: unknown): string[] =>
  (Array.isArray(value)
    ? value.map((one) => String((one as { name?: unknown } | null)?.name ?? ""))
    : typeof value === "string"
      ? value.split(";")
      : []
  )
    .map((tag) => tag.trim())
    .filter(Boolean);
