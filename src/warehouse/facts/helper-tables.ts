import type { Warehouse } from "../warehouse.ts";
import { helperFiles, helpersOf } from "./files.ts";
import { render, type RenderContext } from "./render.ts";

const indexLine = /^-- index: ([a-z_, ]+)$/m;

/**
 * Runs a build without keeping rows in the order of their sources, which costs DuckDB most of its memory for large inserts.
 * https://duckdb.org/docs/stable/guides/performance/how_to_tune_workloads#the-preserve_insertion_order-option
 */
export async function inAnyOrder<Result>(warehouse: Warehouse, work: () => Promise<Result>): Promise<Result> {
  if (warehouse.engine !== "duckdb") return work();
  await warehouse.run([{ sql: "set preserve_insertion_order = false" }]);
  try {
    return await work();
  } finally {
    await warehouse.run([{ sql: "set preserve_insertion_order = true" }]);
  }
}

/** Helpers as tables of the warehouse while facts or links of one profile are built. */
export class HelperTables {
  readonly #warehouse: Warehouse;
  readonly #context: RenderContext;
  readonly #made = new Set<string>();

  constructor(warehouse: Warehouse, context: RenderContext) {
    this.#warehouse = warehouse;
    this.#context = context;
  }

  /** Makes the helpers that the text names, unless they are there already, and answers the text as SQL. */
  async need(text: string): Promise<string> {
    const sql = render(text, this.#context);
    for (const name of helpersOf(sql, (helper) => render(helper, this.#context)))
      if (!this.#made.has(name)) await this.#make(name, helperFiles.get(name)!);
    return sql;
  }

  /** Makes a table that lasts as long as the helpers do. */
  async create(name: string, text: string): Promise<void> {
    await this.need(text);
    await this.#make(name, text);
  }

  /** Runs statements that may name helpers, in one transaction. */
  async run(statements: readonly { readonly sql: string }[]): Promise<void> {
    for (const { sql } of statements) await this.need(sql);
    await this.#warehouse.run(statements);
  }

  async drop(): Promise<void> {
    await this.#warehouse.run([...this.#made].map((name) => ({ sql: `drop table if exists ${name}` })));
    this.#made.clear();
  }

  async #make(name: string, text: string): Promise<void> {
    const index = this.#warehouse.engine === "postgres" ? indexLine.exec(text)?.[1] : undefined;
    this.#made.add(name);
    await this.#warehouse.run([
      { sql: `drop table if exists ${name}` },
      { sql: `create table ${name} as ${render(text.replace(indexLine, ""), this.#context)}` },
      ...(index ? [{ sql: `create index on ${name} (${index})` }] : []),
      { sql: `analyze ${name}` },
    ]);
  }
}
