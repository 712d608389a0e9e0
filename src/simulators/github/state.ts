import type {
  GroundTruth,
  History,
  Issue,
  Organisation,
  Person,
  PullRequest,
  Repository,
  Run,
  Seconds,
  Team,
} from "../organisation/index.ts";

/** What the simulated GitHub knows: both APIs are views of it. */
export interface GithubState {
  /** Login of the account that owns everything. */
  readonly owner: Person;
  readonly repositories: Repository[];
  readonly teams: readonly Team[];
  readonly people: readonly Person[];
  /** Whom the token belongs to. */
  readonly viewer: Person;
  readonly truth: GroundTruth | null;
  /** True when the state was loaded from a recording: what it does not hold is unknown, not zero. */
  readonly isRecording: boolean;
  /** Global ids of things of a recording. */
  readonly recordedNodes: ReadonlyMap<string, RecordedNode>;
  /** The vendor's clock. */
  now(): Seconds;
}

export type RecordedNode =
  | { kind: "repository"; repository: Repository }
  | { kind: "pullRequest"; repository: Repository; request: PullRequest }
  | { kind: "issue"; repository: Repository; issue: Issue }
  | { kind: "run" | "checkSuite"; repository: Repository; run: Run };

export function stateOf(organisation: Organisation, clock: () => Seconds): GithubState {
  const { staff } = organisation;
  return {
    owner: staff.organisation,
    repositories: organisation.repositories,
    teams: organisation.teams,
    people: [
      ...staff.people,
      ...staff.outsiders,
      staff.dependabot,
      staff.actions,
      staff.codecov,
      staff.agent,
      staff.web,
      staff.reader,
    ],
    viewer: staff.reader,
    truth: organisation.truth,
    isRecording: false,
    recordedNodes: new Map(),
    now: clock,
  };
}

export const fullName = (repository: Repository) => `${repository.owner.login}/${repository.name}`;

/** The repository of that name; a former name finds it too and says so. */
export function findRepository(state: GithubState, name: string): { repository: Repository; isFormer: boolean } | null {
  const wanted = name.toLowerCase();
  const now = state.repositories.find((repository) => fullName(repository).toLowerCase() === wanted);
  if (now) return { repository: now, isFormer: false };
  const former = state.repositories.find((repository) => repository.previousNames.some((old) => old.toLowerCase() === wanted));
  return former ? { repository: former, isFormer: true } : null;
}

const sortedLists = new WeakMap<History, Map<string, { version: number; list: readonly unknown[] }>>();

/** A list of a history in another order, kept until the next edit. */
export function sorted<T>(history: History, name: string, make: (history: History) => T[]): readonly T[] {
  let lists = sortedLists.get(history);
  if (!lists) sortedLists.set(history, (lists = new Map()));
  const known = lists.get(name);
  if (known?.version === history.version) return known.list as readonly T[];
  const list = make(history);
  lists.set(name, { version: history.version, list });
  return list;
}

/** Ascending by a number, then by id. */
export const by =
  <T extends { id: number }>(key: (thing: T) => number) =>
  (a: T, b: T) =>
    key(a) - key(b) || a.id - b.id;

/** A map of a history's things by some key, kept until the next edit. */
export function indexed<T>(
  history: History,
  name: string,
  make: (history: History) => Iterable<[string | number, T]>,
): ReadonlyMap<string | number, T> {
  return sorted(history, `index:${name}`, (h) => [new Map(make(h))])[0]!;
}

/** Local text of an instant as GitHub writes it: `2026-03-31T23:59:59Z`. */
export const iso = (at: Seconds): string => `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;
export const isoOrNull = (at: Seconds | null | undefined): string | null => (at === null || at === undefined ? null : iso(at));

export const lastAttempt = (run: Run) => run.attempts.at(-1)!;

export const requestByNumber = (history: History, number: number): PullRequest | undefined =>
  indexed(history, "requests", (h) => h.pullRequests.map((request): [number, PullRequest] => [request.number, request])).get(
    number,
  );

export const issueByNumber = (history: History, number: number): Issue | undefined =>
  indexed(history, "issues", (h) => h.issues.map((issue): [number, Issue] => [issue.number, issue])).get(number);

export const runById = (history: History, id: number): Run | undefined =>
  indexed(history, "runs", (h) => h.runs.map((run): [number, Run] => [run.id, run])).get(id);

/** How many lines and files a request changes; null where a recording does not say. */
export function sizeOf(request: PullRequest): { additions: number; deletions: number; files: number } | null {
  let additions = 0;
  let deletions = 0;
  let files = 0;
  for (const commit of request.commits) {
    if (commit.additions === null || commit.deletions === null) return null;
    additions += commit.additions;
    deletions += commit.deletions;
    if (commit.parents.length < 2) files += commit.filesCount ?? 0;
  }
  return request.commits.length && !request.recorded ? { additions, deletions, files } : null;
}
