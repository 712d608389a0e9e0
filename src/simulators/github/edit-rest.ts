import type { Issue, Person, Repository } from "../organisation/index.ts";
import type { Editor, Moment } from "./editor.ts";
import { run as renderRun } from "./rest/render-actions.ts";
import { issue as renderIssue } from "./rest/render-requests.ts";
import { fullName, lastAttempt, runById } from "./state.ts";
import type { WebhookEvent } from "./webhooks.ts";

/** Edits of issues and runs. */
export const issueEdits = (editor: Editor) => ({
  openIssue: (name: string, issue: { title?: string; label?: string } = {}) => openIssue(editor, name, issue),
  closeIssue: (name: string, number: number) => closeIssue(editor, name, number),
  deleteIssue: (name: string, number: number) => deleteIssue(editor, name, number),
  /** The issue gets a number of its own in the other repository; the old number leads nowhere. */
  transferIssue: (name: string, number: number, to: string) => transferIssue(editor, { name, number }, to),
  /** An importer writes things with dates of its own: nothing says that they are new. */
  importIssue: (name: string, dated: { createdAt: number; title?: string }) => importIssue(editor, name, dated),
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
  setPrivate: (name: string, isPrivate: boolean) =>
    move(editor, { name, action: isPrivate ? "privatized" : "publicized" }, (repository) => (repository.isPrivate = isPrivate)),
  /** The credential may no longer see it: to whoever asks it is gone. Answers how to show it again. */
  hideRepository(name: string): () => void {
    const { repository } = editor.open(name);
    const { repositories } = editor.state;
    const place = repositories.indexOf(repository);
    repositories.splice(place, 1);
    return () => void repositories.splice(place, 0, repository);
  },
  deleteTag(name: string, tag: string): WebhookEvent {
    const moment = editor.open(name);
    const { tags } = moment.history;
    tags.splice(
      tags.findIndex((entry) => entry.name === tag),
      1,
    );
    return editor.publish("delete", moment, { ref: tag, ref_type: "tag" });
  },
  /** GitHub forgets runs after a while. */
  forgetRuns(name: string, count: number): void {
    const { history } = editor.open(name);
    history.runs.splice(0, count);
  },
  /** What GitHub's staff does when a request must disappear; nobody else can. */
  purgePullRequest(name: string, number: number): void {
    const moment = editor.open(name);
    const { pullRequests } = moment.history;
    pullRequests.splice(pullRequests.indexOf(editor.request(moment, number)), 1);
    moment.history.version++;
  },
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
  const issue = newIssue(editor, moment, { title, label, at: moment.at });
  moment.history.issues.push(issue);
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

const newIssue = (
  editor: Editor,
  { history }: Moment,
  { title, label, at }: { title: string; label?: string; at: number },
): Issue => ({
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
});

function importIssue(
  editor: Editor,
  name: string,
  { createdAt, title = "From another tracker" }: { createdAt: number; title?: string },
): number {
  const moment = editor.open(name);
  const issue = newIssue(editor, moment, { title, at: createdAt });
  moment.history.issues.push(issue);
  return issue.number;
}

function transferIssue(editor: Editor, { name, number }: { name: string; number: number }, to: string): WebhookEvent {
  const moment = editor.open(name);
  const target = editor.open(to);
  const issue = editor.issue(moment, number);
  moment.history.issues.splice(moment.history.issues.indexOf(issue), 1);
  const moved = {
    ...issue,
    id: editor.id(),
    recorded: undefined,
    number: editor.nextNumber(target.history),
    updatedAt: target.at,
  };
  target.history.issues.push(moved);
  return editor.publish("issues", moment, { action: "transferred", issue: renderIssue(editor.where(moment), issue) });
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
