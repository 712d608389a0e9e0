import { Button, Drawer, SegmentedControl, Switch } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconDownload, IconZoomQuestion } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { DataTable, MoreRows } from "../../../components/data-table.tsx";
import { EmptyState, ErrorState, LoadingLines } from "../../../components/states.tsx";
import { type Cell, queryOf, useCellPanels } from "../../../lib/cell.ts";
import { formatCount } from "../../../lib/format.ts";
import { rowsQuery } from "../../../lib/queries.ts";
import { CellTitle, useCellMetric } from "./cell-title.tsx";
import classes from "./explain.module.css";
import { type Part, rowColumns } from "./row-columns.tsx";

/** The items behind a number: those that counted, those left out and why. */
export function ItemsDrawer({ cell, onClose }: { cell: Cell; onClose: () => void }) {
  const metric = useCellMetric(cell);
  const isSmall = useMediaQuery("(max-width: 62em)");
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={isSmall ? "100%" : 1040}
      title={metric ? `${metric.label}: items` : "Items"}
      closeButtonProps={{ "aria-label": "Close" }}
      styles={{ title: { fontWeight: 640, fontSize: "1rem" } }}
    >
      <CellTitle cell={cell} />
      <Items cell={cell} />
    </Drawer>
  );
}

function Items({ cell }: { cell: Cell }) {
  const [part, setPart] = useState<Part>("included");
  const [isWhole, setWhole] = useState(false);
  const rows = useInfiniteQuery(rowsQuery({ ...queryOf(cell), limit: 200 }));
  const { openExplain } = useCellPanels();
  const all = rows.data?.pages.flatMap((page) => page.rows) ?? [];
  const included = all.filter((row) => row["included"] === true);
  const left = all.filter((row) => row["included"] !== true);
  const shown = { included, left, all }[part];
  const count = (list: readonly unknown[]) => `${formatCount(list.length)}${rows.hasNextPage ? "+" : ""}`;
  if (rows.error && !rows.data) return <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />;
  if (!rows.data) return <LoadingLines lines={10} height={26} />;
  return (
    <>
      <div className={classes.bar}>
        <SegmentedControl
          size="xs"
          aria-label="Which items"
          value={part}
          onChange={(value) => setPart(value)}
          data={[
            { value: "included", label: `Counted (${count(included)})` },
            { value: "left", label: `Left out (${count(left)})` },
            { value: "all", label: `All (${count(all)})` },
          ]}
        />
        <Switch size="xs" label="All columns" checked={isWhole} onChange={(event) => setWhole(event.currentTarget.checked)} />
        <span style={{ flex: 1 }} />
        <Button
          component="a"
          href={csvAddress(cell)}
          download
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          CSV of all items
        </Button>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconZoomQuestion size={15} aria-hidden />}
          onClick={() => openExplain(cell)}
        >
          Explain this number
        </Button>
      </div>
      <div className={classes.table}>
        <DataTable
          label="Items"
          columns={rowColumns({
            columns: rows.data.pages[0]?.columns ?? [],
            rows: all,
            part,
            isWhole,
            onRow: (row) => openExplain({ ...cell, row }),
          })}
          rows={shown}
          keyOf={(row) => String(row["id"])}
          maxHeight="calc(100dvh - 270px)"
          minWidth={isWhole ? 3200 : 760}
          empty={
            <EmptyState
              isCompact
              title={part === "left" ? "Nothing was left out" : "No items"}
              text={part === "left" ? "Every row of this range and these filters counted." : undefined}
            />
          }
        />
        <MoreRows
          shown={shown.length}
          hasMore={rows.hasNextPage}
          isLoading={rows.isFetchingNextPage}
          onMore={() => void rows.fetchNextPage()}
          noun={shown.length === 1 ? "item" : "items"}
        />
      </div>
    </>
  );
}

/** The server writes the whole list, not only the pages that were loaded. */
const csvAddress = (cell: Cell) =>
  `/api/v1/query.csv?${new URLSearchParams({ query: JSON.stringify({ ...queryOf(cell), rows: true }), name: `${cell.metric.replaceAll("_", "-")}-items` })}`;
