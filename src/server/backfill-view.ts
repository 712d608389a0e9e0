import type { Backfill } from "../workspace/backfills.ts";
import { statusSentence } from "./backfill-words.ts";
import type { AnyConnector } from "./connector-form.ts";
import type { Actuals } from "./run-backfill.ts";
import type { BackfillBody } from "./shapes/backfills.ts";

/** In which order each stream can be read, and why where it is not the order asked for. */
export function readOrders(
  connector: AnyConnector,
  { streams, order }: Pick<Backfill, "streams" | "order">,
): BackfillBody["readOrders"] {
  return connector.streams
    .filter(({ name }) => streams === null || streams.includes(name))
    .map(({ name, order: listed }) => {
      if (listed === "unordered")
        return { stream: name, order: "as listed", note: "The vendor lists it in no order, so it is complete only at its end." };
      if (listed === "descending" && order === "oldest-first")
        return { stream: name, order: "newest-first", note: "The vendor's list can only be read newest first." };
      return { stream: name, order, note: null };
    });
}

export function backfillBody(
  found: Backfill,
  { connector, names }: { connector: AnyConnector; names: ReadonlyMap<string, string> },
): BackfillBody {
  const { integrationId, streams, scopes, actuals: kept, forecast, failures: _, error, updatedAt: _at, ...plain } = found;
  const actuals = kept as Actuals | null;
  const { requests = 0, records = 0, entities = 0, seconds = 0 } = actuals ?? {};
  const isRunning = found.status === "running";
  return {
    ...plain,
    integration: integrationId,
    streams: streams && [...streams],
    scopes: scopes && scopes.map((id) => ({ id, name: names.get(id) ?? null })),
    readOrders: readOrders(connector, found),
    sentence: statusSentence(found, actuals),
    isJoined: false,
    forecast: forecast as BackfillBody["forecast"],
    actual: { requests, records, entities, seconds },
    share: found.status === "succeeded" ? 1 : (actuals?.share ?? null),
    etaSeconds: isRunning ? (actuals?.etaSeconds ?? null) : null,
    etaLowSeconds: isRunning ? (actuals?.etaLowSeconds ?? null) : null,
    etaHighSeconds: isRunning ? (actuals?.etaHighSeconds ?? null) : null,
    waitingUntil: isRunning ? (actuals?.waitingUntil ?? null) : null,
    measuredAt: actuals?.measuredAt ?? null,
    error: error as BackfillBody["error"],
  };
}
