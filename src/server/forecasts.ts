import { randomUUID } from "node:crypto";

import type { FastifyBaseLogger } from "fastify";

import type { Engine, Forecast, IngestRequest, IngestSummary } from "../ingest/engine.ts";
import { listForecasts, saveActual, saveForecast, type ExpectedToll } from "../workspace/forecasts.ts";
import { getIntegration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import type { ForecastBody } from "./shapes/monitoring.ts";

interface Parts {
  readonly engine: Pick<Engine, "forecast" | "ingest">;
  readonly workspace: Workspace;
  readonly log: FastifyBaseLogger;
}

/** Reads, and keeps beside each other what was expected and what it took. A forecast that fails stops nothing. */
export async function ingestForecast(parts: Parts, request: IngestRequest): Promise<IngestSummary> {
  const { engine, workspace } = parts;
  const id = await announce(parts, request);
  const begun = performance.now();
  const summary = await engine.ingest(request);
  if (id !== null) {
    const { requests, points, records } = summary.totals;
    const actual = { calls: requests, points, records, seconds: (performance.now() - begun) / 1000 };
    await saveActual(workspace, id, { actual, outcome: summary.outcome });
  }
  return summary;
}

async function announce({ engine, workspace, log }: Parts, request: IngestRequest): Promise<string | null> {
  const integrationId = request.integration.id;
  try {
    const id = randomUUID();
    const forecast = tollOf(await engine.forecast(request));
    await saveForecast(workspace, { id, integrationId, subject: "run", forecast });
    return id;
  } catch (error) {
    log.info({ err: error, integration: integrationId }, "what the run will take could not be forecast");
    return null;
  }
}

/** A forecast without its streams, as it is kept. */
export const tollOf = ({
  calls,
  records,
  seconds,
  secondsLow,
  secondsHigh,
  basis,
  pace = 1,
  classes,
}: Forecast): ExpectedToll => ({
  calls,
  records,
  seconds,
  secondsLow,
  secondsHigh,
  basis,
  pace,
  points: classes.reduce<number | null>(
    (sum, { points }) => (sum === null || points === null ? null : sum + points),
    calls === null ? null : 0,
  ),
});

export async function forecasts(workspace: Workspace, integrationId: string): Promise<ForecastBody[]> {
  await getIntegration(workspace, integrationId);
  return (await listForecasts(workspace, integrationId)).map(
    ({ id, subject, madeAt, forecast, actual, outcome, finishedAt }) => ({
      id,
      subject,
      madeAt,
      forecast,
      actual,
      outcome,
      finishedAt,
    }),
  );
}
