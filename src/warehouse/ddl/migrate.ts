import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

import type { Engine, Transaction } from "../engine.ts";
import { problems } from "../problems.ts";
import type { EngineName } from "./schema.ts";

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** The numbered migrations of one engine, `0001-….sql`, in order. */
export function readMigrations(engine: EngineName): Migration[] {
  const folder = new URL(`${engine}/`, import.meta.url);
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, folder), "utf8");
      return { number: Number(file.slice(0, 4)), name: file, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

/** Brings an open warehouse to the newest migration, in one transaction. A changed or unknown migration is refused. */
export async function migrate(engine: Engine, migrations = readMigrations(engine.name)): Promise<void> {
  await engine.transaction(async (tx) => {
    await tx.serialize("migrate");
    const applied = await readApplied(tx);
    const newest = migrations.at(-1)?.number ?? 0;
    for (const { number } of applied) if (number > newest) throw problems.newerWarehouse(number, newest);
    for (const migration of migrations) {
      const stored = applied.find(({ number }) => number === migration.number);
      if (!stored) await apply(tx, migration);
      else if (stored.checksum !== migration.checksum) throw problems.migrationChanged(migration.name);
    }
  });
}

async function apply(tx: Transaction, { number, name, sql, checksum }: Migration) {
  for (const statement of statementsOf(sql)) await tx.run(statement);
  await tx.run("insert into schema_migration (number, name, checksum, applied_at) values ($1, $2, $3, now())", [
    number,
    name,
    checksum,
  ]);
}

/** Statements of a migration: each ends with `;` at the end of a line. */
const statementsOf = (sql: string) =>
  sql
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter(Boolean);

async function readApplied(tx: Transaction): Promise<{ number: number; checksum: string }[]> {
  const [found] = await tx.query(
    "select count(*) as n from information_schema.tables where table_name = 'schema_migration' and table_schema = current_schema()",
  );
  if (found?.["n"] === 0) return [];
  return (await tx.query("select number, checksum from schema_migration order by number")) as never;
}
