/** Seconds since 1970-01-01T00:00:00Z: vendors of this kind speak in whole seconds. */
export type Seconds = number;

/** What a recording holds of a thing: served as it is, nothing computed. */
export interface Recorded {
  readonly nodeId: string;
  readonly json: Record<string, unknown>;
}

interface Thing {
  readonly id: number;
  /** Set when the thing was loaded from a recording; removed by an edit. */
  recorded?: Recorded | undefined;
}

type PersonKind = "User" | "Bot" | "Organization";

export interface Person extends Thing {
  login: string;
  readonly kind: PersonKind;
  name: string | null;
  email: string | null;
  /** Offset of local time from UTC, minutes; no clock changes in the simulated world. */
  readonly offsetMinutes: number;
  readonly createdAt: Seconds;
  /** What it acts as; agents write code by themselves. */
  readonly role: "engineer" | "lead" | "bot" | "agent" | "outside";
}

export interface Team extends Thing {
  readonly slug: string;
  name: string;
  readonly parent: Team | null;
  readonly members: { person: Person; role: "member" | "maintainer" }[];
  readonly createdAt: Seconds;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly at: Seconds;
  /** Null when the address belongs to no account. */
  readonly account: Person | null;
}

export interface Commit {
  readonly sha: string;
  readonly parents: readonly string[];
  message: string;
  readonly author: Signature;
  readonly committer: Signature;
  /** Null where a recording does not say. */
  readonly additions: number | null;
  /** A clone can only take away lines that are there. */
  deletions: number | null;
  readonly filesCount: number | null;
  recorded?: Recorded | undefined;
}

