import { Select } from "@mantine/core";

import classes from "../../../components/charts/chart.module.css";
import { CsvButton } from "../../../components/csv-button.tsx";
import { DataTable, type TableColumn } from "../../../components/data-table.tsx";
import { CellBar } from "../../../components/meter.tsx";
import { Panel } from "../../../components/panel.tsx";
import { Tag } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState, LoadingLines } from "../../../components/states.tsx";
import { type Filter, useCellPanels } from "../../../lib/cell.ts";
import { formatInstant } from "../../../lib/dates.ts";
import { formatCount } from "../../../lib/format.ts";
import { numberOf, type Row, textOf } from "../../../lib/metric-query.ts";
import { rowsQuery } from "../../../lib/queries.ts";
import { rowName } from "../../../lib/row-name.ts";
import { base, cellOf, type Frame } from "../api/frame.ts";
import { checkName, missed, useMisses } from "../api/hygiene-queries.ts";
import type { Insight } from "./insight-page.tsx";
import { ItemLink } from "./item-link.tsx";
import { RowPages, useRowPages } from "./row-pages.tsx";

const metric = "hygiene_issues";

interface Miss {
  name: string;
  weight: number;
  count: number | null;
}

/** How many open items miss each check of the profile. */
export function MissesPanel({ frame }: { frame: Frame }) {
  const { openItems } = useCellPanels();
  const { checks, answers, error, refetch } = useMisses(frame);
  const misses = checks.map(({ name, weight }): Miss => ({
    name,
    weight,
    count: numberOf(answers?.[name]?.answer?.rows[0], metric),
  }));
  const longest = Math.max(1, ...misses.map(({ count }) => count ?? 0));
  const columns: TableColumn<Miss>[] = [
    { id: "check", header: "Check", isPinned: true, cell: ({ name }) => checkName(name), sortBy: ({ name }) => checkName(name) },
    { id: "weight", header: "Weight", align: "right", cell: ({ weight }) => weight, sortBy: ({ weight }) => weight },
    {
      id: "count",
      header: "Open items",
      align: "right",
      width: "44%",
      sortBy: ({ count }) => count,
      cell: ({ name, count }) => (
        <div style={{ display: "grid", gap: 4 }}>
          <button
            type="button"
            className={classes.cellButton}
            style={{ justifySelf: "end" }}
            onClick={() => openItems(cellOf(frame, metric, { filters: [missed(name)] }))}
          >
            {count === null ? "no data" : formatCount(count)}
          </button>
          <CellBar share={(count ?? 0) / longest} />
        </div>
      ),
    },
  ];
  return (
    <Panel
      title="Misses by check"
      lead="Open items that miss each check now; one item can miss several. Checks and weights are set in the profile."
      isFlush
      actions={
        <CsvButton
          name="hygiene-misses"
          header={["check", "weight", "open_items"]}
          rows={() => misses.map(({ name, weight, count }) => [name, weight, count])}
          isDisabled={!answers}
        />
      }
    >
      {error ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : !answers ? (
        <LoadingLines lines={9} height={22} />
      ) : (
        <DataTable
          label="Misses by check"
          rows={misses}
          keyOf={({ name }) => name}
          columns={columns}
          defaultSort={{ column: "count", isDescending: true }}
        />
      )}
    </Panel>
  );
}

/** The items themselves, each with what it misses and the way to the vendor. */
export function MissingItems({ frame, search, onChange }: Pick<Insight, "frame" | "search" | "onChange">) {
  const { checks } = useMisses(frame);
  const { check } = search;
  const filters: Filter[] = [...frame.filters, ["is", "included", [true]], ...(check ? [missed(check)] : [])];
  const pages = useRowPages(rowsQuery({ ...base({ ...frame, filters }, [metric]), limit: 200 }));
  return (
    <Panel
      title="Items with a miss"
      isFlush
      actions={
        <>
          <Select
            size="xs"
            w={210}
            aria-label="Check"
            placeholder="All checks"
            clearable
            data={checks.map(({ name }) => ({ value: name, label: checkName(name) }))}
            value={check ?? null}
            onChange={(value) => onChange({ check: value ?? undefined })}
          />
          <CsvButton
            name="items-with-a-miss"
            header={["item", "url", "status", "assignee", "misses"]}
            rows={() =>
              pages.rows.map((row) => [
                rowName(row),
                textOf(row, "url"),
                textOf(row, "status"),
                textOf(row, "assignee_id_label"),
                missesOf(row).join(" "),
              ])
            }
            isDisabled={pages.rows.length === 0}
          />
        </>
      }
    >
      <RowPages
        pages={pages}
        label="Items with a miss"
        columns={columnsOf(frame)}
        minWidth={860}
        maxHeight={560}
        empty={<EmptyState isCompact title="Nothing is missed" text="Every open item of this choice passes its checks." />}
      />
    </Panel>
  );
}

const missesOf = (row: Row): string[] => (Array.isArray(row["hygiene_misses"]) ? row["hygiene_misses"].map(String) : []);

const columnsOf = (frame: Frame): TableColumn<Row>[] => [
  {
    id: "item",
    header: "Item",
    isPinned: true,
    cell: (row) => <ItemLink frame={frame} metric={metric} row={row} />,
    sortBy: rowName,
  },
  { id: "status", header: "Status", cell: (row) => textOf(row, "status"), sortBy: (row) => textOf(row, "status") },
  {
    id: "assignee",
    header: "Assignee",
    cell: (row) => textOf(row, "assignee_id_label") ?? "nobody",
    sortBy: (row) => textOf(row, "assignee_id_label"),
  },
  {
    id: "created",
    header: "Created",
    cell: (row) => <span style={{ whiteSpace: "nowrap" }}>{formatInstant(String(row["created_at"]))}</span>,
    sortBy: (row) => textOf(row, "created_at"),
  },
  {
    id: "misses",
    header: "Misses",
    sortBy: (row) => missesOf(row).length,
    cell: (row) => (
      <span style={{ display: "flex", flexWrap: "wrap", gap: 4 }}>
        {missesOf(row).map((name) => (
          <Tag key={name} tone="warn">
            {checkName(name)}
          </Tag>
        ))}
      </span>
    ),
  },
];
