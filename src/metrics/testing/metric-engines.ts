import { expect } from "vitest";

import { wholeRow } from "../../../test/entities.ts";
import type { Entities } from "../../../test/entities.ts";
import type { TableName } from "../../domain/tables.ts";
import { createTestWarehouse, engines } from "../../warehouse/testing/engines.ts";
import type { TestWarehouse } from "../../warehouse/testing/engines.ts";
import type { Answer, AnswerRow } from "../answer.ts";
import type { FactName } from "../fact.ts";
import { runQuery } from "../run.ts";
import { createFactTables, emptyFactTables, insertFacts } from "./fact-tables.ts";
import type { FactRow } from "./fact-tables.ts";

type Written = TestWarehouse["warehouse"];

/** Every engine with empty fact tables; `ask` asks all of them and fails unless they answer the same to the last digit. */
export class MetricEngines {
  readonly #opened: TestWarehouse[] = [];
  readonly #touched = new Set<TableName>();

  async open(): Promise<void> {
    for (const { name, missing } of engines) if (!missing) this.#opened.push(await createTestWarehouse(name));
    await this.each(createFactTables);
  }

  async close(): Promise<void> {
    for (const opened of this.#opened) await opened.drop();
  }

  get warehouses(): readonly Written[] {
    return this.#opened.map(({ warehouse }) => warehouse);
  }

  async each(work: (warehouse: Written) => Promise<void>): Promise<void> {
    for (const warehouse of this.warehouses) await work(warehouse);
  }

  async empty(): Promise<void> {
    await this.each(emptyFactTables);
    for (const table of this.#touched) await this.each((warehouse) => warehouse.replaceRows(table, []));
    this.#touched.clear();
  }

  insert(fact: FactName, rows: readonly FactRow[]): Promise<void> {
    const whole = rows.map((row, index) => ({ id: `${fact}-${index}`, ...row }));
    return this.each((warehouse) => insertFacts(warehouse, fact, whole));
  }

  /** Replaces entity and setting rows, whole tables at a time. */
  async given(entities: Entities): Promise<void> {
    for (const [table, rows] of Object.entries(entities) as [TableName, object[]][]) {
      this.#touched.add(table);
      await this.each((warehouse) => warehouse.replaceRows(table, rows.map((row) => wholeRow(table, row)) as never));
    }
  }

  /** The one answer of all engines. */
  async same<Result>(run: (warehouse: Written) => Promise<Result>): Promise<Result> {
    const results: Result[] = [];
    for (const warehouse of this.warehouses) results.push(await run(warehouse));
    for (const result of results) expect(result).toEqual(results[0]);
    return results[0]!;
  }

  ask(input: object, now = "2026-12-31T00:00:00Z"): Promise<Answer> {
    return this.same((warehouse) => runQuery(warehouse, input, { now }));
  }

  /** The values of one metric, in the order of the answer. */
  async values(
    input: { readonly metrics: readonly string[]; readonly [field: string]: unknown },
    now?: string,
  ): Promise<AnswerRow[string][]> {
    const { rows } = await this.ask(input, now);
    return rows.map((row) => row[input.metrics[0]!]!);
  }
}
