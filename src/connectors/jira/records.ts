import { z } from "zod";

import { canonicalInstant } from "../../domain/instant.ts";

/** Jira writes offsets without a colon, and in bulk answers milliseconds since 1970: all become UTC text. */
export const instant = z.union([z.string(), z.number()]).transform((value, context) => {
  const text =
    typeof value === "number"
      ? new Date(value < 1e11 ? value * 1000 : value).toISOString()
      : value.replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
  if (/^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text))) return canonicalInstant(text);
  context.addIssue({ code: "custom", message: "is not an instant" });
  return z.NEVER;
});

const id = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1));

/** https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-server-info/ */
export const serverInfo = z.object({
  deploymentType: z.string().default("Server"),
  version: z.string().default("unknown"),
});

/** https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-fields/ */
const field = z.object({
  id: z.string(),
  name: z.string(),
  custom: z.boolean().nullish(),
  schema: z.object({ type: z.string().nullish(), custom: z.string().nullish() }).nullish(),
});
export type Field = z.output<typeof field>;
export const fieldList = z.array(field);

/** Cloud knows people by `accountId`, Data Center by `key`, which outlives the user name. */
export const user = z.object({
  accountId: z.string().nullish(),
  accountType: z.string().nullish(),
  key: z.string().nullish(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
  emailAddress: z.string().nullish(),
  active: z.boolean().nullish(),
});
export type User = z.output<typeof user>;

/** Of a list of people: somebody must be meant. https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/ */
export const listedUser = user.refine((given) => Boolean(given.accountId ?? given.key ?? given.name), "names nobody");

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/ */
export const project = z.object({
  id,
  key: z.string(),
  name: z.string(),
  projectTypeKey: z.string().nullish(),
  archived: z.boolean().nullish(),
  lead: user.nullish(),
});
export type Project = z.output<typeof project>;

/** https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/; `configuration` is joined by the reader. */
export const board = z.object({
  id,
  name: z.string(),
  type: z.string().nullish(),
  location: z.object({ projectId: z.number().nullish() }).nullish(),
  configuration: z
    .object({
      filter: z.object({ id }).nullish(),
      estimation: z.object({ field: z.object({ fieldId: z.string() }).nullish() }).nullish(),
    })
    .nullish(),
});
export type Board = z.output<typeof board>;

/** https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-workflow-statuses/ */
export const status = z.object({
  id,
  name: z.string(),
  statusCategory: z.object({ key: z.string().nullish() }).nullish(),
  scope: z.object({ project: z.object({ id }).nullish() }).nullish(),
});
export type Status = z.output<typeof status>;

/** https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/ */
export const sprint = z.object({
  id,
  name: z.string(),
  state: z.string().nullish(),
  goal: z.string().nullish(),
  startDate: instant.nullish(),
  endDate: instant.nullish(),
  activatedDate: instant.nullish(),
  completeDate: instant.nullish(),
  originBoardId: z.number().nullish(),
});
export type Sprint = z.output<typeof sprint>;

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/ */
export const version = z.object({
  id,
  name: z.string(),
  projectId: id,
  archived: z.boolean().nullish(),
  released: z.boolean().nullish(),
  startDate: z.iso.date().nullish(),
  releaseDate: z.iso.date().nullish(),
});
export type Version = z.output<typeof version>;

/* ── Issues ──────────────────────────────────────────────────────────────────────────────────────────────────── */

/** An absent `toString` is every object's own method: names that mean nothing else take its place. */
const item = z.preprocess(
  (raw) => {
    if (typeof raw !== "object" || raw === null) return raw;
    const given = raw as Record<string, unknown>;
    return { ...given, fromText: given.fromString, toText: Object.hasOwn(given, "toString") ? given.toString : null };
  },
  z.object({
    field: z.string(),
    fieldId: z.string().nullish(),
    from: z.string().nullish(),
    fromText: z.string().nullish(),
    to: z.string().nullish(),
    toText: z.string().nullish(),
  }),
);
export type Item = z.output<typeof item>;

const history = z.object({ id, author: user.nullish(), created: instant, items: z.array(item) });
export type HistoryEntry = z.output<typeof history>;

const detected = z.object({
  points: z.array(z.string()),
  sprint: z.string().nullable(),
  epic: z.string().nullable(),
  team: z.string().nullable(),
  start: z.string().nullable(),
  due: z.string().nullable(),
  severity: z.string().nullable(),
  flagged: z.string().nullable(),
  custom: z.array(z.string()),
  /** Their names by id: Data Center's history knows fields by nothing else. */
  names: z.record(z.string(), z.string()).optional(),
});
/** Which field means what in the instance; beside the issue, so that a record explains itself. */
export type Detected = z.output<typeof detected>;

const named = z.object({ id: id.nullish(), name: z.string() });
const comment = z.object({
  id,
  author: user.nullish(),
  body: z.unknown(),
  created: instant,
  updated: instant.nullish(),
  jsdPublic: z.boolean().nullish(),
});
const worklog = z.object({
  id,
  author: user.nullish(),
  started: instant,
  updated: instant.nullish(),
  timeSpentSeconds: z.number().nonnegative(),
});
const linked = z.object({ id, key: z.string() });
const link = z.object({
  id,
  type: z.object({ name: z.string(), inward: z.string().nullish(), outward: z.string().nullish() }),
  inwardIssue: linked.nullish(),
  outwardIssue: linked.nullish(),
});
export type Link = z.output<typeof link>;

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/; custom fields stay as they are. */
const fields = z.looseObject({
  project: z.object({ id, key: z.string(), name: z.string().nullish(), projectTypeKey: z.string().nullish() }),
  issuetype: z.object({ id, name: z.string(), subtask: z.boolean().nullish(), hierarchyLevel: z.int().nullish() }),
  status: z.object({ id, name: z.string(), statusCategory: z.object({ key: z.string().nullish() }).nullish() }),
  created: instant,
  updated: instant,
  summary: z.string().nullish(),
  resolution: named.nullish(),
  resolutiondate: instant.nullish(),
  statuscategorychangedate: instant.nullish(),
  priority: named.nullish(),
  parent: z
    .object({
      id,
      key: z.string().nullish(),
      fields: z
        .object({ issuetype: z.object({ name: z.string().nullish(), hierarchyLevel: z.int().nullish() }).nullish() })
        .nullish(),
    })
    .nullish(),
  reporter: user.nullish(),
  creator: user.nullish(),
  assignee: user.nullish(),
  labels: z.array(z.string()).nullish(),
  components: z.array(z.object({ name: z.string() })).nullish(),
  fixVersions: z.array(z.object({ id, name: z.string() })).nullish(),
  versions: z.array(z.object({ id, name: z.string() })).nullish(),
  issuelinks: z.array(link).nullish(),
  duedate: z.string().nullish(),
  timeoriginalestimate: z.number().nullish(),
  timeestimate: z.number().nullish(),
  timespent: z.number().nullish(),
  comment: z.object({ comments: z.array(comment), total: z.number().nullish() }).nullish(),
  worklog: z.object({ worklogs: z.array(worklog), total: z.number().nullish() }).nullish(),
});

export const issue = z.object({
  id,
  key: z.string(),
  fields,
  /** Null: it may not be read. */
  changelog: z.object({ histories: z.array(history) }).nullable(),
  detected,
  /** The epic whose key a field names. */
  epic: z.object({ id, key: z.string() }).nullish(),
});
export type Issue = z.output<typeof issue>;
