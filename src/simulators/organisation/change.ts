import { afterWorking, beforeWorking, DAY, HOUR } from "./calendar.ts";
import type { PlannedIssue } from "./issues.ts";
import type { Person, ReviewState, Seconds, Team } from "./model.ts";
import type { Landing } from "./repositories.ts";
import { member, type World } from "./world.ts";

export type ChangeKind = "feature" | "bug" | "chore" | "dependency" | "agent" | "outside" | "hotfix" | "revert";

export interface PlannedCommit {
  readonly authoredAt: Seconds;
  readonly committedAt: Seconds;
  readonly additions: number;
  readonly deletions: number;
  readonly author: Person;
  /** When it was pushed, and when a force push took it out. */
  readonly addedAt: Seconds;
  removedAt: Seconds | null;
  /** Merges the target branch into the request. */
  readonly isUpdate: boolean;
  sha: string;
}

type StepKind =
  | { kind: "ready" | "to_draft" | "push" | "force_push" | "land" }
  | { kind: "close" | "reopen" }
  | { kind: "request" | "unrequest"; subject?: Person; team?: Team }
  | { kind: "review"; state: ReviewState; remarks: number }
  | { kind: "dismiss"; reviewer: Person }
  | { kind: "comment"; body: string };
export type Step = { readonly at: Seconds; readonly actor: Person } & StepKind;

/** One change on its way, with everything that will happen to it; realised into a pull request once numbers are known. */
export interface Change {
  readonly kind: ChangeKind;
  readonly author: Person;
  readonly openedAt: Seconds;
  readonly isDraft: boolean;
  readonly landing: Landing;
  readonly commits: PlannedCommit[];
  readonly steps: Step[];
  landAt: Seconds | null;
  readonly reverts: Change | null;
  readonly issue: PlannedIssue | null;
  /** The outage an urgent change ends; it is named, not closed by the merge. */
  readonly incident: PlannedIssue | null;
  number: number;
  title: string;
  branch: string;
  /** Set when it lands. */
  landedSha: string | null;
  baseSha: string;
}

/** What a change begins with. */
export interface Start {
  kind: ChangeKind;
  author: Person;
  openedAt: Seconds;
  issue: PlannedIssue | null;
  incident?: PlannedIssue | null;
  reverts: Change | null;
  lines: number;
  hours?: number;
}

/** A change with its first commits, opened and nothing more. */
export function startChange(world: World, start: Start): Change {
  const { random, plan } = world;
  const isHuman = start.author.kind === "User";
  const change: Change = {
    kind: start.kind,
    author: start.author,
    openedAt: start.openedAt,
    isDraft: isHuman && start.kind !== "hotfix" && start.kind !== "revert" && random.chance(0.18),
    landing: random.pick(plan.landing),
    commits: [],
    steps: [],
    landAt: null,
    reverts: start.reverts,
    issue: start.issue,
    incident: start.incident ?? null,
    number: 0,
    title: "",
    branch: "",
    landedSha: null,
    baseSha: "",
  };
  const count =
    start.kind === "revert" || start.kind === "dependency" ? 1 : Math.min(14, Math.max(1, Math.round(random.around(2, 0.7))));
  const first = firstCommitAt(world, start, count);
  const times = [first, ...Array.from({ length: count - 1 }, () => Math.round(random.between(first, start.openedAt - 60)))].sort(
    (a, b) => a - b,
  );
  for (const at of times) addCommit(world, change, { at, addedAt: start.openedAt, lines: start.lines / count });
  return change;
}

function firstCommitAt({ random }: World, { author, openedAt, hours }: Start, count: number): Seconds {
  if (hours !== undefined) return Math.round(openedAt - hours * HOUR);
  return author.kind === "User" ? beforeWorking(author, openedAt, random.around(6, 1)) : openedAt - count * 240;
}

/** Plans one more commit of the change's author. */
export function addCommit(
  world: World,
  change: Change,
  commit: { at: Seconds; addedAt: Seconds; lines: number; isUpdate?: boolean },
) {
  const { random } = world;
  const lines = Math.max(1, Math.round(commit.lines * random.between(0.6, 1.4)));
  const additions = Math.ceil(lines * random.between(0.5, 0.95));
  change.commits.push({
    authoredAt: commit.at,
    committedAt: commit.at,
    additions: commit.isUpdate ? 0 : additions,
    deletions: commit.isUpdate ? 0 : lines - additions,
    author: change.author,
    addedAt: commit.addedAt,
    removedAt: null,
    isUpdate: commit.isUpdate ?? false,
    sha: random.hex(40),
  });
}

/** Rewrites the request's commits at an instant: author dates stay, hashes and committer dates change, sometimes one commit is dropped. */
export function rewrite(world: World, change: Change, at: Seconds) {
  const present = change.commits.filter((commit) => commit.removedAt === null && !commit.isUpdate);
  for (const commit of change.commits) commit.removedAt ??= at;
  const dropped = present.length > 1 && world.random.chance(0.3) ? 1 : 0;
  for (const commit of present.slice(dropped))
    change.commits.push({ ...commit, committedAt: at, addedAt: at, removedAt: null, sha: world.random.hex(40) });
  change.steps.push({ at, actor: change.author, kind: "force_push" });
}

/** Closed without landing after days of silence. */
export function abandon(world: World, change: Change, from: Seconds): Change {
  const { random } = world;
  const at = afterWorking(member(world), from + random.int(1, 12) * DAY, 1);
  change.landAt = null;
  change.steps.push({ at, actor: random.chance(0.7) ? change.author : member(world), kind: "close" });
  return change;
}
