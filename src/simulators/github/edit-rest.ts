import type { Issue, Person, Repository } from "../organisation/index.ts";
import type { Editor } from "./editor.ts";
import { run as renderRun } from "./rest/render-actions.ts";
import { issue as renderIssue } from "./rest/render-requests.ts";
import { fullName, lastAttempt, runById } from "./state.ts";
import type { WebhookEvent } from "./webhooks.ts";

/** Edits of issues and runs. */
export const issueEdits = (editor: Editor) => ({
  openIssue: (name: string, issue: { title?: string; label?: string } = {}) => openIssue(editor, name, issue),
  closeIssue: (name: string, number: number) => closeIssue(editor, name, number),
  deleteIssue: (name: string, number: number) => deleteIssue(editor, name, number),
  /** A new attempt with the same jobs, a minute long. */
  rerun: (name: string, runId: number, { conclusion = "success" }: { conclusion?: "success" | "failure" } = {}) =>
    rerun(editor, name, { runId, conclusion }),
});

/** Edits of repositories; the old name keeps leading there. */
export const repositoryEdits = (editor: Editor) => ({
  renameRepository: (name: string, to: string) =>
    move(editor, { name, action: "renamed" }, (repository) => (repository.name = to)),
  transfer: (name: string, to: string) =>
    move(editor, { name, action: "transferred" }, (repository) => (repository.owner = ownerOf(editor, to))),
  archive: (name: string) => move(editor, { name, action: "archived" }, (repository) => (repository.isArchived = true)),
  deleteRepository(name: string): WebhookEvent {
    const moment = editor.open(name);
    editor.state.repositories.splice(editor.state.repositories.indexOf(moment.repository), 1);
    return editor.publish("repository", moment, { action: "deleted" });
  },
});

function openIssue(
  editor: Editor,
  name: string,
  { title = "Something is wrong", label = "bug" }: { title?: string; label?: string },
): WebhookEvent {
  const moment = editor.open(name);
  const { history, at } = moment;
  const issue: Issue = {
    id: editor.id(),
    number: editor.nextNumber(history),
    title,
    body: "",
    author: editor.person(),
    state: "open",
    stateReason: null,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    closedBy: null,
    labels: history.labels.filter((entry) => entry.name === label),
    assignees: [],
    milestone: null,
    comments: [],
    events: [],
    closedByPullRequests: [],
    fields: null,
  };
  history.issues.push(issue);
  return editor.publish("issues", moment, { action: "opened", issue: renderIssue(editor.where(moment), issue) });
}

function closeIssue(editor: Editor, name: string, number: number): WebhookEvent {
  const moment = editor.open(name);
  const issue = editor.issue(moment, number);
  const actor = editor.person();
  issue.events.push({ id: editor.id(), kind: "closed", at: moment.at, actor, stateReason: "completed" });
  const updatedAt = Math.max(moment.at, issue.updatedAt + 1);
  Object.assign(issue, {
    recorded: undefined,
    state: "closed",
    stateReason: "completed",
    closedAt: moment.at,
    closedBy: actor,
    updatedAt,
  });
  return editor.publish("issues", moment, { action: "closed", issue: renderIssue(editor.where(moment), issue) });
}

function deleteIssue(editor: Editor, name: string, number: number): WebhookEvent {
  const moment = editor.open(name);
  const issue = editor.issue(moment, number);
  moment.history.issues.splice(moment.history.issues.indexOf(issue), 1);
  return editor.publish("issues", moment, { action: "deleted", issue: renderIssue(editor.where(moment), issue) });
}

function rerun(
  editor: Editor,
  name: string,
  { runId, conclusion }: { runId: number; conclusion: "success" | "failure" },
): WebhookEvent {
  const moment = editor.open(name);
  const run = runById(moment.history, runId);
  if (!run) throw new RangeError(`${name} has no run ${runId}`);
  const last = lastAttempt(run);
  const at = Math.max(moment.at, last.updatedAt + 1);
  const jobs = last.jobs.map((job) =>
    Object.assign(
      { ...job },
      { id: editor.id(), createdAt: at, startedAt: at, completedAt: at + 60, status: "completed", conclusion },
    ),
  );
  run.attempts.push({
    number: last.number + 1,
    startedAt: at,
    updatedAt: at + 60,
    status: "completed",
    conclusion,
    actor: editor.person(),
    jobs,
  });
  run.recorded = undefined;
  const where = { ...editor.where(moment), history: moment.history };
  return editor.publish("workflow_run", moment, { action: "completed", workflow_run: renderRun(where, run) });
}

function move(
  editor: Editor,
  { name, action }: { name: string; action: string },
  change: (repository: Repository) => unknown,
): WebhookEvent {
  const moment = editor.open(name);
  const before = fullName(moment.repository);
  change(moment.repository);
  moment.repository.recorded = undefined;
  if (fullName(moment.repository) !== before) moment.repository.previousNames.push(before);
  return editor.publish("repository", moment, { action });
}

const ownerOf = ({ state, id }: Editor, login: string): Person =>
  [state.owner, ...state.people].find((person) => person.login === login) ?? { ...state.owner, id: id(), login };
