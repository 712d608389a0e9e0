import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { Problem } from "../domain/problem.ts";
import type { Engine, IngestIntegration, IngestProgress, IngestRequest, IngestSummary } from "../ingest/engine.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { dropTask, saveTask, type LiveTask } from "../workspace/ingestion-tasks.ts";
import { saveDiscovery } from "../workspace/integration-scopes.ts";
import { getIntegration, noteRun, type ErrorText, type Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { readCoverage, shareOf, streamCoverage, targetOf } from "./coverage.ts";
import type { EventStream } from "./events.ts";
import { VANISHED_NEXT, vanishedScopes, vanishedSentence } from "./vanished-scopes.ts";
import { ingestForecast } from "./forecasts.ts";
import { chosenScopes, openIntegration, toFound, toScope, type Connectors } from "./integration-access.ts";
import { problemText } from "./problem-json.ts";
import { noScopeChosen, unexpected } from "./run-problems.ts";
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
  readonly onRows: () => void;
  readonly onTaskEnd: (task: LiveTask) => void;
}

/** How long a list of scopes is good for. */
const DISCOVERY_MS = 3_600_000;
const SAVE_EVERY_MS = 1000;
const MEASURE_EVERY_MS = 2000;

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
  #tasksDone = 0;
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
      const integration = await getIntegration(workspace, this.integrationId);
      // The wish stays noted until the run has ended by itself, so that an interrupted one goes on at the next start.
      await noteRun(workspace, this.integrationId, {
        lastRunAt: this.#startedAt,
        runRequest: defined(this.#wish),
        ...(integration.status === "UNKNOWN" ? { statusReason: "Its history is being read for the first time." } : {}),
      });
      const report = await this.#ingest(integration);
      await this.#saving;
      await this.#conclude(report);
    } catch (error) {
      await this.#saving.catch(() => {});
      if (!(error instanceof Problem) && !this.#abort.signal.aborted)
        log.error({ err: error, integration: this.integrationId }, "run failed");
      await this.#fail(error).catch((cause: unknown) => log.error({ err: cause }, "the state of a run could not be saved"));
    }
  }

  async #ingest(integration: Integration): Promise<IngestSummary> {
    const { engine, workspace } = this.#context;
    const asked = await openIntegration(this.#context, integration);
    await this.#discover(integration, asked);
    const chosen = await chosenScopes(workspace, integration.id);
    if (chosen.length === 0) throw noScopeChosen();
    for (const scope of chosen) this.#scopeNames.set(scope.id, scope.name);
    const open = { ...asked, scopes: chosen.map(toScope) };
    this.#shareBefore = await this.#measure(open);
    this.#share = this.#shareBefore;
    const meter = setInterval(
      () =>
        void this.#measure(open).then(
          (share) => (this.#share = share),
          () => {},
        ),
      MEASURE_EVERY_MS,
    );
    try {
      const request: IngestRequest = {
        ...defined(this.#wish),
        integration: open,
        signal: this.#abort.signal,
        onProgress: (progress) => this.#onProgress(progress),
      };
      const { since, until, full } = this.#wish;
      const hasHistory = this.#shareBefore < 1 || since !== undefined || until !== undefined || full === true;
      const summary = await (hasHistory ? ingestForecast(this.#context, request) : engine.ingest(request));
      this.#tasksDone = summary.tasks.length + summary.idle;
      return summary;
    } finally {
      clearInterval(meter);
      this.#share = await this.#measure(open).catch(() => this.#share);
    }
  }

  async #measure({ id, connector, scopes, backfill }: IngestIntegration): Promise<number> {
    const { warehouse, workspace } = this.#context;
    const wanted = {
      connector,
      scopeIds: scopes.map((scope) => scope.id),
      target: targetOf(connector, backfill.since),
      isOpenEnded: backfill.since === null,
      now: workspace.now(),
    };
    return shareOf(streamCoverage(await readCoverage(warehouse, id), wanted));
  }

  async #discover(integration: Integration, open: IngestIntegration): Promise<void> {
    const { engine, workspace } = this.#context;
    const known = integration.scopesDiscoveredAt;
    if (known !== null && Date.parse(workspace.now()) - Date.parse(known) < DISCOVERY_MS) return;
    const found = [];
    for await (const scope of engine.listScopes(open)) {
      this.#abort.signal.throwIfAborted();
      found.push(toFound(scope));
    }
    await saveDiscovery(workspace, integration.id, found);
  }

  #onProgress({ streams }: IngestProgress): void {
    this.#tasksTotal = streams.total;
    this.#tasksDone = streams.done;
  }

  /** A task of this run began, moved or ended. */
  onTask(task: LiveTask): void {
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

  async #conclude({ fatal, remarks }: IngestSummary): Promise<void> {
    if (this.#abort.signal.aborted) return this.#end("cancelled");
    if (fatal)
      return this.#fail(
        new Problem({
          code: fatal.code,
          what: fatal.what,
          ...(fatal.rule ? { rule: fatal.rule } : {}),
          ...(fatal.next ? { next: fatal.next } : {}),
        }),
      );
    const { workspace } = this.#context;
    const failed = [...this.#tasks.values()].filter((task) => task.status === "failed");
    if (failed.length > 0) {
      const sentence = failureSentence(failed, this.#tasks.size);
      const error = errorOf(failed[0]!);
      await this.#note({
        status: "FAILED",
        statusReason: sentence,
        nextStep: error?.hint ?? "Open the ingestion log for what each task met.",
        error,
      });
      return this.#end("failed");
    }
    const vanished = await vanishedScopes(workspace, this.integrationId);
    await this.#note({
      status: "HEALTHY",
      statusReason: [
        vanished.length > 0 ? vanishedSentence(vanished) : "Every stream of every chosen scope was read.",
        ...remarks.map(({ what }) => what),
      ].join(" "),
      nextStep: vanished.length > 0 ? VANISHED_NEXT : (remarks[0]?.next ?? null),
      error: null,
      lastSuccessAt: workspace.now(),
    });
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
    await noteRun(this.#context.workspace, this.integrationId, { ...state, runRequest: null });
  }

  #end(state: RunBody["state"]): void {
    this.#state = state;
    this.#finishedAt = this.#context.workspace.now();
    this.#settle();
    void getIntegration(this.#context.workspace, this.integrationId).then(
      ({ status, lifecycle }) =>
        this.#context.events.publish({ type: "integration", integration: this.integrationId, status, lifecycle }),
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
      tasksDone: this.#tasksDone,
      tasks: this.#tasks.values(),
      share: this.#share,
      shareBefore: this.#shareBefore,
    });
  }

  /** Totals of the run, also after its end. */
  describe(isJoined: boolean): RunBody {
    const figures = { startedAt: this.#startedAt ?? this.requestedAt, now: this.#finishedAt ?? this.#context.workspace.now() };
    const progress = progressOf({
      ...figures,
      tasksTotal: this.#tasksTotal,
      tasksDone: this.#tasksDone,
      tasks: this.#tasks.values(),
      share: this.#share,
      shareBefore: this.#shareBefore,
    });
    return {
      integration: this.integrationId,
      state: this.#state,
      isJoined,
      requestedAt: this.requestedAt,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      progress: this.isActive
        ? progress
        : { ...progress, state: "idle", etaSeconds: null, etaLowSeconds: null, etaHighSeconds: null },
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

/** Without the fields that nobody gave. */
const defined = ({ streams, scopes, since, until, full }: RunWish) => ({
  ...(streams ? { streams } : {}),
  ...(scopes ? { scopes } : {}),
  ...(since === undefined ? {} : { since }),
  ...(until === undefined ? {} : { until }),
  ...(full === undefined ? {} : { full }),
});
