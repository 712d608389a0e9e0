import {
  signature,
  type Commit,
  type History,
  type Issue,
  type Person,
  type PullRequest,
  type Repository,
  type Review,
  type Run,
  type Seconds,
} from "../organisation/index.ts";
import { Random } from "../organisation/random.ts";
import { run as renderRun } from "./rest/render-actions.ts";
import { repository as renderRepository, user } from "./rest/render.ts";
import { issue as renderIssue, request as renderRequest, review as renderReview } from "./rest/render-requests.ts";
import { findRepository, fullName, issueByNumber, lastAttempt, requestByNumber, runById, type GithubState } from "./state.ts";
import type { WebhookEvent, Webhooks } from "./webhooks.ts";

/** Changes a test can make while somebody reads; every one sets `updated_at` to the vendor's clock, later than before. */
export type Edits = ReturnType<typeof createEdits>;

export interface EditParts {
  readonly where: { readonly api: string; readonly web: string };
  readonly webhooks: Webhooks;
}

/** The edits of one simulator. Repositories are named `acme/pay`. */
export function createEdits(state: GithubState, parts: EditParts) {
  const editor = new Editor(state, parts);
  return {
    updatePullRequest: (name: string, number: number, change: Partial<Pick<PullRequest, "title" | "body" | "isDraft">>) =>
      editor.request(name, number, "edited", (request) => Object.assign(request, change)),
    addReview: (name: string, number: number, review: { state?: Review["state"]; body?: string; author?: string } = {}) =>
      editor.addReview(name, number, review),
    addComment: (name: string, number: number, comment: { body?: string; author?: string } = {}) =>
      editor.request(
        name,
        number,
        "edited",
        (request, { at, id }) =>
          void request.comments.push({
            id: id(),
            author: editor.person(comment.author),
            body: comment.body ?? "A remark.",
            createdAt: at,
            updatedAt: at,
          }),
      ),
    openPullRequest: (name: string, request: { title?: string; author?: string; isDraft?: boolean } = {}) =>
      editor.open(name, request),
    push: (name: string, to: { number?: number; message?: string; force?: boolean } = {}) => editor.push(name, to),
    merge: (name: string, number: number) => editor.merge(name, number),
    close: (name: string, number: number) => editor.setState(name, number, "closed"),
    reopen: (name: string, number: number) => editor.setState(name, number, "open"),
    openIssue: (name: string, issue: { title?: string; label?: string } = {}) => editor.openIssue(name, issue),
    closeIssue: (name: string, number: number) => editor.closeIssue(name, number),
    deleteIssue: (name: string, number: number) => editor.deleteIssue(name, number),
    rerun: (name: string, runId: number, result: { conclusion?: "success" | "failure" } = {}) =>
      editor.rerun(name, runId, result.conclusion ?? "success"),
    renameRepository: (name: string, to: string) => editor.move(name, "renamed", (repository) => void (repository.name = to)),
    transfer: (name: string, to: string) =>
      editor.move(name, "transferred", (repository) => void (repository.owner = editor.owner(to))),
    archive: (name: string) => editor.move(name, "archived", (repository) => void (repository.isArchived = true)),
    deleteRepository: (name: string) => editor.deleteRepository(name),
  };
}

interface Moment {
  readonly at: Seconds;
  readonly id: () => number;
  readonly repository: Repository;
  readonly history: History;
}

class Editor {
  readonly #state: GithubState;
  readonly #parts: EditParts;
  readonly #random = new Random("edits");
  #nextId = 9_000_000_000;

  constructor(state: GithubState, parts: EditParts) {
    this.#state = state;
    this.#parts = parts;
  }

  person(login?: string): Person {
    if (!login) return this.#state.people[0]!;
    const found = this.#state.people.find((person) => person.login === login);
    if (!found) throw new RangeError(`there is no account ${login}`);
    return found;
  }

  owner(login: string): Person {
    return (
      [this.#state.owner, ...this.#state.people].find((person) => person.login === login) ?? {
        ...this.#state.owner,
        id: this.#nextId++,
        login,
      }
    );
  }

  request(name: string, number: number, action: string, change: (request: PullRequest, moment: Moment) => void): WebhookEvent {
    const moment = this.#open(name);
    const request = this.#find(moment, number);
    change(request, moment);
    return this.#touch(moment, request, action);
  }

  addReview(
    name: string,
    number: number,
    { state = "APPROVED", body = "", author }: { state?: Review["state"]; body?: string; author?: string },
  ): WebhookEvent {
    const moment = this.#open(name);
    const request = this.#find(moment, number);
    const review: Review = {
      id: moment.id(),
      author: this.person(author),
      state,
      verdict: state,
      body,
      submittedAt: moment.at,
      sha: request.head.sha,
      comments: [],
    };
    request.reviews.push(review);
    this.#touch(moment, request, "edited", false);
    return this.#publish("pull_request_review", moment, {
      action: "submitted",
      review: renderReview(this.#where(moment), review, request),
      pull_request: renderRequest(this.#where(moment), request),
    });
  }

