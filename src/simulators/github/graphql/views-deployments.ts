import type { Deployment, DeploymentStatus, Repository } from "../../organisation/index.ts";
import { idOf, nodeId } from "../node-ids.ts";
import { iso } from "../state.ts";
import { connect, type PageArguments } from "./connection.ts";
import type { Context, View } from "./context.ts";

/** What the newest status makes of a deployment. https://docs.github.com/en/graphql/reference/enums#deploymentstate */
const STATES: Record<DeploymentStatus["state"], string> = {
  queued: "QUEUED",
  pending: "PENDING",
  in_progress: "IN_PROGRESS",
  waiting: "WAITING",
  success: "ACTIVE",
  failure: "FAILURE",
  error: "ERROR",
  inactive: "INACTIVE",
};

export class DeploymentView implements View {
  readonly __typename = "Deployment";
  readonly databaseId: number;
  readonly commitOid: string;
  readonly environment: string;
  readonly originalEnvironment: string;
  readonly latestEnvironment: string;
  readonly task: string;
  readonly description: string;
  readonly payload = "{}";
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #deployment: Deployment;

  constructor(context: Context, repository: Repository, deployment: Deployment) {
    this.#context = context;
    this.#repository = repository;
    this.#deployment = deployment;
    this.databaseId = deployment.id;
    this.commitOid = deployment.sha;
    this.environment = deployment.environment;
    this.originalEnvironment = deployment.environment;
    this.latestEnvironment = deployment.environment;
    this.task = deployment.task;
    this.description = deployment.description;
  }

  get id() {
    return idOf("Deployment", this.#repository.id, this.#deployment);
  }
  get createdAt() {
    return iso(this.#deployment.createdAt);
  }
  get updatedAt() {
    return iso(this.#deployment.statuses.at(-1)?.at ?? this.#deployment.createdAt);
  }
  get state() {
    const last = this.#deployment.statuses.at(-1);
    return last ? STATES[last.state] : "PENDING";
  }
  get creator() {
    return this.#context.views.actor(this.#deployment.creator);
  }
  get commit() {
    return this.#context.views.commitBySha(this.#repository, this.commitOid);
  }
  get ref() {
    return this.#context.views.branch(
      this.#repository,
      this.#deployment.ref,
      this.#repository.history().branches.find((entry) => entry.name === this.#deployment.ref)?.sha ?? null,
    );
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get latestStatus() {
    const last = this.#deployment.statuses.at(-1);
    return last ? this.#status(last) : null;
  }
  /** Newest first, as REST lists them. */
  statuses(page: PageArguments) {
    return connect(page, this.#deployment.statuses.toReversed(), (entry) => this.#status(entry));
  }

  #status(entry: DeploymentStatus) {
    return {
      __typename: "DeploymentStatus",
      id: idOf("DeploymentStatus", this.#repository.id, entry),
      state: entry.state.toUpperCase(),
      createdAt: iso(entry.at),
      updatedAt: iso(entry.at),
      description: entry.description,
      environment: this.environment,
      environmentUrl: null,
      logUrl: null,
      creator: () => this.#context.views.actor(entry.creator),
      deployment: this,
    };
  }
}

export class EnvironmentView implements View {
  readonly __typename = "Environment";
  readonly name: string;
  readonly isPinned = false;
  readonly pinnedPosition = null;
  readonly #context: Context;
  readonly #repository: Repository;

  constructor(context: Context, repository: Repository, name: string) {
    this.#context = context;
    this.#repository = repository;
    this.name = name;
  }

  get id() {
    return nodeId("Environment", this.#repository.id, this.name);
  }
  get databaseId() {
    return this.#repository.id * 10 + (this.name.length % 10);
  }
  get latestCompletedDeployment() {
    const last = this.#repository.history().deployments.findLast((entry) => entry.environment === this.name);
    return last ? new DeploymentView(this.#context, this.#repository, last) : null;
  }
}
