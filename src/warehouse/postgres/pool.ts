import pg from "pg";

import { typeParsers } from "./values.ts";

export const SCHEMA = "warehouse";
/** Queries that may run at once. */
export const READERS = 4;

/** Sessions in UTC on the warehouse's schema; three connections more than readers: for the writer, cancelling and a backup. */
export function createPool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: READERS + 3,
    types: typeParsers,
    options: `-c search_path=${SCHEMA} -c timezone=UTC -c intervalstyle=iso_8601 -c datestyle=ISO`,
  });
  // An idle connection that the server closes is replaced at the next use.
  pool.on("error", () => {});
  return pool;
}
