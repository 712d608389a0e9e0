import { z } from "zod";

import { orNull, text, timestamp } from "./column.ts";

/** E: written by mappers. S: written by people. L: computed from E and S, rebuildable. C: written by the engine. */
export type TableKind = "E" | "S" | "L" | "C";

export type Columns = Record<string, z.ZodType>;

export interface Table<Own extends Columns = Columns, Name extends string = string, Kind extends TableKind = TableKind> {
  /** Singular snake_case; the SQL name and the `<entity>` part of ids. */
  readonly name: Name;
  readonly kind: Kind;
  /** The recipe of the native key in words; for control tables, what is unique. */
  readonly key: string;
  /** Columns of this table alone, camelCase in code and snake_case in SQL. */
  readonly columns: Own;
  /** Every column with the common ones first, where the kind carries them. */
  readonly all: Columns;
}

/** The columns that every E, S and L table carries first. */
export const commonColumns = {
  /** `<connector>:<entity>:<integration>:<native key>`, unique in the table. */
  id: text,
  /** The integration the row came from; `leadline` for S and L rows. */
  integrationId: text,
  nativeId: text,
  url: orNull(text),
  /** The provider's own last-change time. */
  sourceUpdatedAt: orNull(timestamp),
  /** When the record behind this version was fetched, so that a rebuild gives the same value. */
  ingestedAt: timestamp,
  /** Tombstone: such rows take part in no fact. */
  deletedAt: orNull(timestamp),
  /** SHA-256 of the archived record that last changed the row. */
  rawHash: orNull(text),
};

export type CommonRow = z.input<z.ZodObject<typeof commonColumns>>;

/** A whole row of a table as code sees it: camelCase, instants as ISO text, missing as null or left out. */
export type Row<T extends Table> = z.input<z.ZodObject<T["columns"]>> & (T["kind"] extends "C" ? unknown : CommonRow);

export function table<const Own extends Columns, const Name extends string, const Kind extends TableKind>(definition: {
  name: Name;
  kind: Kind;
  key: string;
  columns: Own;
}): Table<Own, Name, Kind> {
  const common: Columns = definition.kind === "C" ? {} : commonColumns;
  return { ...definition, all: { ...common, ...definition.columns } };
}

/** `mergedAt` → `merged_at`. The only place where code names become SQL names. */
export const toSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `merged_at` → `mergedAt`. */
export const toCamel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The column type that the DDL of both engines is derived from, and whether NULL is refused. */
export function describeColumn(schema: z.ZodType): { type: NonNullable<z.core.GlobalMeta["column"]>; required: boolean } {
  let inner: z.ZodType = schema;
  let required = true;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) {
    required = false;
    inner = inner.unwrap() as z.ZodType;
  }
  const type = inner.meta()?.column;
  if (!type) throw new TypeError("a column schema must come from domain/column.ts, which names its SQL type");
  return { type, required };
}
