import { SegmentedControl } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { formatValue } from "../../lib/format.ts";
import { CsvButton, type CsvButtonProps } from "../csv-button.tsx";
import { DataTable, type TableColumn } from "../data-table.tsx";
import { Panel } from "../panel.tsx";
import classes from "./chart.module.css";
import { type Bucket, bucketTitle, type ChartData } from "./series.ts";

interface ChartPanelProps {
  title: string;
  lead?: ReactNode;
  data: ChartData;
  /** What the buckets are, if not periods. */
  bucketHeader?: string;
  /** File name of the CSV. */
  name: string;
  height: number;
  actions?: ReactNode;
  foot?: ReactNode;
  onBucket?: ((index: number, series?: string) => void) | undefined;
  children: ReactNode;
}

/** A chart with its data as a table and as CSV. The table's cells open what a click on the chart opens. */
export function ChartPanel({ data, bucketHeader = "Period", height, onBucket, ...rest }: ChartPanelProps) {
  return (
    <PictureOrTable
      {...rest}
      csv={{ header: csvHeader(data), rows: () => csvRows(data) }}
      table={<ChartTable title={rest.title} data={data} bucketHeader={bucketHeader} height={height} onBucket={onBucket} />}
    />
  );
}

interface PictureOrTableProps extends Pick<ChartPanelProps, "title" | "lead" | "name" | "actions" | "foot" | "children"> {
  csv: Pick<CsvButtonProps, "header" | "rows">;
  table: ReactNode;
}

/** A panel that shows the same data as a picture, as a table, and as CSV. */
export function PictureOrTable({ title, lead, name, actions, foot, csv, table, children }: PictureOrTableProps) {
  const [view, setView] = useState("chart");
  return (
    <Panel
      title={title}
      lead={lead}
      foot={foot}
      isFlush={view === "table"}
      actions={
        <>
          {actions}
          <SegmentedControl
            size="xs"
            aria-label={`How to show ${title.toLowerCase()}`}
            value={view}
            onChange={setView}
            data={[
              { value: "chart", label: "Chart" },
              { value: "table", label: "Table" },
            ]}
          />
          <CsvButton name={name} {...csv} />
        </>
      }
    >
      {view === "chart" ? children : table}
    </Panel>
  );
}

type ChartTableProps = Pick<ChartPanelProps, "title" | "data" | "height" | "onBucket"> & { bucketHeader: string };

function ChartTable({ title, data, bucketHeader, height, onBucket }: ChartTableProps) {
  const rows = data.buckets.map((bucket, index) => ({ bucket, index }));
  const columns: TableColumn<(typeof rows)[number]>[] = [
    {
      id: "bucket",
      header: bucketHeader,
      isPinned: true,
      cell: ({ bucket }) => (
        <>
          {bucketTitle(bucket, data.grain)}
          <Provisional bucket={bucket} />
        </>
      ),
    },
    ...data.series.map((series) => ({
      id: series.name,
      header: series.label,
      align: "right" as const,
      cell: ({ index }: { index: number }) => {
        const text = formatValue(series.values[index], data.unit);
        if (!onBucket || series.values[index] === null) return text;
        return (
          <button type="button" className={classes.cellButton} onClick={() => onBucket(index, series.name)}>
            {text}
          </button>
        );
      },
    })),
  ];
  return <DataTable label={title} columns={columns} rows={rows} keyOf={({ bucket }) => bucket.start} maxHeight={height + 40} />;
}

function Provisional({ bucket }: { bucket: Bucket }) {
  if (!bucket.isPartial && !bucket.isImmature) return null;
  return <span style={{ color: "var(--ll-dim)" }}> · {bucket.isPartial ? "not a whole period" : "may still change"}</span>;
}

const csvHeader = ({ series }: ChartData) => [
  "period",
  ...series.flatMap((one) => (one.counts ? [one.name, `${one.name}_n`] : [one.name])),
  "is_partial",
  "is_immature",
];

const csvRows = ({ buckets, series }: ChartData) =>
  buckets.map((bucket, index) => [
    bucket.label ?? bucket.start,
    ...series.flatMap((one) => (one.counts ? [one.values[index], one.counts[index]] : [one.values[index]])),
    bucket.isPartial,
    bucket.isImmature,
  ]);
