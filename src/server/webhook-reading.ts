import type { FastifyBaseLogger } from "fastify";

import { Problem } from "../domain/problem.ts";
import { scopesChanged, type Hint } from "../ingest/connector.ts";
import type { Engine, IngestIntegration, IngestSummary, TaskRow } from "../ingest/engine.ts";
import type { Archive } from "../ingest/sink.ts";
import { saveDiscovery } from "../workspace/integration-scopes.ts";
import { getIntegration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { claimDeliveries, settleDelivery, type Delivery, type StoredHint } from "../workspace/webhook-deliveries.ts";
import { chosenScopes, connectorOf, openIntegration, toFound, toScope, type Connectors } from "./integration-access.ts";
import { problemText } from "./problem-json.ts";
import type { WebhookMeasures } from "./prometheus.ts";
import { unexpected } from "./run-problems.ts";
import { errorOf } from "./run.ts";
import { bodyNotJson, connectorGone } from "./webhook-problems.ts";

export interface ReadingParts {
  readonly workspace: Workspace;
  readonly connectors: Connectors;
  readonly engine: Pick<Engine, "readHints" | "listScopes">;
  readonly bodies: Archive;
  readonly log: FastifyBaseLogger;
  readonly measures: WebhookMeasures;
  /** Scopes were added: their history is read by a run. */
  readonly onNewScopes: (integrationId: string) => Promise<void>;
  /** Waits before a delivery whose reading failed is tried again; after the last one it is dead. */
  readonly retrySeconds: readonly number[];
}

export const MOST_TOGETHER = 500;

interface Wanted {
  readonly delivery: Delivery;
  readonly hints: readonly Hint[];
}

/** Reads what the waiting deliveries of one integration name, all of them in one go; answers how many there were. */
export async function readWaiting(parts: ReadingParts, integrationId: string, signal: AbortSignal): Promise<number> {
  // What comes for a paused integration is kept and waits.
  if ((await getIntegration(parts.workspace, integrationId)).lifecycle !== "active") return 0;
  const claimed = await claimDeliveries(parts.workspace, integrationId, MOST_TOGETHER);
  if (claimed.length === 0) return 0;
  const open = new Map(claimed.map((delivery) => [delivery.deliveryId, delivery]));
  try {
    const integration = await openForReading(parts, integrationId);
    const wanted: Wanted[] = [];
    for (const delivery of claimed) {
      const hints = await understand(parts, delivery, integration);
      if (hints) wanted.push({ delivery, hints });
      else open.delete(delivery.deliveryId);
    }
    const current = wanted.some(({ hints }) => hints.some(isAboutScopes)) ? await rediscover(parts, integration) : integration;
    const hints = wanted.flatMap((each) => each.hints).filter((hint) => !isAboutScopes(hint));
    const summary = hints.length > 0 ? await parts.engine.readHints({ integration: current, hints, signal }) : null;
    for (const each of wanted) {
      await conclude(parts, each, { integration: current, summary, isInterrupted: signal.aborted });
      open.delete(each.delivery.deliveryId);
    }
  } catch (error) {
    if (!(error instanceof Problem)) parts.log.error({ err: error, integration: integrationId }, "deliveries could not be read");
    const problem = error instanceof Problem ? error : unexpected();
    for (const delivery of open.values())
      await (signal.aborted ? putBack(parts, delivery) : tryAgain(parts, delivery, problemText(problem)));
  }
  return claimed.length;
}

async function openForReading({ workspace, connectors }: ReadingParts, id: string): Promise<IngestIntegration> {
  const open = await openIntegration({ workspace, connectors }, await getIntegration(workspace, id));
  return { ...open, scopes: (await chosenScopes(workspace, id)).map(toScope) };
}

/* ── From a body to hints ────────────────────────────────────────────────────────────────────────────────────── */

/** Null when the delivery has come to its end: it says nothing new, or nothing that can be understood. */
async function understand(
  parts: ReadingParts,
  delivery: Delivery,
  integration: IngestIntegration,
): Promise<readonly Hint[] | null> {
  try {
    const found = delivery.hints ?? (await hintsOf(parts, delivery, integration));
    const hints = found.filter((hint) => isChosen(hint, integration));
    if (hints.length > 0) return hints;
    const outcome = found.length > 0 ? "What it names is not among the chosen scopes." : "It says nothing that is read.";
    await settleDelivery(parts.workspace, delivery, { status: "ignored", hints: found, outcome });
    parts.measures.ended(delivery, "ignored");
  } catch (error) {
    if (!(error instanceof Problem))
      parts.log.error({ err: error, delivery: delivery.deliveryId }, "a delivery was not understood");
    await bury(parts, delivery, problemText(error instanceof Problem ? error : unexpected()));
  }
  return null;
}

async function hintsOf(parts: ReadingParts, delivery: Delivery, integration: IngestIntegration): Promise<readonly StoredHint[]> {
  const { webhook } = connectorOf(parts.connectors, integration.connector.name);
  if (!webhook) throw connectorGone(integration.connector.name);
  const body = parseBody(await parts.bodies.get(delivery.bodyHash!));
  return webhook.hints({ name: delivery.event, body, scopes: integration.scopes });
}

function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw bodyNotJson();
  }
}

