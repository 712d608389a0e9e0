import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type GaugeConfiguration } from "prom-client";

import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import { listIntegrations } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import type { FactRefresher } from "./fact-refresher.ts";

export interface Measures {
  readonly taskEnded: (task: LiveTask) => void;
  readonly webhooks: WebhookMeasures;
  text(): Promise<{ contentType: string; text: string }>;
}

export interface WebhookMeasures {
  received(integrationId: string, isNew: boolean): void;
  refused(integrationId: string): void;
  /** A delivery has come to its end. */
  ended(delivery: { readonly integrationId: string; readonly receivedAt: string }, status: "done" | "ignored" | "dead"): void;
}

/** What Prometheus may ask for: the process, the integrations, what was read, the last build of facts. */
export function createMeasures(workspace: Workspace, facts: () => FactRefresher): Measures {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = ["integration"]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (configuration: GaugeConfiguration<string>) => new Gauge({ ...configuration, registers });
  const tasks = counter("leadline_ingestion_tasks_total", "Ended ingestion tasks", ["integration", "status"]);
  const requests = counter("leadline_ingestion_requests_total", "Requests to vendors");
  const records = counter("leadline_ingestion_records_total", "Records read");
  const entities = counter("leadline_ingestion_entities_total", "Entities written");
  const quarantined = counter("leadline_ingestion_quarantined_total", "Records that did not fit their schema");
  const waited = counter("leadline_ingestion_waited_seconds_total", "Time spent waiting for budgets");
  gauge({
    name: "leadline_integrations",
    help: "Integrations by status",
    labelNames: ["status"],
    async collect() {
      this.reset();
      for (const status of ["HEALTHY", "UNKNOWN", "FAILED"]) this.set({ status }, 0);
      for (const { status } of await listIntegrations(workspace)) this.inc({ status });
    },
  });
  gauge({
    name: "leadline_integration_last_success_timestamp_seconds",
    help: "When an integration was last read without a failure",
    labelNames: ["integration"],
    async collect() {
      this.reset();
      for (const { id, lastSuccessAt } of await listIntegrations(workspace))
        if (lastSuccessAt !== null) this.set({ integration: id }, Date.parse(lastSuccessAt) / 1000);
    },
  });
  gauge({
    name: "leadline_facts_build_seconds",
    help: "Duration of the last build of links and facts",
    collect() {
      this.set(facts().state.seconds ?? 0);
    },
  });
  return {
    webhooks: webhookMeasures(registry, workspace),
    taskEnded(task) {
      const labels = { integration: task.integrationId };
      tasks.inc({ ...labels, status: task.status });
      requests.inc(labels, task.requests);
      records.inc(labels, task.records);
      entities.inc(labels, task.entities);
      quarantined.inc(labels, task.quarantined);
      waited.inc(labels, task.waitedSeconds);
    },
    text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function webhookMeasures(registry: Registry, workspace: Workspace): WebhookMeasures {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: ["integration"], registers });
  const received = counter("leadline_webhooks_received_total", "Deliveries kept");
  const duplicates = counter("leadline_webhooks_duplicate_total", "Deliveries that had come before");
  const refused = counter("leadline_webhooks_refused_total", "Deliveries without an accepted signature");
  const ignored = counter("leadline_webhooks_ignored_total", "Deliveries that say nothing that is read");
  const dead = counter("leadline_webhooks_dead_total", "Deliveries that could not be understood or read");
  const lag = new Histogram({
    name: "leadline_webhook_lag_seconds",
    help: "From the arrival of a delivery until what it named was read",
    labelNames: ["integration"],
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 3600],
    registers,
  });
  const waiting: GaugeConfiguration<"integration"> = {
    name: "leadline_webhooks_waiting",
    help: "Deliveries that wait to be read",
    labelNames: ["integration"],
    async collect() {
      this.reset();
      const rows = await workspace.db
        .selectFrom("webhookDelivery")
        .select(["integrationId", (e) => e.fn.countAll<number | string>().as("count")])
        .where("status", "in", ["received", "processing"])
        .groupBy("integrationId")
        .execute();
      for (const { integrationId, count } of rows) this.set({ integration: integrationId }, Number(count));
    },
  };
  registry.registerMetric(new Gauge({ ...waiting, registers: [] }));
  return {
    received: (integration, isNew) => (isNew ? received : duplicates).inc({ integration }),
    refused: (integration) => refused.inc({ integration }),
    ended({ integrationId: integration, receivedAt }, status) {
      if (status === "ignored") ignored.inc({ integration });
      if (status === "dead") dead.inc({ integration });
      if (status === "done")
        lag.observe({ integration }, Math.max(0, Date.parse(workspace.now()) - Date.parse(receivedAt)) / 1000);
    },
  };
}
