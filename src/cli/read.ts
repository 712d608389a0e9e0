import type { Command } from "commander";

import { Problem } from "../domain/problem.ts";
import type { Scope } from "../ingest/connector.ts";
import type { Engine, IngestIntegration } from "../ingest/engine.ts";
import { mayReachLoopback, readEnvironment } from "../server/environment.ts";
import { acting, command, repeated, type Shared } from "./command.ts";

interface Options extends Shared {
  readonly set?: string[];
  readonly scope?: string;
  readonly since?: string;
  readonly limit?: string;
}

export function read(program: Command): void {
  command(program, "read <connector> <stream>", "a connector alone: raw records as JSON lines, no database")
    .option("--set <key=value>", "a field of the configuration", repeated)
    .option("--scope <name>", "which scope (not needed for streams of the whole integration)")
    .option("--since <when>", "changed since this day or instant")
    .option("--limit <number>", "stop after so many records")
    .action(
      acting(async (name: string, stream: string, { set = [], scope = "-", since, limit }: Options) => {
        const { connectorNamed } = await import("../connectors/index.ts");
        const { parseConfig } = await import("../server/connector-form.ts");
        const { readInstant } = await import("../server/integration-access.ts");
        const connector = connectorNamed(name);
        const given = Object.fromEntries(
          set.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]),
        );
        const integration: IngestIntegration = {
          id: name,
          connector,
          config: parseConfig(connector, given),
          scopes: [],
          backfill: { since: null },
        };
        const engine = await aloneEngine();
        try {
          const scopes = scope === "-" ? [] : await collect(engine.listScopes(integration));
          const range = since === undefined ? {} : { since: readInstant("--since", since, new Date().toISOString()) };
          let left = limit === undefined ? Infinity : Number(limit);
          for await (const record of engine.read({ ...integration, scopes }, stream, scope, range)) {
            if (left-- <= 0) break;
            process.stdout.write(`${JSON.stringify(record)}\n`);
          }
        } finally {
          await engine.close();
        }
      }),
    );
}

/** An engine that cannot store anything. */
async function aloneEngine(): Promise<Engine> {
  const { createEngine } = await import("../ingest/engine.ts");
  const { createLog } = await import("../server/log.ts");
  const environment = readEnvironment();
  const refuse = () => Promise.reject(new Problem({ code: "read_only", what: "Reading a connector alone stores nothing." }));
  return createEngine({
    sink: { readProgress: refuse, readUnfinished: refuse, write: refuse },
    archive: { put: refuse, get: refuse },
    network: { allowedNetworks: environment.allowedNetworks, allowLoopback: mayReachLoopback(environment, false) },
    log: createLog("error"),
  });
}

async function collect(scopes: AsyncIterable<Scope>): Promise<Scope[]> {
  const found: Scope[] = [];
  for await (const scope of scopes) found.push(scope);
  return found;
}
