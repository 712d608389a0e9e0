import { HOUR, MINUTE, WEEK } from "./calendar.ts";
import type { Attempt, Conclusion, Deployment, History, Job, Person, PullRequest, Run, Seconds, Workflow } from "./model.ts";
import { trait, type World } from "./world.ts";

const STEPS = ["Set up job", "Check out", "Install", "Build", "Test", "Upload report", "Complete job"];
const JOBS = ["lint", "test", "build", "integration"];

export interface RunSpec {
  workflow: Workflow;
  event: string;
  title: string;
  branch: string | null;
  sha: string;
  actor: Person;
  at: Seconds;
  pullRequests?: readonly PullRequest[];
  conclusion?: Conclusion;
  jobs: readonly string[];
  minutes: number;
  /** Environment job of a deployment. */
  deployment?: Deployment;
}

/** Makes the runs of one repository, in any order; `finish` sorts and numbers them. */
export class Pipelines {
  readonly ci: Workflow;
  readonly deploy: Workflow;
  readonly nightly: Workflow;
  readonly runs: Run[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    const workflow = (name: string, path: string): Workflow => ({
      id: world.nextId(),
      name,
      path: `.github/workflows/${path}.yml`,
      createdAt: world.from,
    });
    this.ci = workflow("CI", "ci");
    this.deploy = workflow("Deploy", "deploy");
    this.nightly = workflow("Nightly", "nightly");
  }

  /** Runs of one pull request: on opening when that went wrong, and on the last push. */
  ofRequest(request: PullRequest) {
    const { random, now } = this.#world;
    const actor = request.author!;
    const common = {
      workflow: this.ci,
      event: "pull_request",
      title: request.title,
      branch: request.head.ref,
      actor,
      pullRequests: [request],
      jobs: JOBS.slice(0, random.int(2, 4)),
    };
    const minutes = trait(this.#world, "ciMinutes", request.createdAt);
    const last = request.commits.at(-1)!;
    const first = request.commits[0]!;
    if (first !== last && random.chance(0.14))
      this.add({
        ...common,
        sha: first.sha,
        at: request.createdAt + 4,
        minutes,
        conclusion: random.chance(0.8) ? "failure" : "cancelled",
      });
    const at = Math.max(request.createdAt + 5, last.committer.at + 5);
    this.add({ ...common, sha: last.sha, at: Math.min(at, now - 1), minutes });
  }

  /** What runs after an arrival on the default branch. */
  ofArrival(arrival: { at: Seconds; sha: string; title: string; actor: Person }) {
    const minutes = trait(this.#world, "ciMinutes", arrival.at);
    this.add({
      workflow: this.ci,
      event: "push",
      branch: "main",
      jobs: JOBS.slice(0, 3),
      minutes,
      sha: arrival.sha,
      at: arrival.at + 3,
      title: arrival.title,
      actor: arrival.actor,
    });
  }

  /** The weekly scheduled run. */
  schedule(tipAt: (at: Seconds) => string) {
    const { from, to, random, staff } = this.#world;
    for (let at = Math.ceil(from / WEEK) * WEEK + 3 * HOUR; at < to; at += WEEK) {
      const conclusion = random.chance(0.12) ? ("failure" as const) : ("success" as const);
      this.add({
        workflow: this.nightly,
        event: "schedule",
        branch: "main",
        jobs: ["scan"],
        minutes: 12,
        sha: tipAt(at),
        at,
        title: "Nightly",
        actor: staff.actions,
        conclusion,
      });
    }
  }

  add(spec: RunSpec): Run {
    const { random, now, staff } = this.#world;
    const isFlaky = !spec.conclusion && random.chance(trait(this.#world, "flaky", spec.at));
    const isBroken = !spec.conclusion && !isFlaky && spec.event === "pull_request" && random.chance(0.03);
    const first = spec.conclusion ?? (isFlaky || isBroken ? "failure" : "success");
    const attempts = [this.#attempt(spec, { number: 1, at: spec.at, conclusion: first, actor: spec.actor })];
    const again = attempts[0]!.updatedAt + random.int(5, 240) * MINUTE;
    if (isFlaky && again + HOUR < now) {
      const actor = spec.actor === staff.dependabot ? random.pick(staff.people) : spec.actor;
      attempts.push(this.#attempt(spec, { number: 2, at: again, conclusion: "success", actor }));
    }
    const { workflow, title, event, branch, sha, actor } = spec;
    const run: Run = {
      id: this.#world.nextId(),
      workflow,
      number: 0,
      title,
      event,
      branch,
      sha,
      actor,
      createdAt: spec.at,
      suiteId: this.#world.nextId(),
      attempts,
      pullRequests: spec.pullRequests ?? [],
    };
    this.runs.push(run);
    return run;
  }

  finish(history: History) {
    const numbers = new Map<Workflow, number>();
    this.runs.sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
    for (const run of this.runs) {
      const number = (numbers.get(run.workflow) ?? 0) + 1;
      numbers.set(run.workflow, number);
      history.runs.push({ ...run, number });
    }
    history.workflows.push(...[this.ci, this.deploy, this.nightly].filter((workflow) => numbers.has(workflow)));
  }

  #attempt(spec: RunSpec, attempt: { number: number; at: Seconds; conclusion: Conclusion; actor: Person }): Attempt {
    const { random, now } = this.#world;
    const failing = attempt.conclusion === "success" ? -1 : random.int(0, spec.jobs.length - 1);
    const jobs = spec.jobs.map((name, index) => {
      const queue = random.chance(0.9) ? random.int(2, 25) : random.int(60, 900);
      const startedAt = attempt.at + queue;
      const length = Math.max(5, Math.round(random.around(spec.minutes * MINUTE * (index === 0 ? 0.3 : 0.8), 0.3)));
      const conclusion = index === failing ? attempt.conclusion : "success";
      return this.#job(spec, { name, at: attempt.at, startedAt, completedAt: startedAt + length, conclusion });
    });
    const updatedAt = Math.max(...jobs.map((job) => job.completedAt ?? job.startedAt ?? attempt.at)) + 2;
    const isDone = jobs.every((job) => job.status === "completed");
    return {
      number: attempt.number,
      startedAt: attempt.at,
      updatedAt: Math.min(updatedAt, now),
      status: isDone ? "completed" : "in_progress",
      conclusion: isDone ? attempt.conclusion : null,
      actor: attempt.actor,
      jobs,
    };
  }

  #job(spec: RunSpec, job: { name: string; at: Seconds; startedAt: Seconds; completedAt: Seconds; conclusion: Conclusion }): Job {
    const { random, now } = this.#world;
    const isDone = job.completedAt <= now;
    const isStarted = job.startedAt <= now;
    return {
      id: this.#world.nextId(),
      name: job.name,
      status: isDone ? "completed" : isStarted ? "in_progress" : "queued",
      conclusion: isDone ? job.conclusion : null,
      createdAt: job.at,
      startedAt: isStarted ? job.startedAt : null,
      completedAt: isDone ? job.completedAt : null,
      steps: STEPS,
      runnerId: isStarted ? random.int(1, 40) : null,
      deployment: spec.deployment ?? null,
    };
  }
}
