import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBResult,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  LIST,
  SQLNULL,
  TIMESTAMPTZ,
  VARCHAR,
} from "@duckdb/node-api";

import type { ColumnType } from "../../domain/column.ts";
import { fromMicros } from "../../domain/instant.ts";
import type { Table } from "../../domain/table.ts";
import { type Column, type StoredRow } from "../engine.ts";
import { storable } from "../stored-row.ts";
import type { SqlValue } from "../warehouse.ts";

/* Values between JavaScript and DuckDB, in the one form that both engines share (`QueryResult`). */

/** The most rows that a data chunk can hold. */
export const chunkRows = 2048;

const duckTypes: Record<ColumnType, DuckDBType> = {
  text: VARCHAR,
  "text[]": LIST(VARCHAR),
  bigint: BIGINT,
  double: DOUBLE,
  boolean: BOOLEAN,
  date: DATE,
  timestamptz: TIMESTAMPTZ,
  json: VARCHAR,
};

/** Chunks by their column types, used again and again: the native memory of a dropped chunk lives on until it is garbage-collected. */
const chunks = new Map<string, DuckDBDataChunk>();

function emptyChunk(types: readonly ColumnType[], rowCount: number): DuckDBDataChunk {
  const key = types.join();
  let chunk = chunks.get(key);
  if (!chunk) chunks.set(key, (chunk = DuckDBDataChunk.create(types.map((type) => duckTypes[type]))));
  chunk.reset();
  chunk.rowCount = rowCount;
  return chunk;
}

/** At most `chunkRows` rows as a chunk, column by column. The chunk is valid until the next call. */
export function toChunk(table: Table, columns: readonly Column[], rows: readonly StoredRow[]): DuckDBDataChunk {
  const chunk = emptyChunk(
    columns.map((column) => column.type),
    rows.length,
  );
  for (const [index, column] of columns.entries()) {
    const wrap = wrappers[column.type];
    const vector = chunk.getColumnVector(index);
    for (let at = 0; at < rows.length; at++) {
      const value = storable(table, column, rows[at]!);
      vector.setItem(at, value === null ? null : wrap(value));
    }
    vector.flush();
  }
  return chunk;
}

/** One column of texts as a chunk, valid until the next call. */
export function toTextChunk(values: readonly string[]): DuckDBDataChunk {
  const chunk = emptyChunk(["text"], values.length);
  chunk.setColumnValues(0, values);
  return chunk;
}

const asIs = (value: unknown) => value as DuckDBValue;

const wrappers: Record<ColumnType, (value: unknown) => DuckDBValue> = {
  text: asIs,
  "text[]": (value) => new DuckDBListValue(value as string[]),
  bigint: (value) => BigInt(value as number),
  double: asIs,
  boolean: asIs,
  date: (value) => new DuckDBDateValue(Math.round(Date.parse(value as string) / 86_400_000)),
  timestamptz: (value) => new DuckDBTimestampTZValue(value as bigint),
  json: asIs,
};

/** A bound parameter and its type. */
export function toParameter(value: SqlValue): { value: DuckDBValue; type: DuckDBType } {
  if (value === null) return { value: null, type: SQLNULL };
  if (typeof value === "string") return { value, type: VARCHAR };
  if (typeof value === "boolean") return { value, type: BOOLEAN };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { value: BigInt(value), type: BIGINT } : { value, type: DOUBLE };
  return { value: new DuckDBListValue([...value]), type: LIST(VARCHAR) };
}

/** A whole result: its columns, and its rows as objects with the given names. */
export async function readResult(result: DuckDBResult, rename?: readonly string[]) {
  const types = result.columnTypes();
  const names = rename ?? result.columnNames();
  const readers = types.map(readerOf);
  const rows: Record<string, unknown>[] = [];
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const start = rows.length;
    for (let row = 0; row < chunk.rowCount; row++) rows.push({});
    for (let index = 0; index < readers.length; index++) {
      const read = readers[index]!;
      const name = names[index]!;
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < chunk.rowCount; row++) {
        const value = vector.getItem(row);
        rows[start + row]![name] = value === null ? null : read(value);
      }
    }
  }
  return { columns: types.map((type, index) => ({ name: names[index]!, type: typeName(type) })), rows };
}

type Reader = (value: DuckDBValue) => unknown;

const toNumber: Reader = (value) => Number(value);

function readerOf(type: DuckDBType): Reader {
  if (type.alias === "JSON") return (value) => JSON.parse(value as string);
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
      return toNumber;
    case DuckDBTypeId.DECIMAL:
      return (value) => Number(String(value));
    case DuckDBTypeId.TIMESTAMP_TZ:
      return (value) => fromMicros((value as DuckDBTimestampTZValue).micros);
    case DuckDBTypeId.TIMESTAMP:
      return (value) => fromMicros((value as DuckDBTimestampValue).micros).slice(0, -1);
    case DuckDBTypeId.INTERVAL:
      return (value) => intervalText(value as DuckDBIntervalValue);
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY: {
      const read = readerOf((type as { valueType: DuckDBType } & DuckDBType).valueType);
      return (value) => (value as DuckDBListValue).items.map((item) => (item === null ? null : read(item)));
    }
    case DuckDBTypeId.STRUCT: {
      const { entryNames, entryTypes } = type as unknown as { entryNames: string[]; entryTypes: DuckDBType[] };
      const readers = entryTypes.map(readerOf);
      return (value) => {
        const { entries } = value as DuckDBStructValue;
        return Object.fromEntries(
          entryNames.map((name, index) => [name, entries[name] == null ? null : readers[index]!(entries[name])]),
        );
      };
    }
    case DuckDBTypeId.BOOLEAN:
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
    case DuckDBTypeId.VARCHAR:
      return (value) => value;
    default:
      return String;
  }
}

/** ISO 8601 duration, as PostgreSQL's `iso_8601` style writes it: `P1DT2H`. */
function intervalText({ months, days, micros }: DuckDBIntervalValue): string {
  const whole = (value: number, unit: string) => (value ? `${value}${unit}` : "");
  const date = whole(Math.trunc(months / 12), "Y") + whole(months % 12, "M") + whole(days, "D");
  const seconds = Number(micros) / 1e6;
  const hours = Math.trunc(seconds / 3600);
  const minutes = Math.trunc((seconds % 3600) / 60);
  const time = whole(hours, "H") + whole(minutes, "M") + whole(Number((seconds % 60).toFixed(6)), "S");
  return date || time ? `P${date}${time ? `T${time}` : ""}` : "PT0S";
}

/** The type's name as `domain.md` §1.2 spells it where it has one. */
function typeName(type: DuckDBType): string {
  if (type.alias === "JSON") return "json";
  switch (type.typeId) {
    case DuckDBTypeId.VARCHAR:
      return "text";
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.UHUGEINT:
    case DuckDBTypeId.UINTEGER:
      return "bigint";
    case DuckDBTypeId.DOUBLE:
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DECIMAL:
      return "double";
    case DuckDBTypeId.TIMESTAMP_TZ:
      return "timestamptz";
    case DuckDBTypeId.LIST:
      return `${typeName((type as unknown as { valueType: DuckDBType }).valueType)}[]`;
    default:
      return String(type).toLowerCase();
  }
}
