import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answered, client, type Schemas } from "../../../lib/api.ts";
import { type Cell, queryOf } from "../../../lib/cell.ts";

export type Explanation = Schemas["Explanation"];
export type FactRow = Schemas["FactRows"]["rows"][number];
export type RowColumn = Schemas["FactRows"]["columns"][number];

export const explanationQuery = (cell: Cell) =>
  queryOptions({
    queryKey: ["explanation", cell],
    queryFn: () =>
      answered(client.POST("/api/v1/explain", { body: { query: queryOf(cell), ...(cell.row ? { row: cell.row } : {}) } })),
    placeholderData: keepPreviousData,
  });

export const cellQuery = (cell: Cell) =>
  queryOptions({
    queryKey: ["answers", "cell", cell],
    queryFn: () => answered(client.POST("/api/v1/query", { body: queryOf(cell) })),
  });

/** An archived page or record is what it is: it never becomes stale. */
export const payloadQuery = (hash: string) =>
  queryOptions({
    queryKey: ["payload", hash],
    queryFn: () => answered(client.GET("/api/v1/archive/{hash}", { params: { path: { hash } } })),
    staleTime: Infinity,
  });
