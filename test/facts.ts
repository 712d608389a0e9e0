import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildFacts } from "../src/warehouse/facts/build.ts";
import { readProfiles } from "../src/warehouse/facts/profiles.ts";
import { buildLinks } from "../src/warehouse/links/build.ts";
import { buildCalendarDays } from "../src/warehouse/links/calendar-days.ts";
import { openWarehouse } from "../src/warehouse/open.ts";
import { type Entities, insertEntities } from "./entities.ts";
import { createTestDatabase, postgresUrl } from "./postgres.ts";

export type Engine = "duckdb" | "postgres";
export type FactRow = Record<string, unknown> & { id: string; flags: string | null };

/** Accounts `ann` … each linked to a person `person-ann` …, past the link step. */
export const people = (...names: string[]) => ({
  account: names.map((id) => ({ id, kindCategory: "human" as const })),
  person: names.map((id) => ({ id: `person-${id}` })),
  account_person: names.map((id) => ({
    id: `link-${id}`,
    accountId: id,
    personId: `person-${id}`,
    evidenceCategory: "manual" as const,
    confidence: 1,
  })),
});

/** The time of the build: after everything that tests speak of. */
export const buildTime = "2026-12-01T00:00:00Z";

/** Builds one fact from a handful of entity rows, on either engine, in a warehouse of its own. */
export function factTester() {
  const cleanups: (() => Promise<void>)[] = [];
  /**
   * Facts over the rows; `steps`: which link steps run before. Tests of facts bring their own link rows and need only the calendar.
   * `facts`: only these, which is quicker; default all.
   */
  const build = async (
    engine: Engine,
    entities: Entities,
    { steps, facts }: { steps: "calendar" | "links"; facts?: readonly string[] },
  ) => {
    const { warehouse, close } = await emptyWarehouse(engine);
    cleanups.push(close);
    await insertEntities(warehouse, { profile: [{}], ...entities });
    if (steps === "links") await buildLinks(warehouse, { now: buildTime });
    else await buildCalendarDays(warehouse, { now: buildTime, profiles: await readProfiles(warehouse) });
    await buildFacts(warehouse, { now: buildTime, ...(facts ? { facts } : {}) });
    return warehouse;
  };
  return {
    engines: (postgresUrl ? ["duckdb", "postgres"] : ["duckdb"]) as Engine[],
    async rows(engine: Engine, fact: string, entities: Entities): Promise<FactRow[]> {
      const warehouse = await build(engine, entities, { steps: "calendar" });
      const { rows } = await warehouse.query<FactRow>(`select * from ${fact} order by id`);
      return [...rows];
    },
    build,
    close: async () => {
      for (const cleanup of cleanups) await cleanup();
    },
  };
}

export async function emptyWarehouse(engine: Engine) {
  if (engine === "postgres") {
    const database = await createTestDatabase();
    const home = await mkdtemp(join(tmpdir(), "leadline-home-"));
    const warehouse = await openWarehouse({ home, databaseUrl: database.url });
    const close = async () => {
      await warehouse.close();
      await database.drop();
      await rm(home, { recursive: true, force: true });
    };
    return { warehouse, close };
  }
  const home = await mkdtemp(join(tmpdir(), "leadline-home-"));
  const warehouse = await openWarehouse({ home });
  const close = async () => {
    await warehouse.close();
    await rm(home, { recursive: true, force: true });
  };
  return { warehouse, close };
}
