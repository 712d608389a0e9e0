import { mkdirSync } from "node:fs";
import { join } from "node:path";

import BetterSqlite from "better-sqlite3";
import { CamelCasePlugin, Kysely, PostgresDialect, sql, SqliteDialect, type Transaction } from "kysely";
import { Migrator } from "kysely/migration";
import pg from "pg";

import type { Instant } from "../domain/instant.ts";
import { migrations } from "./migrations.ts";
import { workspaceDamaged } from "./problems.ts";
import type { Database } from "./schema.ts";
import { createSecretBox, type SecretBox } from "./secret-box.ts";
import { loadSecretKey } from "./secret-key.ts";

export type Db = Kysely<Database> | Transaction<Database>;

/** What people set up: one database, the key that seals credentials, and the clock. */
export interface Workspace {
  readonly engine: "sqlite" | "postgres";
  readonly db: Kysely<Database>;
  readonly secrets: SecretBox;
  /** ISO 8601, UTC. */
  readonly now: () => Instant;
  /** Problems that the database finds in itself; empty when it is sound. */
  integrity(): Promise<string[]>;
  close(): Promise<void>;
}

export interface WorkspaceOptions {
  readonly home: string;
  readonly databaseUrl?: string | undefined;
  /** 32 bytes in base64; without it a key file is made in the data folder. */
  readonly secretKey?: string | undefined;
  readonly now?: () => Instant;
}

const workspaceFile = (home: string): string => join(home, "workspace.sqlite");

export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  mkdirSync(options.home, { recursive: true });
  const secrets = createSecretBox(loadSecretKey(options.home, options.secretKey));
  const now = options.now ?? (() => new Date().toISOString());
  const opened = options.databaseUrl ? await openPostgres(options.databaseUrl) : openSqlite(workspaceFile(options.home));
  await migrate(opened.db, opened.engine);
  return { ...opened, secrets, now, close: () => opened.db.destroy() };
}

type Opened = Pick<Workspace, "engine" | "db" | "integrity">;

function openSqlite(file: string): Opened {
  const database = openFile(file);
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database }), plugins: [new CamelCasePlugin()] });
  return {
    engine: "sqlite",
    db,
    integrity: async () => {
      const rows = database.pragma("integrity_check") as { integrity_check: string }[];
      return rows.map((row) => row.integrity_check).filter((line) => line !== "ok");
    },
  };
}

function openFile(file: string): BetterSqlite.Database {
  try {
    const database = new BetterSqlite(file);
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.pragma("foreign_keys = ON");
    database.pragma("busy_timeout = 5000");
    return database;
  } catch (error) {
    throw workspaceDamaged(file, (error as Error).message);
  }
}

async function openPostgres(url: string): Promise<Opened> {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // An idle connection that the server ends is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => {});
  await pool.query("create schema if not exists workspace").catch(async (error: { code?: string }) => {
    // Two processes that start together may both try.
    if (error.code !== "23505" && error.code !== "42P06") {
      await pool.end();
      throw error;
    }
  });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] }).withSchema(
    "workspace",
  );
  return {
    engine: "postgres",
    db,
    integrity: async () => {
      await sql`select 1`.execute(db);
      return [];
    },
  };
}

async function migrate(db: Kysely<Database>, engine: Workspace["engine"]): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: "schema_migration",
    migrationLockTableName: "schema_migration_lock",
    ...(engine === "postgres" ? { migrationTableSchema: "workspace" } : {}),
  });
  const { error } = await migrator.migrateToLatest();
  if (!error) return;
  await db.destroy();
  throw engine === "sqlite" ? workspaceDamaged("workspace.sqlite", (error as Error).message) : error;
}
