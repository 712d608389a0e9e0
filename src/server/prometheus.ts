import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type GaugeConfiguration } from "prom-client";

import { findDeletion } from "../workspace/integration-deletions.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import { listIntegrations, type Integration } from "../workspace/integrations.ts";
import type { Context } from "./context.ts";
import { reachOfAll } from "./integration-view.ts";
import { standing } from "./standing.ts";

export interface Measures {
  readonly taskEnded: (task: LiveTask) => void;
  readonly webhooks: WebhookMeasures;
  readonly notificationSettled: (outcome: "sent" | "failed") => void;
  text(): Promise<{ contentType: string; text: string }>;
}

export interface WebhookMeasures {
  received(integrationId: string, isNew: boolean): void;
  refused(integrationId: string): void;
  /** A delivery has come to its end. */
  ended(delivery: { readonly integrationId: string; readonly receivedAt: string }, status: "done" | "ignored" | "dead"): void;
}

const statuses = ["HEALTHY", "UNKNOWN", "FAILED"] as const;

/**
 * What Prometheus may ask for: the process, the integrations, what was read, the last build of facts. Labels are integrations,
 * kinds, states and resource classes, of which there are few; never scopes, streams or tasks.
 */
export function createMeasures(house: () => Context): Measures {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = ["integration"]) =>
    new Counter({ name, help, labelNames, registers });
  const tasks = counter("leadline_ingestion_tasks_total", "Ended ingestion tasks", ["integration", "kind", "status"]);
  const sums = {
    requests: counter("leadline_ingestion_requests_total", "Requests to vendors"),
    retries: counter("leadline_ingestion_retries_total", "Requests that were made again"),
    records: counter("leadline_ingestion_records_total", "Records read"),
    entities: counter("leadline_ingestion_entities_total", "Entities written"),
    quarantined: counter("leadline_ingestion_quarantined_total", "Records that did not fit their schema"),
    waitedSeconds: counter("leadline_ingestion_waited_seconds_total", "Time spent waiting for budgets"),
  };
  const notifications = counter("leadline_notifications_total", "Notifications that were sent or given up", ["outcome"]);
  for (const outcome of ["sent", "failed"]) notifications.inc({ outcome }, 0);
  standGauges(registers, house);
  workGauges(registers, house);
  return {
    webhooks: webhookMeasures(registry, house),
    taskEnded(task) {
      const labels = { integration: task.integrationId };
      tasks.inc({ ...labels, kind: task.kind, status: task.status });
      for (const [name, sum] of Object.entries(sums)) sum.inc(labels, task[name as keyof typeof sums]);
    },
    notificationSettled: (outcome) => notifications.inc({ outcome }),
    text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

type Collected = Omit<GaugeConfiguration<string>, "collect"> & { collect(gauge: Gauge, context: Context): Promise<void> | void };

const gaugesOf =
  (registers: Registry[], house: () => Context) =>
  ({ collect, ...configuration }: Collected) =>
    new Gauge({
      ...configuration,
      registers,
      async collect() {
        this.reset();
        await collect(this, house());
      },
    });

/** How each integration stands. */
function standGauges(registers: Registry[], house: () => Context): void {
  const gauge = gaugesOf(registers, house);
  const one = (name: string, help: string, value: (integration: Integration, now: number) => number | null) =>
    gauge({
      name,
      help,
      labelNames: ["integration"],
      async collect(self, { workspace }) {
        for (const integration of await listIntegrations(workspace)) {
          const found = value(integration, Date.parse(workspace.now()));
          if (found !== null) self.set({ integration: integration.id }, found);
        }
      },
    });
  gauge({
    name: "leadline_integrations",
    help: "Integrations by status",
    labelNames: ["status"],
    async collect(self, { workspace }) {
      for (const status of statuses) self.set({ status }, 0);
      for (const integration of await listIntegrations(workspace))
        self.inc({ status: standing(integration, workspace.now()).status });
    },
  });
  gauge({
    name: "leadline_integration_status",
    help: "1 for the status that an integration has now",
    labelNames: ["integration", "status"],
    async collect(self, { workspace }) {
      for (const integration of await listIntegrations(workspace)) {
        const now = standing(integration, workspace.now()).status;
        for (const status of statuses) self.set({ integration: integration.id, status }, status === now ? 1 : 0);
      }
    },
  });
  one(
    "leadline_integration_last_success_timestamp_seconds",
    "When an integration was last read without a failure",
    (integration) => (integration.lastSuccessAt === null ? null : Date.parse(integration.lastSuccessAt) / 1000),
  );
  one(
    "leadline_integration_credential_expires_timestamp_seconds",
    "When the credential ends, where that is known",
    (integration) => (integration.credentialExpiresAt === null ? null : Date.parse(integration.credentialExpiresAt) / 1000),
  );
  gauge({
    name: "leadline_integration_freshness_seconds",
    help: "Age of the data: time since the instant up to which every stream of every scope was read",
    labelNames: ["integration"],
    async collect(self, context) {
      for (const { id, ageSeconds } of await reachOfAll(context))
        if (ageSeconds !== null) self.set({ integration: id }, ageSeconds);
    },
  });
  gauge({
    name: "leadline_integration_coverage_ratio",
    help: "Share of the history asked for that was read, 0 to 1",
    labelNames: ["integration"],
    async collect(self, context) {
      for (const { id, share } of await reachOfAll(context)) self.set({ integration: id }, share);
    },
  });
}

/** What is being done. */
function workGauges(registers: Registry[], house: () => Context): void {
  const gauge = gaugesOf(registers, house);
  gauge({
    name: "leadline_budget_remaining",
    help: "What the credential may still ask for, by resource class",
    labelNames: ["integration", "class"],
    async collect(self, { workspace, engine }) {
      for (const { id } of await listIntegrations(workspace))
        for (const { class: name, remaining } of engine.budgets(id))
          if (remaining !== null) self.set({ integration: id, class: name }, remaining);
    },
  });
  gauge({
    name: "leadline_stuck_tasks",
    help: "Tasks that neither move nor wait for a budget",
    labelNames: ["integration"],
    async collect(self, { workspace, stuckWatch }) {
      for (const { id } of await listIntegrations(workspace)) self.set({ integration: id }, stuckWatch.stuck(id).length);
    },
  });
  gauge({
    name: "leadline_deletion_progress_ratio",
    help: "Share of the rows of a deleting integration that are gone, 0 to 1",
    labelNames: ["integration"],
    async collect(self, { workspace }) {
      for (const { id, lifecycle } of await listIntegrations(workspace)) {
        const deletion = lifecycle === "deleting" ? await findDeletion(workspace, id) : null;
        if (deletion?.rowsTotal && deletion.rowsLeft !== null)
          self.set({ integration: id }, 1 - deletion.rowsLeft / deletion.rowsTotal);
      }
    },
  });
  gauge({
    name: "leadline_notifications_pending",
    help: "Notifications that wait to be sent",
    async collect(self, { workspace }) {
      const { n } = await workspace.db
        .selectFrom("notification")
        .select((e) => e.fn.countAll<number | string>().as("n"))
        .where("state", "=", "pending")
        .executeTakeFirstOrThrow();
      self.set(Number(n));
    },
  });
  gauge({
    name: "leadline_facts_build_seconds",
    help: "Duration of the last build of links and facts",
    collect: (self, { facts }) => self.set(facts.state.seconds ?? 0),
  });
}

function webhookMeasures(registry: Registry, house: () => Context): WebhookMeasures {
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
      const rows = await house()
        .workspace.db.selectFrom("webhookDelivery")
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
        lag.observe({ integration }, Math.max(0, Date.parse(house().workspace.now()) - Date.parse(receivedAt)) / 1000);
    },
  };
}
