import { randomBytes } from "node:crypto";

import pg from "pg";
import { inject } from "vitest";

export const postgresUrl = inject("postgresUrl");
/** Why PostgreSQL tests are left out; null when they run. */
export const postgresMissing = inject("postgresMissing");

/** A database of its own on the test server. */
export async function createTestDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  if (!postgresUrl) throw new Error(postgresMissing ?? "no PostgreSQL server");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await onServer(`create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) };
}

async function onServer(sql: string) {
  const client = new pg.Client({ connectionString: postgresUrl! });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
