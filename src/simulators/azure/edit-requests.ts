import { signature, type Commit, type Person, type PullRequest, type Repository } from "../organisation/index.ts";
import { gone, type Editing } from "./editor.ts";
import type { HookEvent } from "./hooks.ts";
import { repositoryId, requestKey, requestNumber, type Project } from "./model.ts";

/** What a vote is called where requests are kept. */
const verdicts = { 10: "APPROVED", [-5]: "CHANGES_REQUESTED", 0: "DISMISSED" } as const;

interface Place {
  readonly project: Project;
  readonly repository: Repository;
}

interface Editable extends Place {
  readonly request: PullRequest;
  readonly at: number;
}

/** Code and pull requests; requests are named by their number at Azure. */
export function requestEdits(editing: Editing) {
  const { world, newId } = editing;

  function editRequest(name: string, number: number, how: { event?: string; change(what: Editable): unknown }): HookEvent {
    const place = editing.repository(name);
    const history = place.repository.history();
    const request =
      history.pullRequests.find((one) => requestNumber(place.project, place.repository, one) === number) ??
      gone(`request ${number}`);
    const at = world.now();
    how.change({ ...place, request, at });
    request.updatedAt = at;
    history.version++;
    return announce(place, request, how.event ?? "git.pullrequest.updated");
  }

  function announce({ project, repository }: Place, request: PullRequest, event: string): HookEvent {
    const where = { id: repositoryId(repository), name: repository.name, project: { id: project.id, name: project.name } };
    const about = { pullRequestId: requestNumber(project, repository, request), repository: where };
    return editing.send(event, event.endsWith("comment-event") ? { comment: {}, pullRequest: about } : about, project);
  }

  /** A commit that nothing leads to yet. */
  function commit({ repository }: Place, what: { parents: readonly string[]; author: Person; message: string }): Commit {
    const sign = signature(what.author, world.now());
    const made: Commit = {
      sha: editing.newSha(),
      parents: what.parents,
      message: what.message,
      author: sign,
      committer: sign,
      additions: 7,
      deletions: 2,
      filesCount: 1,
    };
    repository.history().commits.set(made.sha, made);
    return made;
  }

  const tipOf = ({ repository }: Place): string => repository.history().branches[0]?.sha ?? editing.newSha();
  const memberOf = ({ project }: Place): Person => project.team.members[0]!.person;

  function land({ repository }: Place, commits: readonly Commit[]): void {
    const history = repository.history();
    history.landed.push(...commits);
    const [branch] = history.branches;
    if (branch) history.branches[0] = { ...branch, sha: commits.at(-1)!.sha };
  }

  /** What lands: one new commit, or the request's own and a merge. */
  function merge({ request, at, ...place }: Editable, isSquash: boolean): void {
    const author = request.author ?? memberOf(place);
    const message = `Merged PR ${requestNumber(place.project, place.repository, request)}: ${request.title}`;
    const parents = [tipOf(place), ...(isSquash ? [] : [request.commits.at(-1)!.sha])];
    const last = commit(place, { parents, author, message });
    land(place, isSquash ? [last] : [...request.commits, last]);
    const completed = {
      state: "merged",
      isDraft: false,
      closedAt: at,
      mergedAt: at,
      mergedBy: author,
      mergeSha: last.sha,
    } as const;
    Object.assign(request, completed);
    request.events.push({ id: newId(), kind: "merged", at, actor: author });
  }

  const note = (kind: "closed" | "reopened" | "ready_for_review" | "convert_to_draft", { request, at }: Editable) =>
    request.events.push({ id: newId(), kind, at, actor: request.author });

  return {
    openRequest(name: string, title = "A new change"): HookEvent {
      const place = editing.repository(name);
      const history = place.repository.history();
      const at = world.now();
      const author = memberOf(place);
      const base = tipOf(place);
      const first = commit(place, { parents: [base], author, message: title });
      const request: PullRequest = {
        id: newId(),
        number: Math.max(0, ...[...history.pullRequests, ...history.issues].map(({ number }) => number)) + 1,
        title,
        body: "",
        author,
        state: "open",
        isDraft: false,
        createdAt: at,
        updatedAt: at,
        closedAt: null,
        mergedAt: null,
        mergedBy: null,
        head: { ref: `change/${first.sha.slice(0, 7)}`, sha: first.sha, owner: place.repository.owner, repository: null },
        base: { ref: place.repository.defaultBranch ?? "main", sha: base },
        mergeSha: null,
        commits: [first],
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
      };
      history.pullRequests.push(request);
      history.version++;
      return announce(place, request, "git.pullrequest.created");
    },
    setRequestTitle: (name: string, number: number, title: string) =>
      editRequest(name, number, { change: ({ request }) => (request.title = title) }),
    setDraft: (name: string, number: number, isDraft: boolean) =>
      editRequest(name, number, {
        change: (what) => {
          what.request.isDraft = isDraft;
          note(isDraft ? "convert_to_draft" : "ready_for_review", what);
        },
      }),
    commentRequest: (name: string, number: number, body = "A remark.") =>
      editRequest(name, number, {
        event: "ms.vss-code.git-pullrequest-comment-event",
        change: ({ request, at }) =>
          request.comments.push({ id: newId(), author: request.author, body, createdAt: at, updatedAt: at }),
      }),
    vote: (name: string, number: number, vote: 10 | -5 | 0) =>
      editRequest(name, number, {
        change: ({ request, at }) =>
          request.reviews.push({
            id: newId(),
            author: reviewerFor(request),
            state: verdicts[vote],
            verdict: verdicts[vote],
            body: "",
            submittedAt: at,
            sha: request.commits.at(-1)!.sha,
            comments: [],
          }),
      }),
    /** To the request's branch; a forced push replaces the last commit, whose note stays. */
    pushToRequest: (name: string, number: number, { isForced = false }: { isForced?: boolean } = {}) =>
      editRequest(name, number, {
        change: ({ request, ...place }) => {
          const [replaced] = isForced ? request.commits.slice(-1) : [];
          if (replaced && request.commits.length > 1 && replaced.committer.at > request.createdAt) {
            const { at, account } = replaced.committer;
            const actor = account ?? request.author;
            request.events.push({ id: newId(), kind: "head_ref_force_pushed", at, actor, before: replaced.sha });
          }
          const kept = isForced ? request.commits.slice(0, -1) : request.commits;
          const parents = [kept.at(-1)?.sha ?? request.base.sha];
          const made = commit(place, { parents, author: request.author ?? memberOf(place), message: "More work" });
          request.commits = [...kept, made];
          request.head = { ...request.head, sha: made.sha };
        },
      }),
    linkRequest: (name: string, number: number, items: readonly number[]) =>
      editRequest(name, number, {
        change: ({ request, repository }) => world.linked.set(requestKey(repository, request), [...items]),
      }),
    abandon: (name: string, number: number) =>
      editRequest(name, number, {
        change: (what) => {
          Object.assign(what.request, { state: "closed", closedAt: what.at });
          note("closed", what);
        },
      }),
    reactivate: (name: string, number: number) =>
      editRequest(name, number, {
        change: (what) => {
          Object.assign(what.request, { state: "open", closedAt: null });
          note("reopened", what);
        },
      }),
    complete: (name: string, number: number, { isSquash = true }: { isSquash?: boolean } = {}) =>
      editRequest(name, number, { event: "git.pullrequest.merged", change: (what) => merge(what, isSquash) }),
    /** To the default branch. */
    push(name: string, message = "More work"): HookEvent {
      const place = editing.repository(name);
      land(place, [commit(place, { parents: [tipOf(place)], author: memberOf(place), message })]);
      return announcePush(place);
    },
    pushTag(name: string, tag: string): HookEvent {
      const place = editing.repository(name);
      place.repository.history().tags.push({ name: tag, sha: tipOf(place), at: world.now(), tagger: memberOf(place) });
      return announcePush(place);
    },
    deleteTag(name: string, tag: string): HookEvent {
      const place = editing.repository(name);
      const { tags } = place.repository.history();
      tags.splice(tags.findIndex((one) => one.name === tag) >>> 0, 1);
      return announcePush(place);
    },
  };

  function announcePush({ project, repository }: Place): HookEvent {
    repository.history().version++;
    const where = { id: repositoryId(repository), name: repository.name, project: { id: project.id, name: project.name } };
    return editing.send("git.push", { pushId: newId(), repository: where, commits: [], refUpdates: [] }, project);
  }
}

const reviewerFor = (request: PullRequest) => request.requestedReviewers[0] ?? request.reviews[0]?.author ?? request.author;
