import type { ColumnType } from "../../domain/column.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import type { FactName } from "../fact.ts";
import { facts } from "../facts.ts";

/* Fact tables made from the fact records, filled by hand: metrics are tested without the fact build. */

const sqlTypes: Record<ColumnType, string> = {
  text: "text",
  "text[]": "text[]",
  bigint: "bigint",
  double: "double precision",
  boolean: "boolean",
  date: "date",
  timestamptz: "timestamptz",
  json: "json",
};

export type FactRow = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

type Writer = Pick<Warehouse, "run">;

export async function createFactTables(warehouse: Writer): Promise<void> {
  const statements = Object.values(facts).map(({ name, columns }) => {
    const list = Object.entries(columns).map(([column, { type }]) => `${column} ${sqlTypes[type]}`);
    return { sql: `create table ${name} (${list.join(", ")})` };
  });
  const factTeam = "create table fact_team (fact text, profile_id text, row_id text, team_id text, basis text)";
  await warehouse.run([...statements, { sql: factTeam }]);
}

export async function emptyFactTables(warehouse: Writer): Promise<void> {
  await warehouse.run([...Object.keys(facts), "fact_team"].map((table) => ({ sql: `delete from ${table}` })));
}

const usuallyTrue = new Set(["is_eligible", "is_counted", "is_first", "is_production", "is_success", "is_finished", "is_final"]);
let count = 0;

/** What most rows are: eligible, counted, of the default profile. */
function usual(fact: FactName): FactRow {
  count += 1;
  const { columns } = facts[fact];
  const row: Record<string, boolean | string | number | null> = {
    id: `row-${count}`,
    profile_id: "default",
    integration_id: "acme-git",
  };
  for (const [name, { type }] of Object.entries(columns)) if (type === "boolean") row[name] = usuallyTrue.has(name);
  return row;
}

/** Inserts rows of one fact, each naming only what the test is about. */
export async function insertFacts(warehouse: Writer, fact: FactName, rows: readonly FactRow[]): Promise<void> {
  const { columns } = facts[fact];
  const statements = rows.map((given) => {
    const row = { ...usual(fact), ...given };
    const names = Object.keys(row);
    const unknown = names.find((name) => !columns[name]);
    if (unknown) throw new RangeError(`${fact} has no column ${unknown}`);
    const values = names.map((name, index) => `cast($${index + 1} as ${sqlTypes[columns[name]!.type]})`);
    return { sql: `insert into ${fact} (${names.join(", ")}) values (${values.join(", ")})`, values: Object.values(row) };
  });
  await warehouse.run(statements);
}
