import { DAY, workMoment } from "./calendar.ts";
import type { Change } from "./change.ts";
import { deliver } from "./delivery.ts";
import { planIssues, realiseIssue, takeIssue, type PlannedIssue } from "./issues.ts";
import type { Mainline } from "./mainline.ts";
import type { History, Label, Milestone, PullRequest } from "./model.ts";
import { Pipelines } from "./pipelines.ts";
import { planChange } from "./plans.ts";
import { realiseRequest } from "./requests.ts";
import { recordShipments } from "./shipping.ts";
import { writeChange } from "./text.ts";
import { tellTruth, type RepositoryTruth } from "./truth.ts";
import { member, type World } from "./world.ts";

/** Everything that happened in one repository, and what was planted in it. */
export function generateHistory(world: World): { history: History; truth: RepositoryTruth } {
  const issues = planIssues(world);
  const delivered = deliver(world, planChanges(world, issues), planPushes(world));
  const changes = delivered.changes.filter((change) => change.openedAt <= world.now);
  issues.push(...delivered.shipments.flatMap((shipment) => shipment.incident ?? []));
  const known = issues.filter((issue) => issue.createdAt <= world.now);
  number(changes, known);
  for (const change of changes) writeChange(world, change, delivered.mainline);
  for (const [copy, original] of delivered.mainline.copies)
    delivered.mainline.commits.get(copy)!.message = delivered.mainline.commits.get(original)!.message;
  const history = emptyHistory(delivered.mainline);
  fill(world, history, { changes, issues: known, mainline: delivered.mainline });
  const pipelines = new Pipelines(world);
  const made = recordShipments(world, history, { shipments: delivered.shipments, pipelines });
  runPipelines(world, history, { pipelines, mainline: delivered.mainline });
  const truth = tellTruth(world, history, { changes, shipments: delivered.shipments, made });
  return { history, truth };
}

function planChanges(world: World, issues: PlannedIssue[]): Change[] {
  const { random, plan } = world;
  const moments = Array.from(
    { length: plan.pullRequests },
    () => world.from + DAY + (world.to - world.from - DAY) * Math.pow(random.next(), 0.85),
  ).sort((a, b) => a - b);
  return moments.map((time) => planChange(world, time, random.chance(0.42) ? takeIssue(world, issues, time) : null));
}

function planPushes(world: World) {
  const { random, plan } = world;
  return Array.from({ length: Math.round(plan.pullRequests * plan.directPushes) }, () => {
    const author = member(world);
    return {
      at: workMoment(author, random.between(world.from + DAY, world.to), random),
      author,
      message: random.pick(["Fix typo", "Bump version", "Update owners", "Adjust alert"]),
    };
  }).sort((a, b) => a.at - b.at);
}

/** Requests and issues share one row of numbers, in order of creation. */
function number(changes: Change[], issues: PlannedIssue[]) {
  const all = [
    ...changes.map((change) => ({ at: change.openedAt, thing: change })),
    ...issues.map((issue) => ({ at: issue.createdAt, thing: issue })),
  ];
  all.sort((a, b) => a.at - b.at);
  for (const [index, { thing }] of all.entries()) thing.number = index + 1;
  changes.sort((a, b) => a.number - b.number);
  issues.sort((a, b) => a.number - b.number);
}

export const emptyHistory = (mainline?: Pick<Mainline, "commits" | "landed">): History => ({
  commits: mainline?.commits ?? new Map(),
  landed: [...(mainline?.landed ?? [])].sort((a, b) => a.committer.at - b.committer.at),
  branches: [],
  tags: [],
  releases: [],
  labels: [],
  milestones: [],
  pullRequests: [],
  issues: [],
  workflows: [],
  runs: [],
  deployments: [],
  looseEvents: [],
  strayJobs: new Map(),
  version: 0,
});

const LABELS = {
  enhancement: "a2eeef",
  bug: "d73a4a",
  task: "ededed",
  incident: "b60205",
  hotfix: "e99695",
  dependencies: "0366d6",
};

function fill(
  world: World,
  history: History,
  parts: { changes: readonly Change[]; issues: readonly PlannedIssue[]; mainline: Mainline },
) {
  const labels = new Map(
    Object.entries(LABELS).map(([name, color]): [string, Label] => [
      name,
      { id: world.nextId(), name, color, description: null },
    ]),
  );
  history.labels.push(...labels.values());
  history.milestones.push(...milestones(world));
  const requests = new Map<Change, PullRequest>();
  for (const change of parts.changes) requests.set(change, realiseRequest(world, change, { mainline: parts.mainline, labels }));
  history.pullRequests.push(...requests.values());
  const changesOf = Map.groupBy(parts.changes, (change) => change.issue);
  for (const planned of parts.issues) {
    const closers = (changesOf.get(planned) ?? []).map((change) => requests.get(change)!);
    const issue = realiseIssue(world, planned, { labels, milestones: history.milestones, closers });
    for (const request of closers) request.closes.push(issue);
    history.issues.push(issue);
  }
  history.branches.push({ name: "main", sha: parts.mainline.tip, isProtected: world.plan.directPushes < 0.1 });
  for (const request of history.pullRequests)
    if (request.state === "open" && request.head.owner === world.staff.organisation)
      history.branches.push({ name: request.head.ref, sha: request.head.sha, isProtected: false });
}

function milestones(world: World): Milestone[] {
  const quarter = 91 * DAY;
  const list: Milestone[] = [];
  for (let at = Math.floor(world.from / quarter) * quarter; at < world.to; at += quarter) {
    const dueAt = at + quarter;
    list.push({
      id: world.nextId(),
      number: list.length + 1,
      title: `Quarter ${list.length + 1}`,
      createdAt: at,
      dueAt,
      closedAt: dueAt < world.now ? dueAt : null,
      creator: world.team.members[0]!.person,
    });
  }
  return list;
}

function runPipelines(world: World, history: History, { pipelines, mainline }: { pipelines: Pipelines; mainline: Mainline }) {
  for (const request of history.pullRequests) pipelines.ofRequest(request);
  for (const arrival of mainline.arrivals.slice(1)) {
    const commit = mainline.commits.get(arrival.sha)!;
    const actor = arrival.change?.steps.find((step) => step.kind === "land")?.actor ?? commit.author.account!;
    if (world.random.chance(0.7))
      pipelines.ofArrival({ at: arrival.at, sha: arrival.sha, title: commit.message.split("\n")[0]!, actor });
  }
  if (world.plan.id % 4 === 0) pipelines.schedule((at) => mainline.tipAt(at));
  pipelines.finish(history);
}
