import { afterAll, describe, expect, it } from "vitest";

import { facts } from "../src/metrics/facts.ts";
import { factTester } from "./facts.ts";

const tester = factTester();
afterAll(tester.close);

/** What each engine calls the column types that the catalogue speaks of. */
const sqlTypes: Record<string, readonly string[]> = {
  text: ["VARCHAR", "text"],
  "text[]": ["VARCHAR[]", "ARRAY"],
  bigint: ["BIGINT", "bigint"],
  double: ["DOUBLE", "double precision"],
  boolean: ["BOOLEAN", "boolean"],
  date: ["DATE", "date"],
  timestamptz: ["TIMESTAMP WITH TIME ZONE", "timestamp with time zone"],
  json: ["JSON", "jsonb"],
};

describe.each(tester.engines)("fact tables on %s", (engine) => {
  it("have the columns and types that the metrics speak of, in their order", async () => {
    const warehouse = await tester.build(engine, {}, { steps: "calendar" });
    for (const [name, fact] of Object.entries(facts)) {
      const { rows } = await warehouse.query<{ column_name: string; data_type: string }>(
        `select column_name, data_type from information_schema.columns
         where table_name = '${name}' and table_schema = current_schema() order by ordinal_position`,
      );
      expect(
        rows.map(({ column_name }) => column_name),
        name,
      ).toEqual(Object.keys(fact.columns));
      for (const { column_name, data_type } of rows)
        expect(sqlTypes[fact.columns[column_name]!.type], `${name}.${column_name}`).toContain(data_type);
    }
  });
});
