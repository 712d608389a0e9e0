import {
  signature,
  type Commit,
  type History,
  type Issue,
  type Person,
  type PullRequest,
  type Repository,
  type Seconds,
} from "../organisation/index.ts";
import { Random } from "../organisation/random.ts";
import { repository as renderRepository, user } from "./rest/render.ts";
import { request as renderRequest } from "./rest/render-requests.ts";
import { findRepository, fullName, issueByNumber, requestByNumber, type GithubState } from "./state.ts";
import type { WebhookEvent, Webhooks } from "./webhooks.ts";

export interface EditParts {
  readonly where: { readonly api: string; readonly web: string };
  readonly webhooks: Webhooks;
}

/** One edit of one repository. */
export interface Moment {
  readonly at: Seconds;
  readonly repository: Repository;
  readonly history: History;
}

/** What all edits share: finding things, dating changes, making commits, telling webhooks. */
export class Editor {
  readonly state: GithubState;
  readonly #parts: EditParts;
  readonly #random = new Random("edits");
  #nextId = 9_000_000_000;

  constructor(state: GithubState, parts: EditParts) {
    this.state = state;
    this.#parts = parts;
  }

  id = (): number => this.#nextId++;

  /** The account with that login, or whoever comes first. */
  person(login?: string): Person {
    if (!login) return this.state.people[0]!;
    const found = this.state.people.find((person) => person.login === login);
    if (!found) throw new RangeError(`there is no account ${login}`);
    return found;
  }

  open(name: string): Moment {
    const found = findRepository(this.state, name);
    if (!found) throw new RangeError(`there is no repository ${name}`);
    const history = found.repository.history();
    history.version++;
    return { repository: found.repository, history, at: this.state.now() };
  }

  request({ history, repository }: Moment, number: number): PullRequest {
    const request = requestByNumber(history, number);
    if (!request) throw new RangeError(`${fullName(repository)} has no pull request ${number}`);
    return request;
  }

  issue({ history, repository }: Moment, number: number): Issue {
    const issue = issueByNumber(history, number);
    if (!issue) throw new RangeError(`${fullName(repository)} has no issue ${number}`);
    return issue;
  }

  where = ({ repository }: Moment) => ({ ...this.#parts.where, repository });

  /** Dates the change later than everything before it; a recorded request is rendered anew from now on. */
  touch({ at, history, repository }: Moment, request: PullRequest) {
    request.updatedAt = Math.max(at, request.updatedAt + 1);
    request.recorded = undefined;
    repository.changedAt = Math.max(at, repository.pushedAt);
    history.version++;
  }

  publishRequest(moment: Moment, request: PullRequest, action: string): WebhookEvent {
    this.touch(moment, request);
    return this.publish("pull_request", moment, {
      action,
      number: request.number,
      pull_request: renderRequest(this.where(moment), request),
    });
  }

  publish(name: string, moment: Moment, payload: Record<string, unknown>): WebhookEvent {
    moment.history.version++;
    const { where, webhooks } = this.#parts;
    const event = {
      name,
      payload: { ...payload, repository: renderRepository(where, moment.repository), sender: user(where, this.person()) },
    };
    webhooks.publish(event);
    return event;
  }

  tip = (history: History): string => history.branches[0]?.sha ?? history.landed.at(-1)?.sha ?? this.#random.hex(40);

  land(history: History, commit: Commit) {
    history.landed.push(commit);
    if (history.branches[0]) history.branches[0] = { ...history.branches[0], sha: commit.sha };
  }

  commit(
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

  nextNumber = (history: History) =>
    Math.max(0, ...history.pullRequests.map((entry) => entry.number), ...history.issues.map((entry) => entry.number)) + 1;
}
