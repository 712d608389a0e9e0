import type { Instant } from "../domain/instant.ts";
import { readSetting, writeSetting } from "../workspace/settings.ts";
import { listIntegrations } from "../workspace/integrations.ts";
import type { House } from "./compose.ts";
import { eraseAll } from "./erase-rows.ts";
import { systemActor } from "./session-service.ts";

/* The demo: the simulated organisation acme on a vendor-faithful fake API, connected like a real one. */

const SEED = 7;
const INTEGRATION = "acme-github";
const PROJECT = "acme";
/** Enough that one can watch data arrive. */
const LATENCY_MS = 60;
const HISTORY_DAYS = 365;
/** The simulated world ends when the demo first started; after so long it begins anew, so that charts end today. */
const WORLD_DAYS = 2;

interface Saved {
  readonly port: number;
  readonly now: Instant;
}
const SAVED = "demo";

/** Starts the simulator, and on the first start the integration, the project and the mapping. Answers how to stop. */
export async function openDemo(house: House): Promise<() => Promise<void>> {
  const { workspace, warehouse } = house.context;
  // oxlint-disable-next-line no-restricted-imports -- simulators are loaded only when somebody asks for them, and only dynamically (test/layers.ts)
  const { startGithubSimulator } = await import("../simulators/index.ts");
  const before = (await readSetting(workspace, SAVED)) as Saved | null;
  const isOld = before !== null && Date.parse(workspace.now()) - Date.parse(before.now) > WORLD_DAYS * 86_400_000;
  if (isOld) await eraseAll(warehouse, INTEGRATION);
  const now = before === null || isOld ? workspace.now() : before.now;
  // What an App gets in an organisation on Enterprise Cloud, so that the demo's history fits into half of an hour's budget.
  const limits = { core: 15_000, graphql: 10_000 };
  const start = (port: number) => startGithubSimulator({ port, now, limits, seed: SEED, size: "demo", latencyMs: LATENCY_MS });
  // Another program may have taken the port of the last time.
  const simulator = await start(before?.port ?? 0).catch(() => start(0));
  try {
    await writeSetting(workspace, SAVED, { port: Number(new URL(simulator.url).port), now } satisfies Saved);
    await connect(house, simulator);
  } catch (error) {
    await simulator.stop();
    throw error;
  }
  return () => simulator.stop();
}

async function connect({ context, services }: House, { url, token }: { url: string; token: string }): Promise<void> {
  const saved = (await listIntegrations(context.workspace)).find((integration) => integration.id === INTEGRATION);
  if (!saved)
    await services.integrations.create(systemActor, {
      connector: "github",
      name: INTEGRATION,
      description: "The simulated organisation of the demo",
      tags: ["demo"],
      config: { url, token },
      backfill: { since: new Date(Date.parse(context.workspace.now()) - HISTORY_DAYS * 86_400_000).toISOString().slice(0, 10) },
      isChecked: false,
    });
  else if (saved.config["url"] !== url)
    await services.integrations.change(systemActor, INTEGRATION, { config: { url, token }, isChecked: false });
  const project = (await services.projects.list()).find(({ key }) => key === PROJECT);
  if (!project)
    await services.projects.create(systemActor, {
      key: PROJECT,
      name: "Acme",
      description: "Everything acme builds",
      integrations: [INTEGRATION],
    });
}
