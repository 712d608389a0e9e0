import type { Attempt, Conclusion, History, Job, Repository, Run } from "../organisation/index.ts";
import { gone, type Editing } from "./editor.ts";
import type { HookEvent } from "./hooks.ts";
import type { Project } from "./model.ts";

/** Runs and deployments. */
export function pipelineEdits(editing: Editing) {
  const { world, newId } = editing;

  const runNamed = (name: string, id: number) => {
    const { project, repository } = editing.repository(name);
    const run = repository.history().runs.find((one) => one.id === id) ?? gone(`run ${id}`);
    return { project, repository, run };
  };

  const histories = () => world.projects.flatMap(({ repositories }) => repositories.map((one) => one.history()));
  const nextId = (of: (history: History) => readonly { readonly id: number }[]): number =>
    Math.max(...histories().flatMap((history) => of(history).map(({ id }) => id))) + 1;

  function tell(run: Run, { project, repository }: { project: Project; repository: Repository }): HookEvent {
    repository.history().version++;
    const { status, conclusion } = run.attempts.at(-1)!;
    return status === "completed"
      ? editing.send("build.complete", { id: run.id, status: conclusion }, project)
      : editing.send("ms.vss-pipelines.run-state-changed-event", { run: { id: run.id, state: "inProgress" } }, project);
  }

  const change = (run: Run, what: Partial<Attempt>): void => {
    run.attempts[run.attempts.length - 1] = { ...run.attempts.at(-1)!, updatedAt: world.now(), ...what };
  };

  const started = (job: Job): Job => ({
    ...job,
    status: "in_progress",
    conclusion: null,
    startedAt: world.now(),
    completedAt: null,
  });
  const ended = (job: Job, conclusion: Conclusion): Job =>
    job.status === "completed" ? job : { ...job, status: "completed", conclusion, completedAt: world.now() };

  function finish(name: string, run: Run, conclusion: Conclusion): HookEvent {
    const jobs = run.attempts.at(-1)!.jobs.map((job) => ended(job, conclusion));
    change(run, { status: "completed", conclusion, jobs });
    return tell(run, editing.repository(name));
  }

  /** A stage of an ended run is started again, as the same run. */
  function retry(run: Run): void {
    const last = run.attempts.at(-1)!;
    const [startedAt, number] = [world.now(), last.number + 1];
    const jobs = last.jobs.map((job) => ({ ...started(job), id: newId() }));
    run.attempts.push({ ...last, number, startedAt, updatedAt: startedAt, status: "in_progress", conclusion: null, jobs });
  }
  const isOver = (run: Run) => run.attempts.at(-1)!.status === "completed";

  return {
    queueRun(name: string): HookEvent {
      const { project, repository } = editing.repository(name);
      const { runs, workflows, branches } = repository.history();
      const like = runs.at(-1) ?? gone("a run");
      const at = world.now();
      const attempt = { number: 1, startedAt: at, updatedAt: at, status: "queued", conclusion: null, actor: like.actor } as const;
      const run: Run = {
        ...like,
        id: nextId((history) => history.runs),
        workflow: workflows[0] ?? like.workflow,
        number: Math.max(...runs.map(({ number }) => number)) + 1,
        event: "workflow_dispatch",
        branch: branches[0]?.name ?? "main",
        sha: branches[0]?.sha ?? like.sha,
        createdAt: at,
        pullRequests: [],
        attempts: [{ ...attempt, jobs: [] }],
      };
      runs.push(run);
      return tell(run, { project, repository });
    },
    startRun(name: string, id: number): HookEvent {
      const { run, ...place } = runNamed(name, id);
      const at = world.now();
      const job = { id: newId(), name: "build", createdAt: at, steps: ["Checkout", "Test"], runnerId: 7, deployment: null };
      change(run, {
        status: "in_progress",
        startedAt: at,
        jobs: [started({ ...job, status: "queued", conclusion: null, startedAt: null, completedAt: null })],
      });
      return tell(run, place);
    },
    retryRun(name: string, id: number): HookEvent {
      const { run, ...place } = runNamed(name, id);
      retry(run);
      return tell(run, place);
    },
    /** Ends the run of that number; without one a run that is under way, or the last one again. */
    finishRun(name: string, conclusion: "success" | "failure" = "success", id?: number): HookEvent {
      const { runs } = editing.repository(name).repository.history();
      const open = runs.find(({ attempts }) => attempts.at(-1)!.status !== "completed");
      return finish(name, id === undefined ? (open ?? runs.at(-1) ?? gone("a run")) : runNamed(name, id).run, conclusion);
    },
    cancelRun: (name: string, id: number): HookEvent => finish(name, runNamed(name, id).run, "cancelled"),
    /** A definition without runs; of definitions no service hook tells. */
    createPipeline(name: string, title = "nightly"): null {
      const { workflows } = editing.repository(name).repository.history();
      workflows.push({ id: newId(), name: title, path: `${title}.yml`, createdAt: world.now() });
      return null;
    },
    deletePipeline(name: string, id: number): null {
      const { workflows } = editing.repository(name).repository.history();
      workflows.splice(workflows.findIndex((one) => one.id === id) >>> 0, 1);
      return null;
    },
    /** Something is brought to an environment that is known already, as part of the last run. */
    deploy(name: string): HookEvent {
      const { project, repository } = editing.repository(name);
      const { deployments, branches, runs } = repository.history();
      const run = runs.at(-1) ?? gone("a run");
      if (isOver(run)) retry(run);
      const like = deployments.at(-1) ?? gone("a deployment");
      const at = world.now();
      const status = { id: newId(), state: "in_progress", at, creator: like.creator, description: "" } as const;
      const id = nextId((history) => history.deployments);
      deployments.push({ ...like, id, sha: branches[0]?.sha ?? like.sha, createdAt: at, statuses: [status] });
      return tell(run, { project, repository });
    },
    finishDeployment(name: string, id: number, state: "success" | "failure" = "success"): HookEvent {
      const { project, repository } = editing.repository(name);
      const { deployments, runs } = repository.history();
      const deployment = deployments.find((one) => one.id === id) ?? gone(`deployment ${id}`);
      deployment.statuses.push({ id: newId(), state, at: world.now(), creator: deployment.creator, description: "" });
      const run = runs.at(-1) ?? gone("a run");
      if (isOver(run)) retry(run);
      return deployments.some(({ statuses }) => statuses.at(-1)?.state === "in_progress")
        ? tell(run, { project, repository })
        : finish(name, run, state);
    },
  };
}
