import type { ColumnType } from "../../domain/column.ts";
import { textLiteral } from "../../warehouse/facts/literal.ts";
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

const AT_ONCE = 200;

/** Inserts rows of one fact, each naming only what the test is about; many in one statement, since some tests bring many. */
export async function insertFacts(warehouse: Writer, fact: FactName, rows: readonly FactRow[]): Promise<void> {
  const { columns } = facts[fact];
  const whole = rows.map((row): FactRow => ({ ...usual(fact), ...row }));
  const names = [...new Set(whole.flatMap((row) => Object.keys(row)))];
  const unknown = names.find((name) => !columns[name]);
  if (unknown) throw new RangeError(`${fact} has no column ${unknown}`);
  const selected = names.map((name) => `cast(v.${name} as ${sqlTypes[columns[name]!.type]})`).join(", ");
  for (let from = 0; from < whole.length; from += AT_ONCE) {
    const tuples = whole
      .slice(from, from + AT_ONCE)
      .map((row) => `(${names.map((name) => literalOf(row[name] ?? null)).join(", ")})`);
    const sql = `insert into ${fact} (${names.join(", ")}) select ${selected} from (values ${tuples.join(",\n")}) as v(${names.join(", ")})`;
    await warehouse.run([{ sql }]);
  }
}

const literalOf = (value: FactRow[string]): string => {
  if (typeof value === "object" && value !== null)
    return `cast(array[${value.map((word) => textLiteral(word)).join(", ")}] as text[])`;
  return typeof value === "string" ? textLiteral(value) : String(value);
};
