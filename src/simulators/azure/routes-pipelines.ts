import type { Deployment, Release, Repository, Run, Seconds } from "../organisation/index.ts";
import type { Asked, Json, SimulatedAnswer } from "./wire.ts";
import { identity, instantIn, iso, limited, listOf, refusal, tokenPage } from "./wire.ts";
import { deploymentJob, findProject, repositoryId, requestNumber, runsOf, type Project, type World } from "./model.ts";
import type { Route } from "./routes-boards.ts";
import { results, stageOf, timelineIdOf, timelineRecords, timesOf } from "./timelines.ts";

type Entry = ReturnType<typeof runsOf>[number];

/** Timelines older than this were cleared away. */
const TIMELINES_KEPT = 400 * 86_400;

export function pipelineRoutes(world: World): readonly Route[] {
  const inProject =
    (answer: (asked: Asked, project: Project, ...parts: string[]) => SimulatedAnswer) =>
    (asked: Asked, name = "", ...parts: string[]) => {
      const project = findProject(world, decodeURIComponent(name));
      return project ? answer(asked, project, ...parts) : refusal(404, `VS800075: The project with id ${name} does not exist.`);
    };
  return [
    [
      /^\/([^/]+)\/_apis\/build\/definitions$/i,
      "definitions",
      inProject(({ query }, project) =>
        tokenPage(definitionsOf(project), query, {
          size: limited(query, "$top", { usual: 1_000, most: Math.min(10_000, world.batch) }),
          render: (one) => one,
        }),
      ),
    ],
    [/^\/([^/]+)\/_apis\/build\/builds$/i, "builds", inProject(({ query }, project) => builds(world, project, query))],
    [
      /^\/([^/]+)\/_apis\/build\/builds\/(\d+)\/timeline(?:\/([\w-]+))?$/i,
      "timeline",
      inProject((_, project, id, timelineId) => timeline(world, project, { id: Number(id), timelineId })),
    ],
    [
      /^\/([^/]+)\/_apis\/distributedtask\/environments$/i,
      "environments",
      inProject((_, project) => ({
        body: listOf(environmentsOf(project).map(({ id, name }) => ({ id, name, project: { id: project.id } }))),
      })),
    ],
    [
      /^\/([^/]+)\/_apis\/distributedtask\/environments\/(\d+)\/environmentdeploymentrecords$/i,
      "environment deployments",
      inProject(({ query }, project, id) => environmentDeployments(world, { project, id: Number(id), query })),
    ],
    [
      /^\/([^/]+)\/_apis\/release\/deployments$/i,
      "release deployments",
      inProject(({ query }, project) => releaseDeployments(world, project, query)),
    ],
    [
      /^\/([^/]+)\/_odata\/v[\d.]+(?:-preview)?\/PipelineRunActivityResults$/i,
      "analytics activities",
      inProject((asked, project) => analytics(project, asked)),
    ],
  ];
}

function definitionsOf(project: Project): Json[] {
  return project.repositories.flatMap((repository) =>
    repository.history().workflows.map(({ id, name, createdAt }) => ({
      id,
      name: `${repository.name} ${name}`,
      path: `\\${repository.name}`,
      type: "build",
      queueStatus: repository.isArchived ? "disabled" : "enabled",
      revision: 1,
      createdDate: iso(createdAt),
      project: { id: project.id, name: project.name },
      repository: { id: repositoryId(repository), type: "TfsGit", name: repository.name },
    })),
  );
}

/* ── Runs ────────────────────────────────────────────────────────────────────────────────────────────────────── */

const reasons: Readonly<Record<string, string>> = {
  push: "individualCI",
  pull_request: "pullRequest",
  schedule: "schedule",
  workflow_dispatch: "manual",
  workflow_run: "buildCompletion",
};

const last = (run: Run) => run.attempts.at(-1)!;
const statusOf = (run: Run): string =>
  ({ completed: "completed", in_progress: "inProgress" })[last(run).status as string] ?? "notStarted";
const finishOf = (run: Run): Seconds | null => (last(run).status === "completed" ? last(run).updatedAt : null);

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/build/builds/list */
function builds(world: World, project: Project, query: URLSearchParams): SimulatedAnswer {
  const ids = query.get("buildIds")?.split(",").map(Number);
  const wanted = query.get("statusFilter")?.split(",") ?? ["all"];
  const order = query.get("queryOrder") ?? "queueTimeDescending";
  const timeOf = ({ run }: Entry): Seconds | null => (order.startsWith("finishTime") ? finishOf(run) : run.createdAt);
  const [from, to] = [instantIn(query, "minTime"), instantIn(query, "maxTime")];
  const found = runsOf(project).filter((entry) => {
    if (ids) return ids.includes(entry.run.id);
    const time = timeOf(entry);
    const fits = wanted.includes("all") || wanted.includes(statusOf(entry.run));
    return fits && (from === null || (time !== null && time >= from)) && (to === null || (time !== null && time <= to));
  });
  const sign = order.endsWith("Ascending") ? 1 : -1;
  const compare = (a: readonly [number, number], b: readonly [number, number]) => sign * (a[0] - b[0] || a[1] - b[1]);
  const placeOf = (entry: Entry) => [timeOf(entry) ?? 0, entry.run.id] as const;
  found.sort((a, b) => compare(placeOf(a), placeOf(b)));
  // The token is the place of the last one, so that a run which ends meanwhile moves no other.
  const [time, id] = (query.get("continuationToken") ?? "").split(",").map(Number);
  const left = id === undefined ? found : found.filter((entry) => compare(placeOf(entry), [time!, id]) > 0);
  const page = left.slice(0, limited(query, "$top", { usual: 1_000, most: Math.min(5_000, world.batch) }));
  const headers = page.length < left.length ? { "x-ms-continuationtoken": placeOf(page.at(-1)!).join(",") } : {};
  return { body: listOf(page.map((entry) => buildOf(world, project, entry))), headers };
}

