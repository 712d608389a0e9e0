import type { FastifyBaseLogger } from "fastify";

import type { Engine } from "../ingest/engine.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { Workspace } from "../workspace/open.ts";
import type { EventStream } from "./events.ts";
import type { FactRefresher } from "./fact-refresher.ts";
import type { Connectors } from "./integration-access.ts";
import type { Scheduler } from "./scheduler.ts";
import type { StuckWatch } from "./stuck-watch.ts";

/** What the services are made of. */
export interface Context {
  readonly workspace: Workspace;
  readonly warehouse: Warehouse;
  readonly connectors: Connectors;
  readonly engine: Engine;
  readonly scheduler: Scheduler;
  readonly facts: FactRefresher;
  readonly stuckWatch: StuckWatch;
  readonly events: EventStream;
  readonly log: FastifyBaseLogger;
  readonly isDemo: boolean;
  /** Mirrors the workspace into the warehouse; called after every change of what facts need. */
  readonly publish: () => Promise<void>;
  /** Metrics whose facts hold rows of the integration. */
  readonly metricsOf: (integrationId: string) => Promise<{ name: string; label: string }[]>;
}
