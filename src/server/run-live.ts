import type { IngestIntegration } from "../ingest/engine.ts";
import { noteBackfill, openBackfills } from "../workspace/backfills.ts";
import { noteRun, type Integration } from "../workspace/integrations.ts";
import { unknownPace } from "./eta.ts";
import { VANISHED_NEXT, vanishedScopes, vanishedSentence } from "./vanished-scopes.ts";
import { errorOf, failureSentence, type Plan, type Purpose, type RunContext, type RunEnd } from "./run.ts";

/** What is to be looked at; nothing: everything. */
export interface LiveWish {
  readonly streams?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
}

/** A run that asks what changed; without a server that keeps a lane for history it reads what is missing of that too. */
export class LivePurpose implements Purpose {
  readonly kind: "refresh" | "both";
  readonly backfill = null;
  readonly #context: RunContext;
  readonly #id: string;
  wish: LiveWish;

  constructor(context: RunContext, id: string, asked: { wish: LiveWish; isWithHistory: boolean }) {
    this.#context = context;
    this.#id = id;
    this.wish = asked.wish;
    this.kind = asked.isWithHistory ? "both" : "refresh";
  }

  /** The wish stays noted until the run has ended by itself, so that an interrupted one goes on at the next start. */
  begin(integration: Integration, at: string): Promise<void> {
    return noteRun(this.#context.workspace, this.#id, {
      lastRunAt: at,
      runRequest: { ...this.wish },
      ...(integration.status === "UNKNOWN" ? { statusReason: "Its history is being read for the first time." } : {}),
    });
  }

  async plan(open: IngestIntegration): Promise<Plan> {
    const { streams, scopes } = this.wish;
    const request = {
      integration: open,
      ...(streams ? { streams } : {}),
      ...(scopes ? { scopes } : {}),
      // Whoever reads in the foreground waits for it: only the reserve is left to others.
      ...(this.kind === "refresh" ? { kind: "refresh" as const } : { share: 1 }),
    };
    if (this.kind === "refresh") return { request, work: null, share: 1 };
    const scopeIds = open.scopes
      .filter(({ id, name }) => !scopes || scopes.includes(id) || scopes.includes(name))
      .map(({ id }) => id);
    const work = {
      connector: open.connector,
      streams: streams ?? null,
      scopeIds,
      isScoped: scopes !== undefined,
      since: open.backfill.since,
      until: null,
      isAgain: false,
      forecast: null,
      pace: unknownPace,
      callsBefore: 0,
    };
    return { request, work, share: 1 };
  }

  async measured(): Promise<void> {}

  async end(end: RunEnd): Promise<void> {
    const { workspace } = this.#context;
    if (end.state === "cancelled") return;
    await noteOutcome(this.#context, this.#id, end);
    await noteRun(workspace, this.#id, { runRequest: null });
    if (end.state === "succeeded" && this.kind === "both" && !this.wish.streams && !this.wish.scopes)
      await this.#closeAutomatic();
  }

  /** Everything that Leadline itself wanted of history has just been read. */
  async #closeAutomatic(): Promise<void> {
    const { workspace } = this.#context;
    for (const { id, isAutomatic, status } of await openBackfills(workspace, this.#id))
      if (isAutomatic && status !== "paused")
        await noteBackfill(workspace, id, { status: "succeeded", finishedAt: workspace.now(), error: null }, [
          "scheduled",
          "failed",
        ]);
  }
}

/** The integration's status after a run over everything. */
export async function noteOutcome({ workspace }: RunContext, id: string, end: RunEnd): Promise<void> {
  if (end.state === "cancelled") return;
  if (end.state === "succeeded") {
    const vanished = await vanishedScopes(workspace, id);
    const read = vanished.length > 0 ? vanishedSentence(vanished) : "Every stream of every chosen scope was read.";
    return noteRun(workspace, id, {
      status: "HEALTHY",
      statusReason: [read, ...end.remarks.map(({ what }) => what)].join(" "),
      nextStep: vanished.length > 0 ? VANISHED_NEXT : (end.remarks[0]?.next ?? null),
      error: null,
      lastSuccessAt: workspace.now(),
    });
  }
  if (end.fatal)
    return noteRun(workspace, id, {
      status: "FAILED",
      statusReason: end.fatal.title,
      nextStep: end.fatal.hint,
      error: end.fatal,
    });
  const error = errorOf(end.failed[0]!);
  return noteRun(workspace, id, {
    status: "FAILED",
    statusReason: failureSentence(end.failed, end.total),
    nextStep: error?.hint ?? "Open the ingestion log for what each task met.",
    error,
  });
}
