import { expect } from "vitest";

import type { Connector, MappedRow, Scope } from "../../../ingest/connector.ts";
import { createEngine, type IngestIntegration } from "../../../ingest/engine.ts";
import { silentLog } from "../../../ingest/log.ts";
import { memoryArchive, memorySink, type MemorySink } from "../../../ingest/testing/memory.ts";
import type { JiraSimulator, JiraSimulatorOptions } from "../../../simulators/index.ts";
import { jira } from "../connector.ts";

export const connector = jira as unknown as Connector<unknown>;

/** Loaded when a test runs: connectors never know the simulators. */
export const startJira = async (options: JiraSimulatorOptions): Promise<JiraSimulator> => {
  const { startJiraSimulator } = await import("../../../simulators/index.ts");
  return startJiraSimulator(options);
};

/** A credential the simulator takes, as people would give it. */
export const accessTo = ({ url, state, credentials, token }: JiraSimulator) =>
  state.flavour === "cloud" ? { url, token, email: credentials.email } : { url, token };

export interface Reader {
  readonly sink: MemorySink;
  readonly integration: IngestIntegration;
  ingest(): Promise<void>;
  close(): Promise<void>;
}

/** An engine with a memory that reads the simulator; again as often as it is told. */
export async function readerOf(
  simulator: JiraSimulator,
  {
    config = {},
    streams,
    kind = "project",
    since = null,
  }: { config?: object; streams?: readonly string[]; kind?: string | null; since?: string | null } = {},
): Promise<Reader> {
  const sink = memorySink();
  const network = { allowedNetworks: [], allowLoopback: true };
  const engine = createEngine({ sink, archive: memoryArchive(), network, log: silentLog });
  const chosen = connector.streams.filter(({ name }) => streams?.includes(name) ?? true);
  const open: IngestIntegration = {
    id: "acme-jira",
    connector: { ...connector, streams: chosen },
    config: connector.config.parse({ ...accessTo(simulator), ...config }),
    scopes: [],
    backfill: { since },
  };
  const scopes: Scope[] = [];
  for await (const scope of engine.listScopes(open)) if (kind === null || scope.kind === kind) scopes.push(scope);
  const integration = { ...open, scopes };
  simulator.clearCalls();
  return {
    sink,
    integration,
    async ingest() {
      const summary = await engine.ingest({ integration });
      expect(summary).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
    },
    close: () => engine.close(),
  };
}

export type TableRow = MappedRow & Record<string, unknown>;
export const rowsOf = (sink: MemorySink, entity: string) =>
  Object.values(sink.table()).filter((row) => row.entity === entity) as unknown as TableRow[];
