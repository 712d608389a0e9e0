import type { ColumnType } from "../../domain/column.ts";
import type { Table } from "../../domain/table.ts";
import { columnsOf, columnNamed, quote } from "../engine.ts";
import { internalTables, schemaTables } from "../internal-tables.ts";

export type EngineName = "duckdb" | "postgres";

/** How each engine spells the column types (`docs/design/domain.md` §1.2). */
export const sqlTypes: Record<EngineName, Record<ColumnType, string>> = {
  duckdb: {
    text: "VARCHAR",
    "text[]": "VARCHAR[]",
    bigint: "BIGINT",
    double: "DOUBLE",
    boolean: "BOOLEAN",
    date: "DATE",
    timestamptz: "TIMESTAMPTZ",
    json: "JSON",
  },
  postgres: {
    text: "text",
    "text[]": "text[]",
    bigint: "bigint",
    double: "double precision",
    boolean: "boolean",
    date: "date",
    timestamptz: "timestamptz",
    json: "jsonb",
  },
};

/** What is unique in the control tables; the other tables are unique by `id`. Columns that may be NULL cannot be in a key. */
const controlKeys: Record<string, readonly string[]> = {
  progress: ["integrationId", "scopeId", "stream"],
  unfinished_record: ["integrationId", "scopeId", "stream", "nativeKey"],
  raw_page: ["id"],
  raw_record: ["integrationId", "scopeId", "stream", "nativeKey", "hash"],
  ingestion_task: ["id"],
  quarantined_record: ["integrationId", "scopeId", "stream", "hash"],
  missing_record: ["entity", "entityId"],
  source_count: ["integrationId", "scopeId", "entity", "countedAt"],
  fact_build: ["fact", "profileId"],
  schema_migration: ["number"],
};

/** References to parents by which fact builds and whole sets find children. */
const parents =
  /^(?:pullRequestId|issueId|pipelineRunId|pipelineId|deploymentId|incidentId|repositoryId|accountGroupId|accountId|personId|teamId|artifactId|sprintId|qualityProjectId|commitId)$/;

function indexesOf(table: Table): string[][] {
  if (internalTables.includes(table)) return [["id"]];
  if (table.kind === "C") return table.name === "raw_record" ? [["hash"]] : [];
  const own = columnsOf(table).map((column) => column.name);
  return [["integrationId"], ...own.filter((name) => parents.test(name)).map((name) => [name])];
}

function createTable(engine: EngineName, table: Table): string {
  const lines = columnsOf(table).map(
    (column) => `  ${column.sql} ${sqlTypes[engine][column.type]}${column.required ? " NOT NULL" : ""}`,
  );
  const key = table.kind === "C" ? controlKeys[table.name] : ["id"];
  if (engine === "postgres" && key) lines.push(`  PRIMARY KEY (${columnList(table, key)})`);
  return `CREATE TABLE ${quote(table.name)} (\n${lines.join(",\n")}\n);\n`;
}

const columnList = (table: Table, names: readonly string[]) => names.map((name) => columnNamed(table, name).sql).join(", ");

/** PostgreSQL only: DuckDB has neither keys nor indexes (they make its writes many times slower). */
function createIndexes(table: Table): string {
  return indexesOf(table)
    .map((names) => `CREATE INDEX ON ${quote(table.name)} (${columnList(table, names)});\n`)
    .join("");
}

/** The whole schema of one engine as SQL, as the table definitions of `src/domain` say it; tables by name. */
export function schemaSql(engine: EngineName): string {
  return schemaTables
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((table) => createTable(engine, table) + (engine === "postgres" ? createIndexes(table) : ""))
    .join("\n");
}
