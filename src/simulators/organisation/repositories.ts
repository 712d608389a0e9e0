import { DAY } from "./calendar.ts";
import { stories, type Story } from "./stories.ts";

export type Landing = "squash" | "merge" | "rebase" | "fast_forward";
/** When production is deployed: after every landing, every working day, every Tuesday, or never. */
type Rhythm = "continuous" | "daily" | "weekly" | "never";

/** What a repository is like; its history is generated from it. */
export interface RepositoryPlan {
  readonly id: number;
  readonly name: string;
  readonly story: Story;
  readonly language: string;
  readonly pullRequests: number;
  readonly landing: readonly Landing[];
  readonly rhythm: Rhythm;
  /** False: production is only visible as a workflow run. */
  readonly hasDeployments: boolean;
  readonly hasReleases: boolean;
  readonly keys: boolean;
  readonly directPushes: number;
  readonly isPublic: boolean;
  readonly parent: string | null;
  /** Days before now at which work began, and at which it ended (archived) if it did. */
  readonly beganDaysAgo: number;
  readonly endedDaysAgo: number | null;
}

export type Size = "tiny" | "demo" | "large" | { repositories: number; pullRequestsPerRepository: number; years?: number };

type Row = [
  name: string,
  team: string,
  language: string,
  pullRequests: number,
  landing: Landing[],
  rhythm: Rhythm,
  more?: Partial<RepositoryPlan>,
];

const DEMO: readonly Row[] = [
  ["pay", "payments", "Go", 430, ["squash"], "continuous", { keys: true }],
  ["ledger", "payments", "Go", 310, ["merge"], "daily", { keys: true }],
  ["checkout", "payments", "TypeScript", 250, ["squash"], "continuous"],
  ["web", "web", "TypeScript", 480, ["squash"], "continuous", { keys: true }],
  ["design-system", "web", "TypeScript", 220, ["squash"], "never", { hasReleases: true, isPublic: true }],
  ["admin", "web", "TypeScript", 170, ["rebase"], "daily"],
  ["ios", "mobile", "Swift", 230, ["merge"], "weekly", { hasReleases: true, keys: true }],
  ["android", "mobile", "Kotlin", 250, ["merge"], "weekly", { hasReleases: true, keys: true }],
  ["mobile-api", "mobile", "TypeScript", 140, ["rebase", "squash"], "daily"],
  ["pipelines", "data", "Python", 240, ["merge", "squash"], "daily"],
  ["warehouse-models", "data", "SQL", 180, ["squash"], "daily", { keys: true }],
  ["ml-serving", "data", "Python", 110, ["squash"], "daily", { hasDeployments: false }],
  ["infra", "platform", "HCL", 230, ["rebase", "fast_forward"], "continuous", { directPushes: 0.3 }],
  ["identity", "platform", "Go", 220, ["squash"], "daily"],
  ["gateway", "platform", "Rust", 170, ["fast_forward", "merge"], "daily"],
  ["experiments", "growth", "TypeScript", 150, ["squash"], "continuous", { beganDaysAgo: 250 }],
  ["landing", "growth", "TypeScript", 80, ["squash"], "continuous", { directPushes: 0.5 }],
  ["docs", "platform", "Markdown", 90, ["squash", "merge"], "never", { isPublic: true }],
  ["legacy-billing", "payments", "Java", 60, ["merge"], "weekly", { endedDaysAgo: 430, keys: true }],
  ["kafka-client", "platform", "Java", 15, ["merge"], "never", { parent: "streamworks/kafka-client", isPublic: true }],
];

const TINY: readonly Row[] = [
  ["pay", "payments", "Go", 18, ["squash", "merge"], "continuous", { keys: true, beganDaysAgo: 60 }],
  [
    "web",
    "web",
    "TypeScript",
    12,
    ["rebase", "fast_forward"],
    "daily",
    { directPushes: 0.2, beganDaysAgo: 60, hasReleases: true },
  ],
];

/** The repositories of an organisation of that size. */
export function planRepositories(size: Size): RepositoryPlan[] {
  if (size === "tiny") return TINY.map((row, index) => troubled(plan(row, index)));
  if (size === "demo") return DEMO.map((row, index) => plan(row, index));
  const wanted = size === "large" ? { repositories: 1000, pullRequestsPerRepository: 1000 } : size;
  return Array.from({ length: wanted.repositories }, (_, index) => {
    const [, team, language, , landing, rhythm, more] = DEMO[index % 17]!;
    const name = `service-${String(index + 1).padStart(4, "0")}`;
    const days = { ...more, beganDaysAgo: Math.round((wanted.years ?? 2) * 365), hasDeployments: true };
    return plan([name, team, language, wanted.pullRequestsPerRepository, landing, rhythm, days], index);
  });
}

/** So few deployments that trouble has to be likely to be seen at all. */
const troubled = (plan: RepositoryPlan): RepositoryPlan => ({
  ...plan,
  story: { ...plan.story, badDeployments: [0.35, 0.35], flaky: [0.15, 0.15] },
});

function plan([name, team, language, pullRequests, landing, rhythm, more]: Row, index: number): RepositoryPlan {
  const story = stories.find((candidate) => candidate.slug === team)!;
  return {
    id: 100_001 + index,
    name,
    story,
    language,
    pullRequests,
    landing,
    rhythm,
    hasDeployments: rhythm !== "never",
    hasReleases: false,
    keys: false,
    directPushes: 0.03,
    isPublic: false,
    parent: null,
    beganDaysAgo: 730,
    endedDaysAgo: null,
    ...more,
  };
}

/** First and last second in which people worked on the repository. */
export const activeRange = (repository: RepositoryPlan, now: number) => ({
  from: now - repository.beganDaysAgo * DAY,
  to: now - (repository.endedDaysAgo ?? 0) * DAY,
});