  open(
    name: string,
    { title = "A new change", author, isDraft = false }: { title?: string; author?: string; isDraft?: boolean },
  ): WebhookEvent {
    const moment = this.#open(name);
    const { history, repository, at } = moment;
    const by = this.person(author);
    const tip = this.#tip(history);
    const commit = this.#commit(moment, { parent: tip, author: by, message: title });
    const ref = `change/${commit.sha.slice(0, 7)}`;
    const request: PullRequest = {
      ...{
        id: moment.id(),
        number: nextNumber(history),
        title,
        body: "",
        author: by,
        state: "open",
        isDraft,
        createdAt: at,
        updatedAt: at,
        closedAt: null,
        mergedAt: null,
        mergedBy: null,
      },
      head: { ref, sha: commit.sha, owner: repository.owner, repository: fullName(repository) },
      base: { ref: repository.defaultBranch ?? "main", sha: tip },
      ...{
        mergeSha: null,
        commits: [commit],
        labels: [],
        assignees: [],
        requestedReviewers: [],
        requestedTeams: [],
        milestone: null,
        reviews: [],
        threads: [],
        comments: [],
        events: [],
        closes: [],
      },
    };
    history.pullRequests.push(request);
    history.branches.push({ name: ref, sha: commit.sha, isProtected: false });
    return this.#touch(moment, request, "opened");
  }

