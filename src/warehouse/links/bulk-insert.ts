import { describeColumn, toSnake } from "../../domain/table.ts";
import { tableNamed, type RowOf, type TableName } from "../../domain/tables.ts";
import type { Instant } from "../../domain/instant.ts";
import { instantLiteral } from "../facts/literal.ts";
import type { Warehouse } from "../warehouse.ts";

const sqlTypes = {
  bigint: "bigint",
  double: "double precision",
  boolean: "boolean",
  timestamptz: "timestamptz",
  text: "text",
} as const;
const ROWS = 20_000;
/** Stands for NULL in the text arrays that carry the values: no id or word of ours holds this character. */
const NULL = "\u0001";

/** Rows of an L table, too many to hold at once: inserted in portions, each one transaction. */
export class BulkInsert<Name extends "deployment_lineage"> {
  readonly #warehouse: Warehouse;
  readonly #sql: string;
  readonly #columns: readonly string[];
  #values: string[][];
  #count = 0;

  constructor(warehouse: Warehouse, table: Name, now: Instant) {
    this.#warehouse = warehouse;
    const columns = Object.entries(tableNamed(table as TableName).columns);
    this.#columns = ["nativeId", ...columns.map(([name]) => name)];
    const typed = columns.map(
      ([name, schema]) => `cast(nullif(v.${toSnake(name)}, '${NULL}') as ${sqlTypes[describeColumn(schema).type as "text"]})`,
    );
    const lists = this.#columns.map((name, at) => `unnest(cast($${at + 1} as text[])) as ${toSnake(name)}`);
    this.#sql = `insert into ${table} (id, integration_id, native_id, ingested_at, ${columns.map(([name]) => toSnake(name)).join(", ")})
select 'leadline:${table}:leadline:' || v.native_id, 'leadline', v.native_id, ${instantLiteral(now)}, ${typed.join(", ")}
from (select ${lists.join(", ")}) as v`;
    this.#values = this.#columns.map(() => []);
  }

  async add(row: Omit<RowOf<Name>, "id" | "integrationId" | "ingestedAt">): Promise<void> {
    for (const [at, column] of this.#columns.entries()) {
      const value = (row as Record<string, unknown>)[column];
      this.#values[at]!.push(value === null || value === undefined ? NULL : String(value));
    }
    this.#count += 1;
    if (this.#count >= ROWS) await this.flush();
  }

  async flush(): Promise<void> {
    if (!this.#count) return;
    await this.#warehouse.run([{ sql: this.#sql, values: this.#values }]);
    this.#values = this.#columns.map(() => []);
    this.#count = 0;
  }
}
