import type { Shipment } from "./delivery.ts";
import type { Deployment, DeploymentState, DeploymentStatus, History, Person, Seconds } from "./model.ts";
import type { Pipelines } from "./pipelines.ts";
import type { World } from "./world.ts";

/** Writes down what was shipped the way the repository does it: deployments, workflow runs, tags and releases. */
export function recordShipments(
  world: World,
  history: History,
  work: { shipments: readonly Shipment[]; pipelines: Pipelines },
): Map<Shipment, Deployment> {
  const made = new Map<Shipment, Deployment>();
  let release = 0;
  let live: Deployment | null = null;
  for (const shipment of work.shipments) {
    if (world.plan.hasDeployments) {
      if (!shipment.isRollback)
        history.deployments.push(
          deployment(world, shipment, { environment: "staging", at: shipment.at - 1500, isSuccess: true }),
        );
      const production = deployment(world, shipment, {
        environment: "production",
        at: shipment.at,
        isSuccess: shipment.isSuccess,
      });
      history.deployments.push(production);
      made.set(shipment, production);
      if (isOver(production)) {
        if (live) live.statuses.push(status(world, "inactive", { at: shipment.finishedAt, creator: shipment.actor }));
        live = production;
      }
      addRun(world, shipment, { pipelines: work.pipelines, production });
    } else addRun(world, shipment, { pipelines: work.pipelines });
    if (world.plan.hasReleases && shipment.isSuccess && !shipment.isRollback)
      tag(world, history, { shipment, number: ++release });
  }
  history.deployments.sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
  return made;
}

const isOver = (entry: Deployment) => entry.statuses.some((step) => step.state === "success");

function deployment(world: World, shipment: Shipment, how: { environment: string; at: Seconds; isSuccess: boolean }): Deployment {
  const took = shipment.finishedAt - shipment.at;
  const states: [DeploymentState, Seconds][] = [
    ["queued", how.at],
    ["in_progress", how.at + 6],
    [how.isSuccess ? "success" : "failure", how.at + took],
  ];
  return {
    id: world.nextId(),
    sha: shipment.sha,
    ref: "main",
    task: "deploy",
    environment: how.environment,
    isProduction: how.environment === "production",
    creator: shipment.actor,
    createdAt: how.at,
    description: shipment.isRollback ? "Rollback" : "",
    statuses: states
      .filter(([, at]) => at <= world.now)
      .map(([state, at]) => status(world, state, { at, creator: shipment.actor })),
  };
}

const status = (world: World, state: DeploymentState, { at, creator }: { at: Seconds; creator: Person }): DeploymentStatus => ({
  id: world.nextId(),
  state,
  at,
  creator,
  description: "",
});

function addRun(world: World, shipment: Shipment, { pipelines, production }: { pipelines: Pipelines; production?: Deployment }) {
  pipelines.add({
    workflow: pipelines.deploy,
    event: shipment.isRollback ? "workflow_dispatch" : "push",
    title: shipment.isRollback ? "Roll back production" : "Deploy to production",
    branch: "main",
    sha: shipment.sha,
    actor: shipment.actor,
    at: shipment.at - 20,
    conclusion: shipment.isSuccess ? "success" : "failure",
    jobs: ["deploy production"],
    minutes: (shipment.finishedAt - shipment.at) / 60,
    ...(production && { deployment: production }),
  });
}

function tag(world: World, history: History, { shipment, number }: { shipment: Shipment; number: number }) {
  const name = `v${1 + Math.floor(number / 40)}.${number % 40}.0`;
  history.tags.push({ name, sha: shipment.sha, at: shipment.at, tagger: shipment.actor });
  history.releases.push({
    id: world.nextId(),
    tag: name,
    name,
    sha: shipment.sha,
    author: shipment.actor,
    createdAt: shipment.at,
    publishedAt: shipment.at + 120,
    isDraft: false,
    isPrerelease: false,
    body: "Changes since the last release.",
  });
}
