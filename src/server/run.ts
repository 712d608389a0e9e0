import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { Problem } from "../domain/problem.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { dropTask, saveTask, type LiveTask } from "../workspace/ingestion-tasks.ts";
import { saveDiscovery, type KnownScope } from "../workspace/integration-scopes.ts";
import { getIntegration, noteRun, type ErrorText, type Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { readCoverage, shareOf, streamCoverage, targetOf } from "./coverage.ts";
import type { Engine, OpenIntegration, RunReport } from "./engine.ts";
import type { EventStream } from "./events.ts";
import { chosenScopes, openIntegration, toFound, toScope, type Connectors } from "./integration-access.ts";
import { problemText } from "./problem-json.ts";
import { noScopeChosen, scopeUnknown, streamUnknown, unexpected } from "./run-problems.ts";
import { idle, progressOf } from "./run-progress.ts";
import type { ProgressBody, RunBody } from "./shapes/integrations.ts";

/** What people asked for; nothing: whatever is due. */
export interface RunWish {
  readonly streams?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
  readonly full?: boolean | undefined;
}

export interface RunContext {
  readonly workspace: Workspace;
  readonly warehouse: Warehouse;
  readonly connectors: Connectors;
  readonly engine: Engine;
  readonly events: EventStream;
  readonly log: FastifyBaseLogger;
  /** Rows arrived. */
  onRows(): void;
  onTaskEnd(task: LiveTask): void;
}

/** How long a list of scopes is good for. */
const DISCOVERY_MS = 3_600_000;
const SAVE_EVERY_MS = 1000;

/** One run of one integration: discovery when it is due, then every stream of every chosen scope. */
export class Run {
  readonly integrationId: string;
  readonly requestedAt: Instant;
  readonly finished: Promise<void>;
  readonly #context: RunContext;
  readonly #wish: RunWish;
  readonly #abort = new AbortController();
  readonly #tasks = new Map<string, LiveTask>();
  readonly #savedAt = new Map<string, number>();
  readonly #scopeNames = new Map<string, string>();
  #settle: () => void = () => {};
  #saving: Promise<unknown> = Promise.resolve();
  #state: RunBody["state"] = "queued";
  #startedAt: Instant | null = null;
  #finishedAt: Instant | null = null;
  #tasksTotal: number | null = null;
  #share: number | null = null;
  #shareBefore = 0;
  #fatal: ErrorText | null = null;

  constructor(context: RunContext, integration: Integration, wish: RunWish) {
    this.#context = context;
    this.#wish = wish;
    this.integrationId = integration.id;
    this.requestedAt = context.workspace.now();
    this.finished = new Promise((resolve) => (this.#settle = resolve));
  }

  get isActive(): boolean {
    return this.#finishedAt === null;
  }

  cancel(): void {
    this.#abort.abort();
    if (this.#state === "queued") this.#end("cancelled");
  }

  async start(): Promise<void> {
    const { workspace, log } = this.#context;
    if (!this.isActive) return;
    this.#state = "running";
    this.#startedAt = workspace.now();
    try {
      await noteRun(workspace, this.integrationId, { lastRunAt: this.#startedAt, runRequest: null });
      const integration = await getIntegration(workspace, this.integrationId);
      const report = await this.#ingest(integration);
      await this.#saving;
      await this.#conclude(report);
    } catch (error) {
      await this.#saving.catch(() => {});
      if (!(error instanceof Problem) && !this.#abort.signal.aborted) log.error({ err: error, integration: this.integrationId }, "run failed");
      await this.#fail(error).catch((cause: unknown) => log.error({ err: cause }, "the state of a run could not be saved"));
    }
  }

  async #ingest(integration: Integration): Promise<RunReport> {
    const { engine, workspace } = this.#context;
    const open = await openIntegration(this.#context, integration);
    await this.#discover(integration, open);
    const chosen = await chosenScopes(workspace, integration.id);
    for (const scope of chosen) this.#scopeNames.set(scope.id, scope.name);
    const scopes = this.#wantedScopes(chosen);
    const streams = this.#wantedStreams(open);
    this.#tasksTotal = open.connector.streams
      .filter((stream) => streams === null || streams.includes(stream.name))
      .reduce((total, stream) => total + (stream.level === "integration" ? 1 : scopes.length), 0);
    this.#shareBefore = await this.#measure(integration, open, chosen);
    this.#share = this.#shareBefore;
    const meter = setInterval(() => void this.#measure(integration, open, chosen).then((share) => (this.#share = share), () => {}), 2000);
    try {
      return await engine.run({
        integration: open,
        scopes: scopes.map(toScope),
        streams,
        since: this.#wish.since ?? null,
        until: this.#wish.until ?? null,
        full: this.#wish.full ?? false,
        signal: this.#abort.signal,
        onTask: (task) => this.#onTask(task),
      });
    } finally {
      clearInterval(meter);
      this.#share = await this.#measure(integration, open, chosen).catch(() => this.#share);
    }
  }

  async #measure(integration: Integration, open: OpenIntegration, chosen: readonly KnownScope[]): Promise<number> {
    const { warehouse, workspace } = this.#context;
    const wanted = {
      connector: open.connector,
      scopeIds: chosen.map((scope) => scope.id),
      target: targetOf(open.connector, integration.backfillSince),
      isOpenEnded: integration.backfillSince === null,
      now: workspace.now(),
    };
    return shareOf(streamCoverage(await readCoverage(warehouse, integration.id), wanted));
  }

  async #discover(integration: Integration, open: OpenIntegration): Promise<void> {
    const { engine, workspace } = this.#context;
    const known = integration.scopesDiscoveredAt;
    if (known !== null && Date.parse(workspace.now()) - Date.parse(known) < DISCOVERY_MS) return;
    const found = [];
    for await (const scope of engine.scopes(open, this.#abort.signal)) found.push(toFound(scope));
    await saveDiscovery(workspace, integration.id, found);
  }

  #wantedScopes(chosen: readonly KnownScope[]): readonly KnownScope[] {
    const { scopes } = this.#wish;
    if (!scopes) return chosen;
    return scopes.map((wanted) => {
      const found = chosen.find((scope) => scope.id === wanted || scope.name.toLowerCase() === wanted.toLowerCase());
      if (!found) throw scopeUnknown(wanted, chosen.map((scope) => scope.name));
      return found;
    });
  }

  #wantedStreams({ connector }: OpenIntegration): readonly string[] | null {
    const { streams } = this.#wish;
    const known = connector.streams.map((stream) => stream.name);
    const unknown = streams?.find((stream) => !known.includes(stream));
    if (unknown !== undefined) throw streamUnknown(unknown, known);
    return streams ?? null;
  }

  #onTask(task: LiveTask): void {
    const { workspace, events, log, onRows, onTaskEnd } = this.#context;
    const before = this.#tasks.get(task.id);
    this.#tasks.set(task.id, task);
    if (task.entities > (before?.entities ?? 0) || task.tombstoned > (before?.tombstoned ?? 0)) onRows();
    const hasEnded = task.finishedAt != null;
    const now = performance.now();
    if (!hasEnded && before?.status === task.status && now - (this.#savedAt.get(task.id) ?? 0) < SAVE_EVERY_MS) return;
    this.#savedAt.set(task.id, now);
    this.#saving = this.#saving
      .then(() => (hasEnded ? dropTask(workspace, task.id) : saveTask(workspace, task)))
      .catch((error: unknown) => log.error({ err: error }, "a running task could not be shown"));
    if (hasEnded) onTaskEnd(task);
    events.publish({ type: "task", integration: this.integrationId, task });
    events.publish({ type: "progress", integration: this.integrationId, progress: this.progress() });
  }

  async #conclude({ fatal }: RunReport): Promise<void> {
    if (this.#abort.signal.aborted) return this.#end("cancelled");
    if (fatal) return this.#fail(fatal);
    const { workspace } = this.#context;
    const failed = [...this.#tasks.values()].filter((task) => task.status === "failed");
    const scopes = await chosenScopes(workspace, this.integrationId);
    if (scopes.length === 0) return this.#fail(noScopeChosen());
    if (failed.length > 0) {
      const sentence = failureSentence(failed, this.#tasks.size);
      const error = errorOf(failed[0]!);
      await this.#note({ status: "FAILED", statusReason: sentence, nextStep: error?.hint ?? "Open the ingestion log for what each task met.", error });
      return this.#end("failed");
    }
    await this.#note({ status: "HEALTHY", statusReason: "Every stream of every chosen scope was read.", nextStep: null, error: null, lastSuccessAt: workspace.now() });
    return this.#end("succeeded");
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#abort.signal.aborted) return this.#end("cancelled");
    const problem = error instanceof Problem ? error : unexpected();
    this.#fatal = problemText(problem);
    await this.#note({ status: "FAILED", statusReason: problem.what, nextStep: problem.next ?? null, error: this.#fatal });
    this.#end("failed");
  }

  async #note(state: Parameters<typeof noteRun>[2]): Promise<void> {
    await noteRun(this.#context.workspace, this.integrationId, state);
  }

  #end(state: RunBody["state"]): void {
    this.#state = state;
    this.#finishedAt = this.#context.workspace.now();
    this.#settle();
    void getIntegration(this.#context.workspace, this.integrationId).then(
      ({ status, lifecycle }) => this.#context.events.publish({ type: "integration", integration: this.integrationId, status, lifecycle }),
      () => {},
    );
  }

  progress(): ProgressBody {
    if (this.#state === "queued") return { ...idle, state: "queued" };
    if (!this.#startedAt || !this.isActive) return idle;
    return progressOf({
      startedAt: this.#startedAt,
      now: this.#context.workspace.now(),
      tasksTotal: this.#tasksTotal,
      tasks: this.#tasks.values(),
      share: this.#share,
      shareBefore: this.#shareBefore,
    });
  }

  /** Totals of the run, also after its end. */
  describe(isJoined: boolean): RunBody {
    const figures = { startedAt: this.#startedAt ?? this.requestedAt, now: this.#finishedAt ?? this.#context.workspace.now() };
    const progress = progressOf({ ...figures, tasksTotal: this.#tasksTotal, tasks: this.#tasks.values(), share: this.#share, shareBefore: this.#shareBefore });
    return {
      integration: this.integrationId,
      state: this.#state,
      isJoined,
      requestedAt: this.requestedAt,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      progress: this.isActive ? progress : { ...progress, state: "idle", etaSeconds: null, etaLowSeconds: null, etaHighSeconds: null },
      failures: this.#failures(),
    };
  }

  #failures(): RunBody["failures"] {
    const own = this.#fatal ? [{ stream: "-", scope: null, problem: this.#fatal }] : [];
    const failed = [...this.#tasks.values()].filter((task) => task.status === "failed");
    return [
      ...own,
      ...failed.map((task) => ({
        stream: task.stream ?? "-",
        scope: this.#scopeNames.get(task.scopeId ?? "") ?? null,
        problem: errorOf(task) ?? { code: "unknown", title: "The task failed.", detail: null, hint: null },
      })),
    ];
  }

  runningTasks(): LiveTask[] {
    return [...this.#tasks.values()].filter((task) => task.finishedAt == null);
  }
}

/** The ledger keeps one sentence and a code; the parts are told apart again where the message says them. */
export function errorOf(task: LiveTask): ErrorText | null {
  if (!task.errorCode) return null;
  return { code: task.errorCode, title: task.errorMessage ?? "The task failed.", detail: null, hint: null };
}

function failureSentence(failed: readonly LiveTask[], total: number): string {
  const first = failed[0]!.errorMessage ?? "The task failed.";
  if (failed.length === 1) return `1 of ${total} tasks failed: ${first}`;
  return `${failed.length} of ${total} tasks failed; the first: ${first}`;
}
