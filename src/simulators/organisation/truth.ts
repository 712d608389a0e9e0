import type { Change } from "./change.ts";
import type { Shipment } from "./delivery.ts";
import type { Deployment, History, PullRequest, Seconds } from "./model.ts";
import type { World } from "./world.ts";

/** What was planted for one pull request: instants in seconds, durations in seconds, null where the thing did not happen. */
export interface TruthPullRequest {
  readonly repository: string;
  readonly number: number;
  readonly state: "open" | "closed" | "merged";
  readonly kind: Change["kind"];
  readonly isHumanAuthor: boolean;
  readonly openedAt: Seconds;
  /** Earliest authored commit that is still part of the request and merges nothing. */
  readonly firstCommitAt: Seconds;
  readonly readyAt: Seconds | null;
  /** First review or comment by a human who is not the author. */
  readonly firstReviewAt: Seconds | null;
  readonly firstApprovalAt: Seconds | null;
  readonly lastApprovalAt: Seconds | null;
  readonly mergedAt: Seconds | null;
  readonly deployedAt: Seconds | null;
  /** Shipped by the first production deployment that is known: its own arrival is before history. */
  readonly isInFirstDeployment: boolean;
  readonly coding: number | null;
  readonly drafting: number | null;
  readonly pickup: number | null;
  readonly review: number | null;
  readonly mergeWait: number | null;
  readonly unreviewed: number | null;
  readonly cycle: number | null;
  readonly lead: number | null;
}

interface TruthDeployment {
  readonly repository: string;
  /** Null where production is only visible as a workflow run. */
  readonly id: number | null;
  readonly sha: string;
  readonly createdAt: Seconds;
  /** Null while running. */
  readonly finishedAt: Seconds | null;
  readonly isSuccess: boolean;
  readonly isRollback: boolean;
  readonly evidence: Shipment["evidence"];
  readonly recoveredAt: Seconds | null;
  readonly incidentAt: Seconds | null;
  /** Numbers of the pull requests that reach production with it for the first time. */
  readonly ships: readonly number[];
  /** Commits pushed straight to the default branch that reach production with it for the first time. */
  readonly directPushes: number;
}

export interface RepositoryTruth {
  readonly name: string;
  readonly pullRequests: readonly TruthPullRequest[];
  /** Production only, in order. */
  readonly deployments: readonly TruthDeployment[];
  readonly counts: Counts;
}

interface Counts {
  readonly pullRequests: { readonly open: number; readonly closed: number; readonly merged: number };
  readonly issues: { readonly open: number; readonly closed: number };
  readonly commitsOnDefault: number;
  readonly pullRequestCommits: number;
  readonly reviews: number;
  readonly conversationComments: number;
  readonly inlineComments: number;
  readonly runs: number;
  readonly attempts: number;
  readonly jobs: number;
  readonly deployments: number;
  readonly releases: number;
  readonly tags: number;
}

/** The answers the generator planted, taken from its plan and not from what the simulator serves. */
export function tellTruth(
  world: World,
  history: History,
  plan: { changes: readonly Change[]; shipments: readonly Shipment[]; made: ReadonlyMap<Shipment, Deployment> },
): RepositoryTruth {
  const name = `acme/${world.plan.name}`;
  const done = plan.shipments.filter(
    (shipment) => shipment.isSuccess && shipment.finishedAt <= world.now && world.plan.hasDeployments,
  );
  const arrived = new Map(done.flatMap((shipment) => shipment.ships.map((change) => [change, shipment])));
  return {
    name,
    pullRequests: plan.changes.map((change) => ofChange(world, change, { name, shipment: arrived.get(change), first: done[0] })),
    deployments: plan.shipments.map((shipment) => ofShipment(world, shipment, { name, id: plan.made.get(shipment)?.id ?? null })),
    counts: countHistory(history),
  };
}

function ofShipment({ now }: World, shipment: Shipment, { name, id }: { name: string; id: number | null }): TruthDeployment {
  const isOver = shipment.finishedAt <= now;
  return {
    repository: name,
    id,
    sha: shipment.sha,
    createdAt: shipment.at,
    finishedAt: isOver ? shipment.finishedAt : null,
    isSuccess: shipment.isSuccess && isOver,
    isRollback: shipment.isRollback,
    evidence: shipment.evidence,
    recoveredAt: shipment.recoveredAt !== null && shipment.recoveredAt <= now ? shipment.recoveredAt : null,
    incidentAt: shipment.incident && shipment.incident.createdAt <= now ? shipment.incident.createdAt : null,
    directPushes: isOver ? shipment.directPushes : 0,
    ships: isOver ? shipment.ships.map((change) => change.number) : [],
  };
}

