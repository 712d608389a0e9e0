import type { Change, PlannedCommit } from "./change.ts";
import type { Commit, Person, Seconds, Signature } from "./model.ts";
import type { World } from "./world.ts";

/** One arrival on the default branch: a landed change, or a commit pushed straight to it. */
export interface Arrival {
  readonly at: Seconds;
  readonly sha: string;
  readonly change: Change | null;
}

/** The commit graph of one repository while it grows, in order of landing. */
export class Mainline {
  readonly commits = new Map<string, Commit>();
  /** Reachable from the default branch, in order of landing. */
  readonly landed: Commit[] = [];
  readonly arrivals: Arrival[] = [];
  /** Commits that rebasing made, and the ones they were made from. */
  readonly copies = new Map<string, string>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    const author = world.team.members[0]!.person;
    const root = this.#add({
      sha: world.random.hex(40),
      parents: [],
      message: "Initial commit",
      author: signature(author, world.from),
      committer: webFlow(world, world.from),
      additions: 42,
      deletions: 0,
      filesCount: 3,
    });
    this.landed.push(root);
    this.arrivals.push({ at: world.from, sha: root.sha, change: null });
  }

  get tip(): string {
    return this.arrivals.at(-1)!.sha;
  }

  /** The branch's head as it was at an instant. */
  tipAt(at: Seconds): string {
    let low = 0;
    let high = this.arrivals.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.arrivals[middle]!.at <= at) low = middle;
      else high = middle - 1;
    }
    return this.arrivals[low]!.sha;
  }

  /** Makes the commits of a request's branch, rewritten ones included; their messages come later. */
  branch(change: Change) {
    const first = change.commits[0]!;
    change.baseSha = this.tipAt(Math.min(first.authoredAt, change.openedAt));
    let parent = change.baseSha;
    let rewrittenAt = 0;
    for (const planned of change.commits) {
      if (planned.committedAt !== planned.authoredAt && planned.committedAt !== rewrittenAt) {
        rewrittenAt = planned.committedAt;
        parent = this.tipAt(rewrittenAt);
        change.baseSha = parent;
      }
      const parents = planned.isUpdate ? [parent, this.tipAt(planned.authoredAt)] : [parent];
      this.#add(this.#commit(planned, { parents, committer: planned.author, at: planned.committedAt }));
      parent = planned.sha;
    }
  }

  /** Lands a change the way its repository lands changes; gives the hash that `merge_commit_sha` names. */
  land(change: Change, at: Seconds, lander: Person): string {
    const own = change.commits.filter((commit) => commit.removedAt === null);
    const base = this.tip;
    if (change.landing === "squash") this.#landed(this.#squash(own, at, base));
    else if (change.landing === "merge") this.#merge(own, at, { base, lander });
    else this.#replay(change, at, { base, lander });
    change.landedSha = this.landed.at(-1)!.sha;
    this.arrivals.push({ at, sha: change.landedSha, change });
    return change.landedSha;
  }

  /** A commit pushed straight to the default branch. */
  push(at: Seconds, author: Person, message: string) {
    const { random } = this.#world;
    const sign = signature(author, at);
    const commit = this.#add({
      sha: random.hex(40),
      parents: [this.tip],
      message,
      author: sign,
      committer: sign,
      additions: random.int(1, 30),
      deletions: random.int(0, 12),
      filesCount: random.int(1, 3),
    });
    this.#landed(commit);
    this.arrivals.push({ at, sha: commit.sha, change: null });
  }

  #squash(own: PlannedCommit[], at: Seconds, base: string): Commit {
    const total = sum(own);
    return this.#add({
      ...total,
      sha: this.#world.random.hex(40),
      parents: [base],
      message: "",
      author: signature(own[0]!.author, at),
      committer: webFlow(this.#world, at),
    });
  }

  #merge(own: PlannedCommit[], at: Seconds, { base, lander }: { base: string; lander: Person }) {
    for (const planned of own) this.#landed(this.commits.get(planned.sha)!);
    const total = sum(own);
    this.#landed(
      this.#add({
        ...total,
        sha: this.#world.random.hex(40),
        parents: [base, own.at(-1)!.sha],
        message: "",
        author: signature(lander, at),
        committer: webFlow(this.#world, at),
      }),
    );
  }

  /** Rebase makes new commits on top of the branch; a fast-forward moves the request's own commits there first. */
  #replay(change: Change, at: Seconds, { base, lander }: { base: string; lander: Person }) {
    const isFastForward = change.landing === "fast_forward";
    const own = change.commits.filter((commit) => commit.removedAt === null && !commit.isUpdate);
    let parent = base;
    if (isFastForward && this.commits.get(own[0]!.sha)!.parents[0] !== base) {
      for (const planned of own) {
        planned.removedAt = at - 60;
        change.commits.push({
          ...planned,
          sha: this.#world.random.hex(40),
          committedAt: at - 60,
          addedAt: at - 60,
          removedAt: null,
        });
      }
      change.steps.push({ at: at - 60, actor: change.author, kind: "force_push" });
      change.baseSha = base;
    }
    for (const planned of change.commits.filter((commit) => commit.removedAt === null && !commit.isUpdate)) {
      const sha = isFastForward ? planned.sha : this.#world.random.hex(40);
      const committedAt = isFastForward ? planned.committedAt : at;
      const commit =
        this.commits.get(sha) ??
        this.#add(
          this.#commit(
            { ...planned, sha },
            { parents: [parent], committer: isFastForward ? planned.author : lander, at: committedAt },
          ),
        );
      if (!isFastForward) this.copies.set(sha, planned.sha);
      this.#landed(commit);
      parent = commit.sha;
    }
  }

  #commit(planned: PlannedCommit, how: { parents: string[]; committer: Person; at: Seconds }): Commit {
    const { additions, deletions, sha } = planned;
    return {
      sha,
      parents: how.parents,
      message: "",
      author: signature(planned.author, planned.authoredAt),
      committer: signature(how.committer, how.at),
      additions,
      deletions,
      filesCount: Math.max(1, Math.min(20, Math.round((additions + deletions) / 25))),
    };
  }

  #add(commit: Commit): Commit {
    this.commits.set(commit.sha, commit);
    return commit;
  }

  #landed(commit: Commit) {
    this.landed.push(commit);
  }
}

const sum = (commits: readonly PlannedCommit[]) => {
  const additions = commits.reduce((total, commit) => total + commit.additions, 0);
  const deletions = commits.reduce((total, commit) => total + commit.deletions, 0);
  return { additions, deletions, filesCount: Math.max(1, Math.min(40, Math.round((additions + deletions) / 20))) };
};

export const signature = (person: Person, at: Seconds): Signature => ({
  name: person.name ?? person.login,
  email: person.email ?? `${person.id}+${person.login}@users.noreply.github.com`,
  at,
  account: person,
});

const webFlow = (world: World, at: Seconds): Signature => ({
  name: "GitHub",
  email: "noreply@github.com",
  at,
  account: world.staff.web,
});
