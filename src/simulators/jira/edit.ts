import { issueNamed, type JiraState, type Json, type SimulatedIssue } from "./state.ts";
import { jiraTime } from "./time.ts";
import type { WebhookEvent, Webhooks } from "./webhooks.ts";

export interface Edits {
  /** Moves an issue to a status of that name. */
  transition(issue: string, status: string): WebhookEvent;
  /** Sets any field; `item` is what history says of it. */
  set(issue: string, fields: Json, item?: Json): WebhookEvent;
  /** To another project: key and project change, the id stays. */
  move(issue: string, project: string): WebhookEvent;
  comment(issue: string, text: string): WebhookEvent;
  create(project: string, summary: string): WebhookEvent & { readonly id: string; readonly key: string };
  delete(issue: string): WebhookEvent;
  closeSprint(id: number): WebhookEvent;
}

export interface EditParts {
  readonly state: JiraState;
  readonly webhooks: Webhooks;
  /** The search index shows an edit so many milliseconds later. */
  lagMs: number;
}

/** Changes the world as users of Jira would; each returns the webhook event it causes. */
export function createEdits(parts: EditParts): Edits {
  const { state } = parts;
  const find = (name: string): SimulatedIssue => {
    const issue = issueNamed(state, name);
    if (!issue) throw new RangeError(`there is no issue ${name}`);
    return issue;
  };
  const change = (issue: SimulatedIssue, fields: Json, items: readonly Json[]) => touch(parts, issue, { fields, items });
  return {
    transition(name, word) {
      const issue = find(name);
      const to = state.statuses.find((status) => status.name === word);
      if (!to) throw new RangeError(`there is no status ${word}`);
      const from = issue.fields.status as Json;
      const more = state.flavour === "cloud" ? { statuscategorychangedate: jiraTime(state.now(), state.zone) } : {};
      return change(issue, { status: to, ...more }, [
        {
          field: "status",
          fieldtype: "jira",
          fieldId: "status",
          from: from.id,
          fromString: from.name,
          to: to.id,
          toString: to.name,
        },
      ]);
    },
    set: (name, fields, item) => change(find(name), fields, item ? [item] : []),
    move(name, key) {
      const issue = find(name);
      const project = state.projects.find((each) => each.key === key)!;
      const [before, oldKey] = [issue.fields.project as Json, issue.key];
      issue.previousKeys = [...issue.previousKeys, oldKey];
      const newKey = nextKey(state, key);
      const event = change(issue, { project: { id: project.id, key, name: project.name } }, [
        {
          field: "project",
          fieldtype: "jira",
          fieldId: "project",
          from: before.id,
          fromString: before.name,
          to: project.id,
          toString: project.name,
        },
        { field: "Key", fieldtype: "jira", fieldId: "issuekey", from: null, fromString: oldKey, to: null, toString: newKey },
      ]);
      issue.key = newKey;
      followEpic(state, oldKey, newKey);
      return event;
    },
    comment(name, text) {
      const issue = find(name);
      const { comments = [], total = 0 } = (issue.fields.comment ?? {}) as { comments?: Json[]; total?: number };
      const time = jiraTime(state.now(), state.zone);
      const comment = { id: String(state.nextId()), author: state.me, body: text, created: time, updated: time };
      return change(issue, { comment: { comments: [...comments, comment], total: total + 1, maxResults: 20, startAt: 0 } }, []);
    },
    create: (project, summary) => create(parts, project, summary),
    delete(name) {
      const issue = find(name);
      state.issues.delete(issue.id);
      return published(parts, "jira:issue_deleted", { issue: about(issue) });
    },
    closeSprint(id) {
      const sprint = [...state.sprints.values()].flat().find((each) => each.id === id);
      if (!sprint) throw new RangeError(`there is no sprint ${id}`);
      Object.assign(sprint, { state: "closed", completeDate: new Date(state.now()).toISOString() });
      return published(parts, "sprint_closed", { sprint });
    },
  };
}

/** Data Center keeps the epic itself and shows its key of today; those in it do not change by that. */
function followEpic({ fields, issues }: JiraState, oldKey: string, newKey: string): void {
  const link = String(fields.find(({ name }) => name === "Epic Link")?.id);
  for (const issue of issues.values()) if (issue.fields[link] === oldKey) issue.fields = { ...issue.fields, [link]: newKey };
}

const about = ({ id, key, fields }: SimulatedIssue): Json => ({ id, key, fields });

function published({ state, webhooks }: EditParts, name: string, more: Json): WebhookEvent {
  const event = { name, payload: { timestamp: state.now(), webhookEvent: name, ...more } };
  webhooks.publish(event);
  return event;
}

function touch(
  parts: EditParts,
  issue: SimulatedIssue,
  { fields, items }: { fields: Json; items: readonly Json[] },
): WebhookEvent {
  const { state, lagMs } = parts;
  const at = state.now();
  if (lagMs > 0) issue.stale = { until: at + lagMs, shown: { key: issue.key, fields: issue.fields, updatedAt: issue.updatedAt } };
  issue.fields = { ...issue.fields, ...fields, updated: jiraTime(at, state.zone) };
  issue.updatedAt = at;
  const told = state.flavour === "cloud" ? items : items.map((item) => ({ ...item, fieldId: undefined }));
  if (items.length > 0)
    issue.histories.push({ id: String(state.nextId()), author: state.me, created: jiraTime(at, state.zone), items: told });
  return published(parts, "jira:issue_updated", { issue: about(issue), ...(items.length > 0 ? { changelog: { items } } : {}) });
}

const nextKey = ({ issues }: JiraState, project: string): string => {
  const numbers = [...issues.values()]
    .flatMap(({ key, previousKeys }) => [key, ...previousKeys])
    .filter((key) => key.startsWith(`${project}-`));
  return `${project}-${Math.max(0, ...numbers.map((key) => Number(key.split("-")[1]))) + 1}`;
};

function create(parts: EditParts, key: string, summary: string): ReturnType<Edits["create"]> {
  const { state, lagMs } = parts;
  const at = state.now();
  const project = state.projects.find((each) => each.key === key)!;
  const time = jiraTime(at, state.zone);
  const issue: SimulatedIssue = {
    id: String(state.nextId()),
    key: nextKey(state, key),
    previousKeys: [],
    fields: {
      project: { id: project.id, key, name: project.name },
      issuetype: { id: "10002", name: "Task", subtask: false },
      status: state.statuses[0],
      created: time,
      updated: time,
      summary,
      reporter: state.me,
      comment: { comments: [], total: 0 },
      worklog: { worklogs: [], total: 0 },
      issuelinks: [],
    },
    histories: [],
    createdAt: at,
    updatedAt: at,
    hidesHistory: false,
    stale: lagMs > 0 ? { until: at + lagMs, shown: null } : null,
  };
  state.issues.set(issue.id, issue);
  return { ...published(parts, "jira:issue_created", { issue: about(issue) }), id: issue.id, key: issue.key };
}