  /** To the request's branch, or to the default branch; a forced push replaces the last commit. */
  push(
    name: string,
    { number, message = "More work", force = false }: { number?: number; message?: string; force?: boolean },
  ): WebhookEvent {
    const moment = this.#open(name);
    const { history, at } = moment;
    if (number === undefined) {
      const commit = this.#commit(moment, { parent: this.#tip(history), author: this.person(), message });
      this.#land(history, commit);
      return this.#publish("push", moment, {
        ref: `refs/heads/${history.branches[0]?.name ?? "main"}`,
        before: commit.parents[0],
        after: commit.sha,
        forced: false,
      });
    }
    const request = this.#find(moment, number);
    const before = request.head.sha;
    const kept = force ? request.commits.slice(0, -1) : request.commits;
    const commit = this.#commit(moment, {
      parent: kept.at(-1)?.sha ?? request.base.sha,
      author: request.author ?? this.person(),
      message,
    });
    request.commits = [...kept, commit];
    request.head = { ...request.head, sha: commit.sha };
    if (force)
      request.events.push({
        id: moment.id(),
        kind: "head_ref_force_pushed",
        at,
        actor: request.author,
        before,
        after: commit.sha,
      });
    this.#branch(history, request.head.ref, commit.sha);
    return this.#touch(moment, request, "synchronize");
  }

  merge(name: string, number: number): WebhookEvent {
    return this.request(name, number, "closed", (request, moment) => {
      const { at, history } = moment;
      const actor = this.person();
      const commit = this.#commit(moment, {
        parent: this.#tip(history),
        author: request.author ?? actor,
        message: `${request.title} (#${number})`,
      });
      this.#land(history, commit);
      request.events.push(
        { id: moment.id(), kind: "merged", at, actor, sha: commit.sha },
        { id: moment.id(), kind: "closed", at, actor },
      );
      Object.assign(request, {
        state: "merged",
        isDraft: false,
        mergedAt: at,
        closedAt: at,
        mergedBy: actor,
        mergeSha: commit.sha,
      });
    });
  }

  setState(name: string, number: number, state: "open" | "closed"): WebhookEvent {
    return this.request(name, number, state === "open" ? "reopened" : "closed", (request, { at, id }) => {
      request.events.push({ id: id(), kind: state === "open" ? "reopened" : "closed", at, actor: this.person() });
      Object.assign(request, { state, closedAt: state === "open" ? null : at });
    });
  }

  openIssue(name: string, { title = "Something is wrong", label = "bug" }: { title?: string; label?: string }): WebhookEvent {
    const moment = this.#open(name);
    const { history, at } = moment;
    const issue: Issue = {
      ...{
        id: moment.id(),
        number: nextNumber(history),
        title,
        body: "",
        author: this.person(),
        state: "open",
        stateReason: null,
        createdAt: at,
        updatedAt: at,
        closedAt: null,
        closedBy: null,
      },
      ...{
        labels: history.labels.filter((entry) => entry.name === label),
        assignees: [],
        milestone: null,
        comments: [],
        events: [],
        closedByPullRequests: [],
        fields: null,
      },
    };
    history.issues.push(issue);
    return this.#publish("issues", moment, { action: "opened", issue: renderIssue(this.#where(moment), issue) });
  }

  closeIssue(name: string, number: number): WebhookEvent {
    const moment = this.#open(name);
    const issue = this.#issue(moment, number);
    const actor = this.person();
    issue.events.push({ id: moment.id(), kind: "closed", at: moment.at, actor, stateReason: "completed" });
    Object.assign(issue, {
      recorded: undefined,
      state: "closed",
      stateReason: "completed",
      closedAt: moment.at,
      closedBy: actor,
      updatedAt: Math.max(moment.at, issue.updatedAt + 1),
    });
    return this.#publish("issues", moment, { action: "closed", issue: renderIssue(this.#where(moment), issue) });
  }

  deleteIssue(name: string, number: number): WebhookEvent {
    const moment = this.#open(name);
    const issue = this.#issue(moment, number);
    const body = renderIssue(this.#where(moment), issue);
    moment.history.issues.splice(moment.history.issues.indexOf(issue), 1);
    return this.#publish("issues", moment, { action: "deleted", issue: body });
  }

  /** A new attempt with the same jobs, a minute long. */
  rerun(name: string, runId: number, conclusion: "success" | "failure"): WebhookEvent {
    const moment = this.#open(name);
    const run = runById(moment.history, runId);
    if (!run) throw new RangeError(`${name} has no run ${runId}`);
    const last = lastAttempt(run);
    const at = Math.max(moment.at, last.updatedAt + 1);
    const jobs = last.jobs.map((job) => ({
      ...job,
      id: moment.id(),
      createdAt: at,
      startedAt: at,
      completedAt: at + 60,
      status: "completed" as const,
      conclusion,
    }));
    run.attempts.push({
      number: last.number + 1,
      startedAt: at,
      updatedAt: at + 60,
      status: "completed",
      conclusion,
      actor: this.person(),
      jobs,
    });
    run.recorded = undefined;
    const where = { ...this.#where(moment), history: moment.history };
    return this.#publish("workflow_run", moment, { action: "completed", workflow_run: renderRun(where, run satisfies Run) });
  }

  /** The old name keeps leading there. */
  move(name: string, action: string, change: (repository: Repository) => void): WebhookEvent {
    const moment = this.#open(name);
    const before = fullName(moment.repository);
    change(moment.repository);
    moment.repository.recorded = undefined;
    if (fullName(moment.repository) !== before) moment.repository.previousNames.push(before);
    return this.#publish("repository", moment, { action });
  }

  deleteRepository(name: string): WebhookEvent {
    const moment = this.#open(name);
    this.#state.repositories.splice(this.#state.repositories.indexOf(moment.repository), 1);
    return this.#publish("repository", moment, { action: "deleted" });
  }

  #open(name: string): Moment {
    const found = findRepository(this.#state, name);
    if (!found) throw new RangeError(`there is no repository ${name}`);
    const { repository } = found;
    const history = repository.history();
    history.version++;
    return { repository, history, at: this.#state.now(), id: () => this.#nextId++ };
  }

  #find({ history, repository }: Moment, number: number): PullRequest {
    const request = requestByNumber(history, number);
    if (!request) throw new RangeError(`${fullName(repository)} has no pull request ${number}`);
    return request;
  }

  #issue({ history, repository }: Moment, number: number): Issue {
    const issue = issueByNumber(history, number);
    if (!issue) throw new RangeError(`${fullName(repository)} has no issue ${number}`);
    return issue;
  }

  #touch(moment: Moment, request: PullRequest, action: string, isPublished = true): WebhookEvent {
    request.updatedAt = Math.max(moment.at, request.updatedAt + 1);
    request.recorded = undefined;
    moment.repository.changedAt = Math.max(moment.at, moment.repository.pushedAt);
    moment.history.version++;
    const payload = { action, number: request.number, pull_request: renderRequest(this.#where(moment), request) };
    return isPublished ? this.#publish("pull_request", moment, payload) : { name: "pull_request", payload };
  }

  #where = ({ repository }: Moment) => ({ ...this.#parts.where, repository });

  #publish(name: string, moment: Moment, payload: Record<string, unknown>): WebhookEvent {
    moment.history.version++;
    const event = {
      name,
      payload: {
        ...payload,
        repository: renderRepository(this.#parts.where, moment.repository),
        sender: user(this.#parts.where, this.person()),
      },
    };
    this.#parts.webhooks.publish(event);
    return event;
  }

  #tip = (history: History): string => history.branches[0]?.sha ?? history.landed.at(-1)?.sha ?? this.#random.hex(40);

  #branch(history: History, name: string, sha: string) {
    const index = history.branches.findIndex((branch) => branch.name === name);
    if (index >= 0) history.branches[index] = { ...history.branches[index]!, sha };
  }

  #land(history: History, commit: Commit) {
    history.landed.push(commit);
    if (history.branches[0]) history.branches[0] = { ...history.branches[0], sha: commit.sha };
  }

  #commit(
    { at, history, repository }: Moment,
    { parent, author, message }: { parent: string; author: Person; message: string },
  ): Commit {
    const sign = signature(author, at);
    const commit: Commit = {
      sha: this.#random.hex(40),
      parents: [parent],
      message,
      author: sign,
      committer: sign,
      additions: 7,
      deletions: 2,
      filesCount: 1,
    };
    history.commits.set(commit.sha, commit);
    repository.changedAt = at;
    return commit;
  }
}

const nextNumber = (history: History) =>
  Math.max(0, ...history.pullRequests.map((entry) => entry.number), ...history.issues.map((entry) => entry.number)) + 1;