function buildOf(world: World, project: Project, { run, repository }: Entry): Json {
  const attempt = last(run);
  const request = run.pullRequests[0];
  const number = request && requestNumber(project, repository, request);
  return {
    id: run.id,
    buildNumber: `${iso(run.createdAt).slice(0, 10).replaceAll("-", "")}.${run.number}`,
    status: statusOf(run),
    ...(attempt.conclusion && { result: results[attempt.conclusion] }),
    queueTime: iso(run.createdAt),
    ...(statusOf(run) !== "notStarted" && { startTime: iso(run.attempts[0]!.startedAt) }),
    ...(finishOf(run) !== null && { finishTime: iso(finishOf(run)!) }),
    reason: reasons[run.event] ?? run.event,
    definition: {
      id: run.workflow.id,
      name: `${repository.name} ${run.workflow.name}`,
      path: `\\${repository.name}`,
      type: "build",
    },
    project: { id: project.id, name: project.name },
    uri: `vstfs:///Build/Build/${run.id}`,
    sourceBranch: request ? `refs/pull/${number}/merge` : `refs/heads/${run.branch ?? "main"}`,
    sourceVersion: run.sha,
    triggerInfo: request
      ? { "pr.number": String(number), "pr.sourceBranch": `refs/heads/${request.head.ref}`, "pr.sourceSha": run.sha }
      : { "ci.sourceSha": run.sha },
    priority: "normal",
    requestedFor: identity(run.actor, world.leavers),
    requestedBy: identity(run.actor, world.leavers),
    lastChangedDate: iso(attempt.updatedAt),
    repository: { id: repositoryId(repository), type: "TfsGit", name: repository.name },
    _links: { web: { href: `https://dev.azure.com/acme/${project.name}/_build/results?buildId=${run.id}` } },
  };
}

interface TimelineAsked {
  readonly id: number;
  /** That of an earlier attempt; the current one when it is left out. */
  readonly timelineId: string | undefined;
}

/** Stage, phase, job and tasks; 204 for old builds. https://learn.microsoft.com/en-us/rest/api/azure/devops/build/timeline/get */
function timeline(world: World, project: Project, { id, timelineId }: TimelineAsked): SimulatedAnswer {
  const entry = runsOf(project).find(({ run }) => run.id === id);
  if (!entry) return refusal(404, `The requested build ${id} could not be found.`, "BuildNotFoundException");
  const { run } = entry;
  const attempt = timelineId ? run.attempts.find((one) => timelineIdOf(id, one) === timelineId) : last(run);
  if (!attempt || run.createdAt < world.now() - TIMELINES_KEPT) return { status: 204, text: "" };
  const records = timelineRecords(run, attempt);
  return { body: { records, id: timelineIdOf(id, attempt), changeId: 1, lastChangedOn: iso(attempt.updatedAt) } };
}

/** https://learn.microsoft.com/en-us/azure/devops/report/analytics/entity-reference-pipelines */
function analytics(project: Project, { query, base, path }: Asked): SimulatedAnswer {
  const [, from, to] = /ge (\d+) and .*le (\d+)/.exec(query.get("$filter") ?? "") ?? [];
  if (!from || !query.get("$select"))
    return refusal(400, "VS403507: The query does not include a $select clause or a filter.", "ODataException");
  const runs = runsOf(project).filter(({ run }) => run.id >= Number(from) && run.id <= Number(to) && finishOf(run) !== null);
  const rows = runs
    .toSorted((a, b) => a.run.id - b.run.id)
    .flatMap(({ run }) =>
      last(run).jobs.flatMap((job) =>
        job.steps.map((name) => ({
          PipelineRunId: run.id,
          StageName: stageOf(run),
          FullJobName: job.name,
          TaskDisplayName: name,
          TaskOutcome: (timesOf(job).result ?? "skipped").replace(/^./, (letter) => letter.toUpperCase()),
          ActivityStartedDate: timesOf(job).startTime,
          ActivityCompletedDate: timesOf(job).finishTime,
        })),
      ),
    );
  const skip = Number(query.get("$skip") ?? 0);
  const next = new URLSearchParams(query);
  next.set("$skip", String(skip + 10_000));
  const more = rows.length > skip + 10_000 ? { "@odata.nextLink": `${base}${path}?${next}` } : {};
  return { body: { "@odata.context": `${base}/_odata/v4.0-preview/$metadata`, value: rows.slice(skip, skip + 10_000), ...more } };
}

