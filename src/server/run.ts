import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { Problem } from "../domain/problem.ts";
import type { Engine, IngestIntegration, IngestProgress, IngestRequest, IngestSummary } from "../ingest/engine.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { dropTask, saveTask, type LiveTask } from "../workspace/ingestion-tasks.ts";
import { saveDiscovery } from "../workspace/integration-scopes.ts";
import { getIntegration, type ErrorText, type Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { readCoverage } from "./coverage.ts";
import { unknownEta, type Eta } from "./eta.ts";
import type { EventStream } from "./events.ts";
import { ingestForecast } from "./forecasts.ts";
import { chosenScopes, openIntegration, toFound, toScope, type Connectors } from "./integration-access.ts";
import { problemText } from "./problem-json.ts";
import { noScopeChosen, unexpected } from "./run-problems.ts";
import { idle, isAllWaiting, progressOf, waitsFor } from "./run-progress.ts";
import type { ProgressBody, RunBody } from "./shapes/integrations.ts";
import { WorkMeter, type WorkPlan } from "./work-meter.ts";

export interface RunContext {
  readonly workspace: Workspace;
  readonly warehouse: Warehouse;
  readonly connectors: Connectors;
  readonly engine: Engine;
  readonly events: EventStream;
  readonly log: FastifyBaseLogger;
  /** Milliseconds that only ever grow; every duration is measured by it. */
  readonly elapsed: () => number;
  /** Rows arrived. */
  readonly onRows: () => void;
  readonly onTaskEnd: (task: LiveTask) => void;
}

export interface Plan {
  readonly request: Omit<IngestRequest, "signal" | "onProgress" | "onTask">;
  /** What of it is history; null: nothing to measure. */
  readonly work: WorkPlan | null;
  /** Of the vendor's quota, for the remaining time. */
  readonly share: number;
}

/** What a run is for: what it asks the engine, and where it notes what came of it. */
export interface Purpose {
  readonly kind: RunBody["kind"];
  readonly backfill: string | null;
  begin(integration: Integration, at: Instant): Promise<void>;
  plan(open: IngestIntegration): Promise<Plan>;
  /** Every couple of seconds, and at the end. */
  measured(progress: ProgressBody, meter: WorkMeter | null): Promise<void>;
  end(end: RunEnd): Promise<void>;
}

export type RunEnd =
  | { readonly state: "succeeded"; readonly remarks: IngestSummary["remarks"] }
  | { readonly state: "cancelled" }
  | { readonly state: "failed"; readonly fatal: ErrorText }
  | { readonly state: "failed"; readonly fatal: null; readonly failed: readonly LiveTask[]; readonly total: number };

/** How long a list of scopes is good for. */
const DISCOVERY_MS = 3_600_000;
const SAVE_EVERY_MS = 1000;
const MEASURE_EVERY_MS = 2000;

/** One run of one integration: discovery when it is due, then every stream of every chosen scope. */
export class Run {
  readonly integrationId: string;
  readonly requestedAt: Instant;
  readonly finished: Promise<void>;
  readonly purpose: Purpose;
  readonly #context: RunContext;
  readonly #abort = new AbortController();
  readonly #tasks = new Map<string, LiveTask>();
  readonly #savedAt = new Map<string, number>();
  readonly #scopeNames = new Map<string, string>();
  #settle: () => void = () => {};
  #saving: Promise<unknown> = Promise.resolve();
  #measuring: Promise<void> = Promise.resolve();
  #state: RunBody["state"] = "queued";
  #startedAt: Instant | null = null;
  #finishedAt: Instant | null = null;
  #begun = 0;
  #ended: number | null = null;
  #tasksTotal: number | null = null;
  #tasksDone = 0;
  #meter: WorkMeter | null = null;
  #eta: Eta = unknownEta;
  #fatal: ErrorText | null = null;

  constructor(context: RunContext, integrationId: string, purpose: Purpose) {
    this.#context = context;
    this.purpose = purpose;
    this.integrationId = integrationId;
    this.requestedAt = context.workspace.now();
    this.finished = new Promise((resolve) => (this.#settle = resolve));
  }

  get isActive(): boolean {
    return this.#finishedAt === null;
  }

  cancel(): void {
    this.#abort.abort();
    if (this.#state === "queued") this.#finish("cancelled");
  }

  async start(): Promise<void> {
    const { workspace, log, elapsed } = this.#context;
    if (!this.isActive) return;
    this.#state = "running";
    this.#startedAt = workspace.now();
    this.#begun = elapsed();
    let end: RunEnd;
    try {
      const integration = await getIntegration(workspace, this.integrationId);
      await this.purpose.begin(integration, this.#startedAt);
      end = this.#endOf(await this.#ingest(integration));
    } catch (error) {
      if (!(error instanceof Problem) && !this.#abort.signal.aborted)
        log.error({ err: error, integration: this.integrationId }, "run failed");
      end = this.#failure(error);
    }
    if (end.state === "failed") this.#fatal = end.fatal;
    await this.#saving.catch(() => {});
    this.#ended = elapsed();
    await this.purpose
      .end(end)
      .catch((cause: unknown) =>
        log.error({ err: cause, integration: this.integrationId }, "the end of a run could not be saved"),
      );
    this.#finish(end.state);
  }

  async #ingest(integration: Integration): Promise<IngestSummary> {
    const { engine, workspace, elapsed } = this.#context;
    const asked = await openIntegration(this.#context, integration);
    await this.#discover(integration, asked);
    const chosen = await chosenScopes(workspace, integration.id);
    if (chosen.length === 0) throw noScopeChosen();
    for (const scope of chosen) this.#scopeNames.set(scope.id, scope.name);
    const plan = await this.purpose.plan({ ...asked, scopes: chosen.map(toScope) });
    const rows = plan.work ? await readCoverage(this.#context.warehouse, integration.id) : [];
    this.#meter = plan.work && new WorkMeter(plan.work, { rows, now: workspace.now(), elapsed: elapsed() });
    const timer = setInterval(() => this.#measure(plan), MEASURE_EVERY_MS);
    try {
      const request: IngestRequest = {
        ...plan.request,
        signal: this.#abort.signal,
        onProgress: (progress) => this.#onProgress(progress),
        onTask: (task) => this.#onTask(task),
      };
      const summary = await (this.purpose.kind === "both" ? ingestForecast(this.#context, request) : engine.ingest(request));
      this.#tasksDone = summary.tasks.length + summary.idle;
      return summary;
    } finally {
      clearInterval(timer);
      this.#measure(plan);
      await this.#measuring;
    }
  }

  /** What has been written so far, the pace, and when the rest will be there. */
  #measure({ share }: Plan): void {
    const { engine, warehouse, workspace, elapsed, log } = this.#context;
    const meter = this.#meter;
    this.#measuring = this.#measuring
      .then(async () => {
        if (meter) meter.measure({ rows: await readCoverage(warehouse, this.integrationId), now: workspace.now() });
        meter?.tick(elapsed(), isAllWaiting(this.#tasks.values()));
        this.#eta = meter?.eta(waitsFor(engine.budgets(this.integrationId), { share, now: workspace.now() })) ?? unknownEta;
        await this.purpose.measured(this.#progress(), meter);
      })
      .catch((error: unknown) => log.error({ err: error, integration: this.integrationId }, "progress could not be measured"));
  }

  async #discover(integration: Integration, open: IngestIntegration): Promise<void> {
    const { engine, workspace } = this.#context;
    const known = integration.scopesDiscoveredAt;
    if (known !== null && Math.abs(Date.parse(workspace.now()) - Date.parse(known)) < DISCOVERY_MS) return;
    const found = [];
    for await (const scope of engine.listScopes(open)) {
      this.#abort.signal.throwIfAborted();
      found.push(toFound(scope));
    }
    await saveDiscovery(workspace, integration.id, found);
  }

  #onProgress({ streams, stream }: IngestProgress): void {
    this.#tasksTotal = streams.total;
    this.#tasksDone = streams.done;
    this.#meter?.onProgress(stream, this.#context.workspace.now());
  }

  /** A task of this run began, moved or ended. */
  #onTask(task: LiveTask): void {
    const { workspace, events, log, onRows, onTaskEnd, elapsed } = this.#context;
    const before = this.#tasks.get(task.id);
    this.#tasks.set(task.id, task);
    this.#meter?.onTask(task);
    if (task.entities > (before?.entities ?? 0) || task.tombstoned > (before?.tombstoned ?? 0)) onRows();
    const hasEnded = task.finishedAt != null;
    const now = elapsed();
    if (!hasEnded && before?.status === task.status && now - (this.#savedAt.get(task.id) ?? 0) < SAVE_EVERY_MS) return;
    this.#savedAt.set(task.id, now);
    this.#saving = this.#saving
      .then(() => (hasEnded ? dropTask(workspace, task.id) : saveTask(workspace, task)))
      .catch((error: unknown) => log.error({ err: error }, "a running task could not be shown"));
    if (hasEnded) onTaskEnd(task);
    events.publish({ type: "task", integration: this.integrationId, task });
    events.publish({ type: "progress", integration: this.integrationId, progress: this.progress() });
  }

  #endOf({ fatal, remarks }: IngestSummary): RunEnd {
    if (this.#abort.signal.aborted) return { state: "cancelled" };
    if (fatal)
      return {
        state: "failed",
        fatal: { code: fatal.code, title: fatal.what, detail: fatal.rule ?? null, hint: fatal.next ?? null },
      };
    const failed = [...this.#tasks.values()].filter((task) => task.status === "failed");
    return failed.length === 0
      ? { state: "succeeded", remarks }
      : { state: "failed", fatal: null, failed, total: this.#tasks.size };
  }

  #failure(error: unknown): RunEnd {
    if (this.#abort.signal.aborted) return { state: "cancelled" };
    return { state: "failed", fatal: problemText(error instanceof Problem ? error : unexpected()) };
  }

  #finish(state: RunBody["state"]): void {
    this.#state = state;
    this.#finishedAt = this.#context.workspace.now();
    this.#settle();
    void getIntegration(this.#context.workspace, this.integrationId).then(
      ({ status, lifecycle }) =>
        this.#context.events.publish({ type: "integration", integration: this.integrationId, status, lifecycle }),
      () => {},
    );
  }

  /** What the run is doing; idle once it has ended. */
  progress(): ProgressBody {
    if (this.#state === "queued") return { ...idle, state: "queued" };
    return this.#startedAt && this.isActive ? this.#progress() : idle;
  }

  #progress(): ProgressBody {
    return progressOf({
      startedAt: this.#startedAt ?? this.requestedAt,
      seconds: ((this.#ended ?? this.#context.elapsed()) - this.#begun) / 1e3,
      tasksTotal: this.#tasksTotal,
      tasksDone: this.#tasksDone,
      tasks: this.#tasks.values(),
      share: this.#meter?.share ?? null,
      ...this.#eta,
    });
  }

  /** Totals of the run, also after its end. */
  describe(isJoined: boolean): RunBody {
    const { kind, backfill } = this.purpose;
    return {
      integration: this.integrationId,
      kind,
      backfill,
      isJoined,
      state: this.#state,
      requestedAt: this.requestedAt,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      progress:
        this.isActive && this.#startedAt
          ? this.#progress()
          : {
              ...this.#progress(),
              state: "idle",
              ...unknownEta,
            },
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

export function failureSentence(failed: readonly LiveTask[], total: number): string {
  const first = failed[0]!.errorMessage ?? "The task failed.";
  if (failed.length === 1) return `1 of ${total} tasks failed: ${first}`;
  return `${failed.length} of ${total} tasks failed; the first: ${first}`;
}
