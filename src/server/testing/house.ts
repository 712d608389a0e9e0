import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";

import type { Connector, Scope } from "../../ingest/connector.ts";
import { someThings, startProvider, type Provider } from "../../ingest/testing/provider.ts";
import { thingConnector, type ThingConfig } from "../../ingest/testing/thing-connector.ts";
import { buildApp, type App } from "../app.ts";
import { openHouse, type House, type HouseOptions } from "../compose.ts";
import type { AnyConnector } from "../connector-form.ts";
import { createLog } from "../log.ts";

const LOCAL_TOKEN = "local_test_token";
export const SECRET = "tok_planted_secret_7f3a9c";

/** A house over a temporary folder with a local provider of things, asked by `inject`; every log line is kept. */
export interface TestHouse {
  readonly home: string;
  readonly house: House;
  readonly app: App;
  readonly provider: Provider;
  readonly logged: string[];
  /** As the local command line; answers status, body and headers. */
  ask(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Asked>;
  /** Adds the integration `Things` and answers its id. */
  connect(more?: Record<string, unknown>): Promise<string>;
  /** Runs the integration and waits for the end; answers the run. */
  ingest(id: string, body?: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

interface Asked {
  readonly status: number;
  // The tests look into answers of many shapes.
  // eslint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

export interface TestHouseOptions {
  readonly isDemo?: boolean;
  readonly databaseUrl?: string;
  readonly secretKey?: string;
  readonly leaseMs?: number;
  readonly connector?: Connector<ThingConfig>;
  readonly isStarted?: boolean;
  readonly home?: string;
  readonly webRoot?: string;
  readonly watching?: HouseOptions["watching"];
  readonly environment?: Partial<HouseOptions["environment"]>;
  /** One that outlives the house; the caller closes it. */
  readonly provider?: Provider;
}

/** The list of connectors forgets what each one is configured by. */
const asAny = (connector: Connector<ThingConfig>): AnyConnector => connector;

const scopesOf = (provider: Provider): Scope[] =>
  [...provider.things.keys()].map((id) => ({ id, name: `acme/${id}`, kind: "repository", isArchived: id === "old" }));

export async function openTestHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "leadline-server-")));
  const provider = options.provider ?? (await startProvider({ a: someThings(25), b: someThings(12, { firstId: 101 }), old: [] }));
  const logged: string[] = [];
  const log = createLog("debug", { write: (line: string) => logged.push(line) } as unknown as NodeJS.WritableStream);
  const connector =
    options.connector ??
    thingConnector("descending", {
      async *scopes({ api }) {
        await api.get("/me");
        yield* scopesOf(provider);
      },
    });
  const house = await openHouse({
    environment: {
      home,
      databaseUrl: options.databaseUrl,
      secretKey: options.secretKey,
      allowedNetworks: ["127.0.0.0/8"],
      ...options.environment,
    },
    isDemo: options.isDemo ?? false,
    log,
    localToken: LOCAL_TOKEN,
    connectors: [asAny(connector)],
    ...(options.watching ? { watching: options.watching } : {}),
    ...(options.leaseMs ? { leaseMs: options.leaseMs } : {}),
  });
  const app = await buildApp(house.services, {
    webRoot: options.webRoot ?? null,
    hosts: ["leadline.example.com"],
    isSecure: false,
    logger: log,
  });
  if (options.isStarted) await house.start();

  const ask: TestHouse["ask"] = async (method, url, body, headers = {}) => {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${LOCAL_TOKEN}`, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const isJson = String(answer.headers["content-type"]).includes("json");
    return { status: answer.statusCode, body: isJson ? answer.json() : null, headers: answer.headers, text: answer.payload };
  };
  return {
    home,
    house,
    app,
    provider,
    logged,
    ask,
    async connect(more = {}) {
      const { body } = await ask("POST", "/api/v1/integrations", {
        connector: connector.name,
        name: "Things",
        config: { url: provider.url, token: SECRET },
        ...more,
      });
      if (!body.id) throw new Error(JSON.stringify(body));
      return body.id as string;
    },
    async ingest(id, body = {}) {
      const started = await ask("POST", `/api/v1/integrations/${id}/ingest`, body);
      if (started.status !== 202) throw new Error(started.text);
      for (;;) {
        const { body: run } = await ask("GET", `/api/v1/integrations/${id}/ingest`);
        if (run.finishedAt !== null) return run;
        await after(20);
      }
    },
    async close() {
      await app.close();
      await house.close();
      if (!options.provider) await provider.close();
      if (!options.home) await rm(home, { recursive: true, force: true });
    },
  };
}
