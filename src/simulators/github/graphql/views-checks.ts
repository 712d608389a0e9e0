import type { Job, Repository, Run, Workflow } from "../../organisation/index.ts";
import { idOf, nodeId } from "../node-ids.ts";
import { stepsOf } from "../rest/render-actions.ts";
import { fullName, iso, isoOrNull, lastAttempt } from "../state.ts";
import { connect, type PageArguments } from "./connection.ts";
import { requireActions, type Context, type View } from "./context.ts";

interface CheckRunFilter {
  checkType?: "ALL" | "LATEST" | null;
  checkName?: string | null;
  status?: string | null;
}

/** The check suite that a workflow run makes. https://docs.github.com/en/graphql/reference/objects#checksuite */
export class CheckSuiteView implements View {
  readonly __typename = "CheckSuite";
  readonly databaseId: number;
  readonly push = null;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #run: Run;

  constructor(context: Context, repository: Repository, run: Run) {
    requireActions(context);
    this.#context = context;
    this.#repository = repository;
    this.#run = run;
    this.databaseId = run.suiteId;
  }

  get id() {
    return (
      (this.#run.recorded?.json.check_suite_node_id as string | undefined) ??
      nodeId("CheckSuite", this.#repository.id, this.#run.suiteId)
    );
  }
  get status() {
    return lastAttempt(this.#run).status.toUpperCase();
  }
  get conclusion() {
    return lastAttempt(this.#run).conclusion?.toUpperCase() ?? null;
  }
  get createdAt() {
    return iso(this.#run.createdAt);
  }
  get updatedAt() {
    return iso(lastAttempt(this.#run).updatedAt);
  }
  get app() {
    return {
      __typename: "App",
      id: nodeId("App", 0, 15_368),
      databaseId: 15_368,
      name: "GitHub Actions",
      slug: "github-actions",
      url: `${this.#context.web}/apps/github-actions`,
    };
  }
  get branch() {
    const { branch } = this.#run;
    return branch ? this.#context.views.branch(this.#repository, branch, this.#run.sha) : null;
  }
  get commit() {
    return this.#context.views.commitBySha(this.#repository, this.#run.sha);
  }
  get creator() {
    const { actor } = this.#run;
    return actor?.kind === "User" ? this.#context.views.actor(actor) : null;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/commit/${this.#run.sha}/checks?check_suite_id=${this.#run.suiteId}`;
  }
  get workflowRun() {
    return new WorkflowRunView(this.#context, this.#repository, this.#run);
  }
  matchingPullRequests(page: PageArguments) {
    return connect(page, this.#run.pullRequests, (entry) => this.#context.views.request(this.#repository, entry));
  }
  /** The newest attempt's jobs, or every attempt's with `checkType: ALL`. */
  checkRuns(page: PageArguments & { filterBy?: CheckRunFilter | null }) {
    const attempts = page.filterBy?.checkType === "ALL" ? this.#run.attempts : [lastAttempt(this.#run)];
    const { checkName, status } = page.filterBy ?? {};
    const list = attempts
      .flatMap((attempt) => attempt.jobs)
      .filter((job) => (!checkName || job.name === checkName) && (!status || job.status.toUpperCase() === status));
    return connect(page, list, (job) => new CheckRunView(this.#context, this.#repository, { job, suite: this, run: this.#run }));
  }
}

export class CheckRunView implements View {
  readonly __typename = "CheckRun";
  readonly databaseId: number;
  readonly name: string;
  readonly checkSuite: View;
  readonly externalId = null;
  readonly summary = null;
  readonly text = null;
  readonly title: string;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #job: Job;
  readonly #run: Run;

  constructor(context: Context, repository: Repository, { job, suite, run }: { job: Job; suite: View; run: Run }) {
    this.#context = context;
    this.#repository = repository;
    this.#job = job;
    this.#run = run;
    this.checkSuite = suite;
    this.databaseId = job.id;
    this.name = job.name;
    this.title = job.name;
  }

  get id() {
    return idOf("CheckRun", this.#repository.id, this.#job);
  }
  get status() {
    return this.#job.status.toUpperCase();
  }
  get conclusion() {
    return this.#job.conclusion?.toUpperCase() ?? null;
  }
  get startedAt() {
    return isoOrNull(this.#job.startedAt ?? this.#job.createdAt);
  }
  get completedAt() {
    return isoOrNull(this.#job.completedAt);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/actions/runs/${this.#run.id}/job/${this.#job.id}`;
  }
  get detailsUrl() {
    return this.url;
  }
  get permalink() {
    return this.url;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get deployment() {
    const { deployment } = this.#job;
    return deployment && this.#context.views.deployment(this.#repository, deployment.id);
  }
  steps(page: PageArguments & { number?: number | null }) {
    const all = stepsOf(this.#job);
    const list = page.number ? all.filter((step) => step.number === page.number) : all;
    return connect(page, list, (step) => ({
      name: step.name,
      number: step.number,
      status: step.status.toUpperCase(),
      conclusion: step.conclusion?.toUpperCase() ?? null,
      startedAt: isoOrNull(step.startedAt),
      completedAt: isoOrNull(step.completedAt),
      externalId: null,
      secondsToCompletion: step.completedAt === null || step.startedAt === null ? null : step.completedAt - step.startedAt,
    }));
  }
}

export class WorkflowRunView implements View {
  readonly __typename = "WorkflowRun";
  readonly databaseId: number;
  readonly runNumber: number;
  readonly event: string;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #run: Run;

  constructor(context: Context, repository: Repository, run: Run) {
    requireActions(context);
    this.#context = context;
    this.#repository = repository;
    this.#run = run;
    this.databaseId = run.id;
    this.runNumber = run.number;
    this.event = run.event;
  }

  get id() {
    return idOf("WorkflowRun", this.#repository.id, this.#run);
  }
  get createdAt() {
    return iso(this.#run.createdAt);
  }
  get updatedAt() {
    return iso(lastAttempt(this.#run).updatedAt);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/actions/runs/${this.#run.id}`;
  }
  get checkSuite() {
    return new CheckSuiteView(this.#context, this.#repository, this.#run);
  }
  get workflow() {
    return workflowView(this.#context, this.#repository, this.#run.workflow);
  }
}

export const workflowView = (context: Context, repository: Repository, workflow: Workflow) => ({
  __typename: "Workflow",
  id: () => idOf("Workflow", repository.id, workflow),
  databaseId: workflow.id,
  name: workflow.name,
  state: "ACTIVE",
  createdAt: workflow.createdAt === 0 ? null : iso(workflow.createdAt),
  updatedAt: workflow.createdAt === 0 ? null : iso(workflow.createdAt),
  url: `${context.web}/${fullName(repository)}/actions/workflows/${workflow.path.split("/").at(-1)}`,
  runs: (page: PageArguments) =>
    connect(
      page,
      repository
        .history()
        .runs.filter((entry) => entry.workflow === workflow)
        .reverse(),
      (entry) => new WorkflowRunView(context, repository, entry),
    ),
});
