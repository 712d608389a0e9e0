import { DAY } from "./calendar.ts";
import { generateHistory } from "./history.ts";
import type { History, Repository, Seconds, Team } from "./model.ts";
import { createStaff, type Staff } from "./people.ts";
import { Random } from "./random.ts";
import { activeRange, planRepositories, type RepositoryPlan, type Size } from "./repositories.ts";
import type { RepositoryTruth } from "./truth.ts";

export interface OrganisationOptions {
  readonly seed?: number;
  readonly size?: Size;
  /** History ends here, seconds. The same seed, size and end give the same organisation. */
  readonly now: Seconds;
  /** Pull requests in memory before the history that was used longest ago is dropped (it can be made again). */
  readonly keptPullRequests?: number;
}

/** Knows what was planted: generated together with the history, never read back from an API. */
export interface GroundTruth {
  readonly repositories: readonly string[];
  /** What was planted in `acme/pay`. */
  repository(fullName: string): RepositoryTruth;
  /** Everything planted; generates all repositories. */
  all(): RepositoryTruth[];
}

/** The simulated company `acme` from which every vendor's simulator serves its part. */
export interface Organisation {
  readonly staff: Staff;
  readonly teams: readonly Team[];
  readonly repositories: Repository[];
  readonly now: Seconds;
  readonly truth: GroundTruth;
}

const KEPT_PULL_REQUESTS = 20_000;
const EXACT_PULL_REQUESTS = 10_000;
const YEARS = 2;

export function createOrganisation({
  seed = 1,
  size = "demo",
  now,
  keptPullRequests = KEPT_PULL_REQUESTS,
}: OrganisationOptions): Organisation {
  const plans = planRepositories(size);
  const began = now - Math.max(YEARS * 365, ...plans.map((plan) => plan.beganDaysAgo)) * DAY;
  const staff = createStaff(seed, began);
  const books = new Books(
    (plan, index) => generateHistory(createWorld({ plan, index, seed, staff, now, began })),
    keptPullRequests,
  );
  const isExact = plans.reduce((sum, plan) => sum + plan.pullRequests, 0) < EXACT_PULL_REQUESTS;
  const repositories = plans.map((plan, index) =>
    createRepository(plan, { staff, now, isExact, history: () => books.open(plan, index).history }),
  );
  const byName = new Map(plans.map((plan, index) => [`acme/${plan.name}`, () => books.open(plan, index).truth]));
  const truthOf = (fullName: string) => {
    const open = byName.get(fullName);
    if (!open)
      throw new RangeError(`there is no repository ${fullName}; there are ${[...byName.keys()].slice(0, 20).join(", ")}`);
    return open();
  };
  return {
    staff,
    teams: [staff.engineering, ...staff.teams.values()],
    repositories,
    now,
    truth: { repositories: [...byName.keys()], repository: truthOf, all: () => [...byName.keys()].map(truthOf) },
  };
}

interface WorldParts {
  plan: RepositoryPlan;
  index: number;
  seed: number;
  staff: Staff;
  now: Seconds;
  began: Seconds;
}

function createWorld({ plan, index, seed, staff, now, began }: WorldParts) {
  let id = 3_000_000_000 + index * Math.max(1_000_000, plan.pullRequests * 250);
  const { from, to } = activeRange(plan, now);
  const random = new Random(`${seed}:${plan.name}`);
  return { plan, random, staff, team: staff.teams.get(plan.story.slug)!, now, from, to, began, nextId: () => id++ };
}

interface RepositoryParts {
  staff: Staff;
  now: Seconds;
  /** Small organisations say exactly when they were last pushed to; in large ones that would make every history. */
  isExact: boolean;
  history: () => History;
}

function createRepository(plan: RepositoryPlan, parts: RepositoryParts): Repository {
  const { from, to } = activeRange(plan, parts.now);
  const about = to - (plan.id % 97) * 600;
  return {
    id: plan.id,
    name: plan.name,
    owner: parts.staff.organisation,
    previousNames: [],
    isPrivate: !plan.isPublic,
    isArchived: plan.endedDaysAgo !== null,
    parent: plan.parent,
    language: plan.language,
    description: `${plan.story.name}: ${plan.name}`,
    createdAt: from - 600,
    changedAt: null,
    get pushedAt() {
      return this.changedAt ?? (parts.isExact ? lastPush(parts.history()) : about);
    },
    defaultBranch: "main",
    hasIssues: plan.parent === null,
    team: parts.staff.teams.get(plan.story.slug) ?? null,
    history: parts.history,
  };
}

const lastPush = (history: History) =>
  history.pullRequests.reduce(
    (last, request) => Math.max(last, request.commits.at(-1)!.committer.at),
    history.landed.at(-1)!.committer.at,
  );

type Book = ReturnType<typeof generateHistory>;

/** Histories made when first opened; an unedited one may be forgotten and made again, to the last bit. */
class Books {
  readonly #open = new Map<number, Book>();
  readonly #make: (plan: RepositoryPlan, index: number) => Book;
  readonly #kept: number;
  #pullRequests = 0;

  constructor(make: (plan: RepositoryPlan, index: number) => Book, kept: number) {
    this.#make = make;
    this.#kept = kept;
  }

  open(plan: RepositoryPlan, index: number): Book {
    const known = this.#open.get(index);
    if (known) {
      this.#open.delete(index);
      this.#open.set(index, known);
      return known;
    }
    const book = this.#make(plan, index);
    this.#open.set(index, book);
    this.#pullRequests += book.history.pullRequests.length;
    for (const [key, old] of this.#open) {
      if (this.#pullRequests <= this.#kept) break;
      if (key === index || old.history.version > 0) continue;
      this.#open.delete(key);
      this.#pullRequests -= old.history.pullRequests.length;
    }
    return book;
  }
}
