import type { CreateTableBuilder, SchemaModule } from "kysely";

export type Columns = Record<string, "text" | "text!" | "integer" | "integer!">;

/** Plain column types that both engines spell alike; `!` refuses NULL. */
export function make(schema: SchemaModule, table: string, columns: Columns, key: readonly string[]): Promise<void> {
  let builder: CreateTableBuilder<string> = schema.createTable(table);
  for (const [name, type] of Object.entries(columns))
    builder = builder.addColumn(name as never, type.replace("!", "") as "text" | "integer", (column) =>
      type.endsWith("!") ? column.notNull() : column,
    ) as never;
  return builder.addPrimaryKeyConstraint(`${table}_key`, key as never).execute();
}