export interface Label extends Thing {
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface Milestone extends Thing {
  readonly number: number;
  readonly title: string;
  readonly createdAt: Seconds;
  readonly dueAt: Seconds | null;
  readonly closedAt: Seconds | null;
  readonly creator: Person | null;
}

export type EventKind =
  | "ready_for_review"
  | "convert_to_draft"
  | "review_requested"
  | "review_request_removed"
  | "head_ref_force_pushed"
  | "head_ref_deleted"
  | "review_dismissed"
  | "base_ref_changed"
  | "labeled"
  | "unlabeled"
  | "assigned"
  | "unassigned"
  | "milestoned"
  | "demilestoned"
  | "renamed"
  | "closed"
  | "reopened"
  | "merged"
  | "cross-referenced"
  | "mentioned"
  | "subscribed";

export interface TimelineEvent extends Thing {
  readonly kind: EventKind;
  readonly at: Seconds;
  readonly actor: Person | null;
  readonly label?: Label | undefined;
  readonly subject?: Person | undefined;
  readonly team?: Team | undefined;
  /** Hashes, titles or branch names before and after. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly sha?: string | undefined;
  readonly milestone?: string | undefined;
  readonly review?: Review | undefined;
  readonly stateReason?: string | undefined;
  /** The pull request that closed or mentioned the issue. */
  readonly source?: PullRequest | undefined;
}

export interface Comment extends Thing {
  readonly author: Person | null;
  body: string;
  readonly createdAt: Seconds;
  updatedAt: Seconds;
}

export interface ReviewComment extends Comment {
  readonly path: string;
  readonly line: number;
  readonly sha: string;
  readonly review: Review | null;
  readonly replyTo: ReviewComment | null;
}

export interface Thread extends Thing {
  readonly path: string;
  readonly line: number;
  isResolved: boolean;
  resolvedBy: Person | null;
  readonly comments: ReviewComment[];
}

export type ReviewState = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";

export interface Review extends Thing {
  readonly author: Person | null;
  state: ReviewState;
  /** What it said before it was dismissed. */
  readonly verdict: ReviewState;
  readonly body: string;
  readonly submittedAt: Seconds;
  readonly sha: string;
  readonly comments: ReviewComment[];
}

interface Head {
  readonly ref: string;
  readonly sha: string;
  /** Owner's login; null when the account is gone. */
  readonly owner: Person | null;
  /** Full name of the source repository; null when a fork was deleted. */
  readonly repository: string | null;
}

export interface PullRequest extends Thing {
  number: number;
  title: string;
  body: string;
  readonly author: Person | null;
  state: "open" | "closed" | "merged";
  isDraft: boolean;
  readonly createdAt: Seconds;
  updatedAt: Seconds;
  closedAt: Seconds | null;
  mergedAt: Seconds | null;
  mergedBy: Person | null;
  head: Head;
  readonly base: { readonly ref: string; readonly sha: string };
  /** The commit that landed; on unmerged requests of a recording the test merge. */
  mergeSha: string | null;
  /** Commits that are part of the request now, oldest first. */
  commits: Commit[];
  labels: Label[];
  assignees: Person[];
  requestedReviewers: Person[];
  requestedTeams: Team[];
  milestone: Milestone | null;
  readonly reviews: Review[];
  readonly threads: Thread[];
  readonly comments: Comment[];
  readonly events: TimelineEvent[];
  readonly closes: Issue[];
  /** Its row in a recorded list of issues. */
  issueRow?: Recorded | undefined;
}

export interface ProjectFields {
  readonly item: number;
  readonly team: Team;
  status: string | null;
  iteration: number | null;
  points: number | null;
  readonly updatedAt: Seconds;
}

export interface Issue extends Thing {
  number: number;
  title: string;
  body: string;
  readonly author: Person | null;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "duplicate" | "reopened" | null;
  readonly createdAt: Seconds;
  updatedAt: Seconds;
  closedAt: Seconds | null;
  closedBy: Person | null;
  labels: Label[];
  assignees: Person[];
  milestone: Milestone | null;
  readonly comments: Comment[];
  readonly events: TimelineEvent[];
  readonly closedByPullRequests: PullRequest[];
  fields: ProjectFields | null;
}

export interface Workflow extends Thing {
  readonly name: string;
  readonly path: string;
  readonly createdAt: Seconds;
}

export type Conclusion =
  | "success"
  | "failure"
  | "cancelled"
  | "skipped"
  | "timed_out"
  | "neutral"
  | "action_required"
  | "startup_failure"
  | "stale";
export type RunStatus = "queued" | "in_progress" | "completed" | "waiting" | "requested" | "pending";

export interface Job extends Thing {
  readonly name: string;
  readonly status: RunStatus;
  readonly conclusion: Conclusion | null;
  readonly createdAt: Seconds;
  readonly startedAt: Seconds | null;
  readonly completedAt: Seconds | null;
  readonly steps: readonly string[];
  readonly runnerId: number | null;
  readonly deployment: Deployment | null;
}

export interface Attempt {
  readonly number: number;
  readonly startedAt: Seconds;
  readonly updatedAt: Seconds;
  readonly status: RunStatus;
  readonly conclusion: Conclusion | null;
  readonly actor: Person | null;
  readonly jobs: readonly Job[];
}

export interface Run extends Thing {
  readonly workflow: Workflow;
  readonly number: number;
  readonly title: string;
  readonly event: string;
  readonly branch: string | null;
  readonly sha: string;
  readonly actor: Person | null;
  readonly createdAt: Seconds;
  readonly suiteId: number;
  /** Oldest first; what the run says of itself is its last attempt. */
  readonly attempts: Attempt[];
  readonly pullRequests: readonly PullRequest[];
}

export type DeploymentState = "queued" | "pending" | "in_progress" | "success" | "failure" | "error" | "inactive" | "waiting";

export interface DeploymentStatus extends Thing {
  readonly state: DeploymentState;
  readonly at: Seconds;
  readonly creator: Person;
  readonly description: string;
}

export interface Deployment extends Thing {
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly isProduction: boolean;
  readonly creator: Person;
  readonly createdAt: Seconds;
  readonly description: string;
  readonly statuses: DeploymentStatus[];
}

export interface Release extends Thing {
  readonly tag: string;
  readonly name: string;
  readonly sha: string;
  readonly author: Person;
  readonly createdAt: Seconds;
  readonly publishedAt: Seconds | null;
  readonly isDraft: boolean;
  readonly isPrerelease: boolean;
  readonly body: string;
}

export interface Tag {
  readonly name: string;
  readonly sha: string;
  readonly at: Seconds;
  readonly tagger: Person;
}

/** Everything that happened in one repository. Lists are oldest first. */
export interface History {
  readonly commits: Map<string, Commit>;
  /** Every commit reachable from the default branch, by committer date. */
  readonly landed: Commit[];
  readonly branches: { name: string; sha: string; isProtected: boolean }[];
  readonly tags: Tag[];
  readonly releases: Release[];
  readonly labels: Label[];
  readonly milestones: Milestone[];
  readonly pullRequests: PullRequest[];
  readonly issues: Issue[];
  readonly workflows: Workflow[];
  readonly runs: Run[];
  readonly deployments: Deployment[];
  /** Events of things that are not known themselves, with those that are (recordings only). */
  readonly looseEvents: TimelineEvent[];
  /** Jobs whose run is not known (recordings only), by run id. */
  readonly strayJobs: Map<number, Record<string, unknown>[]>;
  /** Raised by every edit, so that sorted copies are made anew. */
  version: number;
}

export interface Repository extends Thing {
  name: string;
  owner: Person;
  previousNames: string[];
  isPrivate: boolean;
  isArchived: boolean;
  readonly parent: string | null;
  readonly language: string | null;
  readonly description: string;
  readonly createdAt: Seconds;
  /** Set by edits; takes the place of what the history says. */
  changedAt: Seconds | null;
  readonly pushedAt: Seconds;
  /** Null for an empty repository. */
  readonly defaultBranch: string | null;
  readonly hasIssues: boolean;
  readonly team: Team | null;
  /** Generated or loaded when first asked for. */
  history(): History;
}
