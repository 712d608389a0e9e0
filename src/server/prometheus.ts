import { collectDefaultMetrics, Counter, Gauge, Registry, type GaugeConfiguration } from "prom-client";

import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import { listIntegrations } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import type { FactRefresher } from "./fact-refresher.ts";

export interface Measures {
  readonly taskEnded: (task: LiveTask) => void;
  text(): Promise<{ contentType: string; text: string }>;
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
