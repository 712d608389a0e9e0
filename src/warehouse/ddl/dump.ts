import { writeFileSync } from "node:fs";

import { schemaSql } from "./schema.ts";

/*
 * `node src/warehouse/ddl/dump.ts` writes `schema.sql` of both engines from the table definitions, so that a review shows the resulting
 * schema. `--first` also writes the first migration, which is allowed only until the first release.
 */
const first = process.argv.includes("--first");
for (const engine of ["duckdb", "postgres"] as const) {
  const sql = schemaSql(engine);
  writeFileSync(new URL(`${engine}/schema.sql`, import.meta.url), sql);
  if (first) writeFileSync(new URL(`${engine}/0001-domain-tables.sql`, import.meta.url), sql);
}