function ofChange(
  world: World,
  change: Change,
  where: { name: string; shipment: Shipment | undefined; first: Shipment | undefined },
): TruthPullRequest {
  const happened = change.steps.filter((step) => step.at <= world.now).sort((a, b) => a.at - b.at);
  const landing = happened.findIndex((step) => step.kind === "land");
  const steps = landing >= 0 ? happened.slice(0, landing + 1) : happened;
  const mergedAt = landing >= 0 ? happened[landing]!.at : null;
  const last = steps.findLast((step) => step.kind === "close" || step.kind === "reopen" || step.kind === "land");
  const answer = steps.find(
    (step) => (step.kind === "review" || step.kind === "comment") && step.actor.kind === "User" && step.actor !== change.author,
  );
  const approvals = steps.filter(
    (step) =>
      step.kind === "review" &&
      step.state === "APPROVED" &&
      step.actor !== change.author &&
      !steps.some((other) => other.kind === "dismiss" && other.reviewer === step.actor && other.at > step.at),
  );
  const readyAt = change.isDraft ? (steps.find((step) => step.kind === "ready")?.at ?? null) : change.openedAt;
  const end = mergedAt ?? world.now;
  const present = change.commits.filter(
    (commit) => !commit.isUpdate && commit.addedAt <= end && (commit.removedAt === null || commit.removedAt > end),
  );
  const moments = {
    openedAt: change.openedAt,
    firstCommitAt: Math.min(...present.map((commit) => commit.authoredAt)),
    readyAt,
    firstReviewAt: answer?.at ?? null,
    firstApprovalAt: approvals[0]?.at ?? null,
    lastApprovalAt: approvals.at(-1)?.at ?? null,
    mergedAt,
    deployedAt: where.shipment?.finishedAt ?? null,
  };
  return {
    repository: where.name,
    number: change.number,
    state: mergedAt !== null ? "merged" : last?.kind === "close" ? "closed" : "open",
    kind: change.kind,
    isHumanAuthor: change.author.kind === "User",
    ...moments,
    isInFirstDeployment: where.shipment !== undefined && where.shipment === where.first,
    ...phases(moments),
  };
}

type Moments = Pick<
  TruthPullRequest,
  "openedAt" | "firstCommitAt" | "readyAt" | "firstReviewAt" | "lastApprovalAt" | "mergedAt" | "deployedAt"
>;

function phases(at: Moments) {
  const isReviewed = at.firstReviewAt !== null;
  const startedAt = Math.min(at.firstCommitAt, at.openedAt);
  const between = (from: Seconds | null, to: Seconds | null) => (from === null || to === null || to < from ? null : to - from);
  return {
    coding: at.firstCommitAt > at.openedAt ? null : at.openedAt - at.firstCommitAt,
    drafting: between(at.openedAt, at.readyAt),
    pickup: between(at.readyAt, at.firstReviewAt),
    review: isReviewed ? between(at.firstReviewAt, at.lastApprovalAt ?? at.mergedAt) : null,
    mergeWait: isReviewed ? between(at.lastApprovalAt, at.mergedAt) : null,
    unreviewed: isReviewed ? null : between(at.readyAt, at.mergedAt),
    cycle: between(startedAt, at.mergedAt),
    lead: between(startedAt, at.deployedAt),
  };
}

/** How many things of each kind the history holds. */
function countHistory(history: History): Counts {
  const requests = history.pullRequests;
  const total = (count: (request: PullRequest) => number) => requests.reduce((sum, request) => sum + count(request), 0);
  const attempts = history.runs.flatMap((run) => run.attempts);
  return {
    pullRequests: {
      open: requests.filter((request) => request.state === "open").length,
      closed: requests.filter((request) => request.state === "closed").length,
      merged: requests.filter((request) => request.state === "merged").length,
    },
    issues: {
      open: history.issues.filter((issue) => issue.state === "open").length,
      closed: history.issues.filter((issue) => issue.state === "closed").length,
    },
    commitsOnDefault: history.landed.length,
    pullRequestCommits: total((request) => request.commits.length),
    reviews: total((request) => request.reviews.length),
    conversationComments:
      total((request) => request.comments.length) + history.issues.reduce((sum, issue) => sum + issue.comments.length, 0),
    inlineComments: total((request) => request.threads.reduce((sum, thread) => sum + thread.comments.length, 0)),
    runs: history.runs.length,
    attempts: attempts.length,
    jobs: attempts.reduce((sum, attempt) => sum + attempt.jobs.length, 0),
    deployments: history.deployments.length,
    releases: history.releases.length,
    tags: history.tags.length,
  };
}
