import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { DataTable, MoreRows, type TableColumn } from "../../../components/data-table.tsx";
import { ErrorState, LoadingLines } from "../../../components/states.tsx";
import type { Row } from "../../../lib/metric-query.ts";
import type { rowsQuery } from "../../../lib/queries.ts";

export const useRowPages = (query: ReturnType<typeof rowsQuery>) => {
  const pages = useInfiniteQuery(query);
  return { ...pages, rows: pages.data?.pages.flatMap((page) => page.rows) ?? [] };
};

interface RowPagesProps {
  pages: ReturnType<typeof useRowPages>;
  label: string;
  columns: readonly TableColumn<Row>[];
  minWidth: number;
  maxHeight: number;
  empty: ReactNode;
}

/** Fact rows page by page, from the first wait to the last page. */
export function RowPages({ pages, label, columns, minWidth, maxHeight, empty }: RowPagesProps) {
  if (pages.error) return <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />;
  if (!pages.data) return <LoadingLines lines={8} />;
  return (
    <>
      <DataTable
        label={label}
        columns={columns}
        rows={pages.rows}
        keyOf={(row) => String(row["id"])}
        minWidth={minWidth}
        maxHeight={maxHeight}
        empty={empty}
      />
      <MoreRows
        shown={pages.rows.length}
        hasMore={pages.hasNextPage}
        isLoading={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
        noun={pages.rows.length === 1 ? "item" : "items"}
      />
    </>
  );
}
