import type { FastifyBaseLogger } from "fastify";

import type { Engine } from "../ingest/engine.ts";
import type { WritableWarehouse } from "../warehouse/open.ts";
import type { Workspace } from "../workspace/open.ts";
import type { EventStream } from "./events.ts";
import type { Lease } from "./lease.ts";
import type { FactRefresher } from "./fact-refresher.ts";
import type { Connectors } from "./integration-access.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Scheduler } from "./scheduler.ts";
import type { StuckWatch } from "./stuck-watch.ts";

/** What the services are made of. */
export interface Context {
  readonly workspace: Workspace;
  readonly warehouse: WritableWarehouse;
  readonly connectors: Connectors;
  readonly engine: Engine;
  readonly lease: Lease;
  readonly scheduler: Scheduler;
  readonly reconciler: Reconciler;
  readonly facts: FactRefresher;
  readonly stuckWatch: StuckWatch;
  readonly events: EventStream;
  readonly log: FastifyBaseLogger;
  readonly isDemo: boolean;
  /** Where the vendor delivers to for an integration. */
  readonly hookAddress: (integrationId: string) => string;
  /** Mirrors the workspace into the warehouse; called after every change of what facts need. */
  readonly publish: () => Promise<void>;
  /** Metrics whose facts hold rows of the integration. */
  readonly metricsOf: (integrationId: string) => Promise<{ name: string; label: string }[]>;
}
