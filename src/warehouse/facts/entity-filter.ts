import { describeColumn, toCamel } from "../../domain/table.ts";
import { tableNamed } from "../../domain/tables.ts";
import type { Filter } from "../../domain/filter.ts";
import { filterToSql, type FilterColumn } from "../filter.ts";
import { literal } from "./literal.ts";
import { unknownColumn } from "./problems.ts";

interface Target {
  /** Table whose columns the filter may name. */
  table: string;
  /** Alias of the table in the SELECT. */
  as: string;
  /** Further columns by name. */
  extra?: Readonly<Record<string, FilterColumn>>;
}

const CUSTOM = "custom_fields.";

/** A profile's filter over entity columns as a condition that is never NULL, its values written in as literals. */
export function entityFilter(filter: Filter, { table, as, extra = {} }: Target): string {
  const { all } = tableNamed(table);
  const column = (name: string): FilterColumn => {
    if (extra[name]) return extra[name];
    if (name.startsWith(CUSTOM) && all.customFields)
      return { sql: `(${as}.custom_fields ->> ${literal(name.slice(CUSTOM.length))})`, type: "text" };
    const schema = all[toCamel(name)];
    if (!schema) throw unknownColumn(name, table, Object.keys(all));
    return { sql: `${as}.${name}`, type: describeColumn(schema).type };
  };
  return `coalesce(${filterToSql(filter, { column, bind: literal })}, false)`;
}
