import type { Row, Table } from "./table.ts";
import * as assistants from "./tables/assistants.ts";
import * as code from "./tables/code.ts";
import * as control from "./tables/control.ts";
import * as links from "./tables/links.ts";
import * as operations from "./tables/operations.ts";
import * as people from "./tables/people.ts";
import * as pipelines from "./tables/pipelines.ts";
import * as pullRequests from "./tables/pull-requests.ts";
import * as quality from "./tables/quality.ts";
import * as settings from "./tables/settings.ts";
import * as workItems from "./tables/work-items.ts";

const modules = {
  ...people,
  ...code,
  ...pullRequests,
  ...workItems,
  ...pipelines,
  ...operations,
  ...quality,
  ...assistants,
  ...settings,
  ...links,
  ...control,
};

type Modules = typeof modules;
/** Maps each table's SQL name to its definition. */
export type TablesByName = { [Key in keyof Modules as Modules[Key]["name"]]: Modules[Key] };

/** Every table of the warehouse, in the order of `docs/design/domain.md`. */
export const tables: readonly Table[] = Object.values(modules);

export const tablesByName: ReadonlyMap<string, Table> = new Map(tables.map((table) => [table.name, table]));

export function tableNamed(name: string): Table {
  const found = tablesByName.get(name);
  if (!found) throw new RangeError(`there is no table named ${name}`);
  return found;
}

export type TableName = keyof TablesByName;
/** A whole row of the table with this SQL name. */
export type RowOf<Name extends TableName> = Row<TablesByName[Name]>;