/* ── Deployments ─────────────────────────────────────────────────────────────────────────────────────────────── */

interface Environment {
  readonly id: number;
  readonly name: string;
  readonly deployments: { deployment: Deployment; repository: Repository }[];
}

/** Environments belong to the project; each repository has its own here. */
function environmentsOf(project: Project): Environment[] {
  const found = new Map<string, Environment>();
  for (const repository of project.repositories)
    for (const deployment of repository.history().deployments) {
      const name = `${repository.name}-${deployment.environment}`;
      const known = found.get(name) ?? { id: project.rootNode + found.size + 1, name, deployments: [] };
      known.deployments.push({ deployment, repository });
      found.set(name, known);
    }
  return [...found.values()];
}

const finals: Readonly<Record<string, string>> = { success: "succeeded", failure: "failed", error: "failed" };

function environmentDeployments(
  world: World,
  { project, id, query }: { project: Project; id: number; query: URLSearchParams },
): SimulatedAnswer {
  const environment = environmentsOf(project).find((one) => one.id === id);
  if (!environment) return refusal(404, `Environment with ID ${id} does not exist.`, "EnvironmentNotFoundException");
  const owners = new Map(
    runsOf(project).flatMap(({ run }) => {
      const deployment = deploymentJob(run);
      return deployment ? [[deployment.id, run] as const] : [];
    }),
  );
  const newest = environment.deployments.toSorted(
    (a, b) => b.deployment.createdAt - a.deployment.createdAt || b.deployment.id - a.deployment.id,
  );
  return tokenPage(newest, query, {
    size: limited(query, "top", { usual: 25, most: Math.min(100, world.batch) }),
    render: ({ deployment, repository }) => {
      const run = owners.get(deployment.id);
      const of = (states: readonly string[]) => deployment.statuses.find(({ state }) => states.includes(state));
      const end = of(Object.keys(finals));
      return {
        id: deployment.id,
        environmentId: id,
        planType: "Build",
        stageName: "Deploy",
        jobName: `deploy ${deployment.environment}`,
        stageAttempt: 1,
        jobAttempt: 1,
        ...(run && {
          definition: { id: run.workflow.id, name: `${repository.name} ${run.workflow.name}` },
          owner: { id: run.id, name: String(run.number) },
        }),
        ...(end && { result: finals[end.state], finishTime: iso(end.at) }),
        queueTime: iso(deployment.createdAt),
        ...(of(["in_progress"]) && { startTime: iso(of(["in_progress"])!.at) }),
      };
    },
  });
}

/** Classic releases of repositories that publish versions. https://learn.microsoft.com/en-us/rest/api/azure/devops/release/deployments/list */
function releaseDeployments(world: World, project: Project, query: URLSearchParams): SimulatedAnswer {
  const from = instantIn(query, "minModifiedTime");
  const all = project.repositories
    .flatMap((repository) => repository.history().releases.map((release) => ({ release, repository })))
    .filter(({ release }) => from === null || endOf(release) >= from)
    .toSorted((a, b) => a.release.id - b.release.id);
  return tokenPage(all, query, {
    size: limited(query, "$top", { usual: 50, most: Math.min(100, world.batch) }),
    render: (one) => releaseDeployment(world, project, one),
  });
}

const endOf = ({ createdAt }: Release): Seconds => createdAt + 600;

function releaseDeployment(
  world: World,
  project: Project,
  { release, repository }: { release: Release; repository: Repository },
): Json {
  const build = repository.history().runs.find(({ sha, event }) => sha === release.sha && event === "push");
  const reference = (id: string, name = id) => ({ id, name });
  return {
    id: release.id,
    release: {
      id: release.id,
      name: release.name,
      webAccessUri: `https://dev.azure.com/acme/${project.name}/_release?releaseId=${release.id}`,
      artifacts: [
        {
          sourceId: `${project.id}:${repository.id}`,
          type: "Build",
          alias: repository.name,
          isPrimary: true,
          definitionReference: {
            ...(build && {
              definition: reference(String(build.workflow.id), build.workflow.name),
              version: reference(String(build.id), String(build.number)),
            }),
            repository: reference(repositoryId(repository), repository.name),
            "repository.provider": reference("TfsGit"),
            sourceVersion: reference(release.sha),
            branch: reference("refs/heads/main"),
          },
        },
      ],
    },
    releaseDefinition: { id: repository.id, name: `${repository.name} store release`, path: "\\" },
    releaseEnvironment: { id: release.id * 2, name: "Production" },
    attempt: 1,
    reason: "automated",
    deploymentStatus: "succeeded",
    operationStatus: "Approved",
    requestedBy: identity(release.author, world.leavers),
    requestedFor: identity(release.author, world.leavers),
    queuedOn: iso(release.createdAt),
    startedOn: iso(release.createdAt + 30),
    completedOn: iso(endOf(release)),
    lastModifiedOn: iso(endOf(release)),
  };
}