const isAboutScopes = ({ stream }: StoredHint) => stream === scopesChanged.stream;

const isChosen = (hint: StoredHint, { scopes, connector }: IngestIntegration) =>
  isAboutScopes(hint) ||
  scopes.some(({ id }) => id === hint.scopeId) ||
  connector.streams.some(({ name, level }) => name === hint.stream && level === "integration");

/** Asks the provider for its scopes again, so that renamed ones are read under their new name and new ones are found. */
async function rediscover(parts: ReadingParts, integration: IngestIntegration): Promise<IngestIntegration> {
  const found = [];
  for await (const scope of parts.engine.listScopes(integration)) found.push(toFound(scope));
  await saveDiscovery(parts.workspace, integration.id, found);
  const scopes = (await chosenScopes(parts.workspace, integration.id)).map(toScope);
  const known = new Set(integration.scopes.map(({ id }) => id));
  if (scopes.some(({ id }) => !known.has(id))) await parts.onNewScopes(integration.id);
  return { ...integration, scopes };
}

/* ── What came of it ─────────────────────────────────────────────────────────────────────────────────────────── */

interface Outcome {
  readonly integration: IngestIntegration;
  readonly summary: IngestSummary | null;
  readonly isInterrupted: boolean;
}

async function conclude(parts: ReadingParts, { delivery, hints }: Wanted, outcome: Outcome): Promise<void> {
  const { summary, integration } = outcome;
  const tasks = (summary?.tasks ?? []).filter((task) => hints.some((hint) => isTaskOf(hint, task)));
  const failed = tasks.find(({ status }) => status === "failed");
  const fatal = summary?.fatal;
  const ids = tasks.map(({ id }) => id);
  if (fatal)
    return tryAgain(
      parts,
      delivery,
      { code: fatal.code, title: fatal.what, detail: fatal.rule ?? null, hint: fatal.next ?? null },
      ids,
    );
  if (failed) return tryAgain(parts, delivery, errorOf(failed) ?? problemText(unexpected()), ids);
  if (outcome.isInterrupted) return putBack(parts, delivery);
  await settleDelivery(parts.workspace, delivery, {
    status: "done",
    attempts: delivery.attempts + 1,
    hints,
    tasks: ids,
    outcome: sentence(hints, tasks, integration),
  });
  parts.measures.ended(delivery, "done");
}

const isTaskOf = (hint: Hint, task: TaskRow) =>
  hint.stream === task.stream && (hint.scopeId === task.scopeId || task.scopeId === "-");

function sentence(hints: readonly Hint[], tasks: readonly TaskRow[], { scopes }: IngestIntegration): string {
  const scopesAgain = hints.some(isAboutScopes) ? "The list of scopes was asked for again." : "";
  if (tasks.length === 0)
    return scopesAgain || "Its stream has not been read for the first time yet; that first reading brings it.";
  const places = tasks.map((task) => {
    const scope = scopes.find(({ id }) => id === task.scopeId);
    return `${task.stream}${scope ? ` of ${scope.name}` : ""}`;
  });
  const gone = tasks.reduce((sum, { tombstoned }) => sum + tombstoned, 0);
  return [`Read again: ${places.join(", ")}.`, gone > 0 ? `${gone} rows are gone.` : "", scopesAgain].filter(Boolean).join(" ");
}

const putBack = ({ workspace }: ReadingParts, delivery: Delivery): Promise<void> =>
  settleDelivery(workspace, delivery, { status: "received", outcome: null });

async function tryAgain(
  parts: ReadingParts,
  delivery: Delivery,
  error: Delivery["error"],
  tasks: readonly string[] = [],
): Promise<void> {
  const seconds = parts.retrySeconds[delivery.attempts];
  if (seconds === undefined) return bury(parts, delivery, error, tasks);
  await settleDelivery(parts.workspace, delivery, {
    status: "received",
    attempts: delivery.attempts + 1,
    nextAttemptAt: new Date(Date.parse(parts.workspace.now()) + seconds * 1000).toISOString(),
    tasks,
    outcome: "Reading failed; it is tried again.",
    error,
  });
}

async function bury(
  parts: ReadingParts,
  delivery: Delivery,
  error: Delivery["error"],
  tasks: readonly string[] = [],
): Promise<void> {
  await settleDelivery(parts.workspace, delivery, {
    status: "dead",
    attempts: delivery.attempts + 1,
    tasks,
    outcome: error?.title ?? null,
    error,
  });
  parts.measures.ended(delivery, "dead");
}
