import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";

import { CsvButton } from "../../../components/csv-button.tsx";
import { DataTable } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { EmptyState, ErrorState, LoadingLines } from "../../../components/states.tsx";
import { formatDay } from "../../../lib/dates.ts";
import { formatCount } from "../../../lib/format.ts";
import { dataQuery, type Integration, type StreamProgress, streamsQuery } from "../api/reading.ts";
import { CompletenessPanel } from "./completeness-panel.tsx";
import classes from "./detail.module.css";

/** What has been stored: how far back each stream reaches, and the rows of every table. */
export function DataTab({ integration }: { integration: Integration }) {
  return (
    <div className={classes.stack}>
      <CompletenessPanel integration={integration} />
      <CoveragePanel integration={integration} />
      <TablesPanel integration={integration} />
    </div>
  );
}

function CoveragePanel({ integration }: { integration: Integration }) {
  const streams = useQuery(streamsQuery(integration.id));
  const rows = streams.data?.items ?? [];
  const starts = rows.flatMap((row) => [row.coverage.from, row.target]).filter((one): one is string => one !== null);
  const start = starts.reduce((least, one) => (one < least ? one : least), dayjs().subtract(1, "month").toISOString());
  return (
    <Panel title="Coverage" lead="Filled: everything that changed in this time has been read. Hatched: not read yet.">
      {streams.error && !streams.data && <ErrorState error={streams.error} isCompact />}
      {streams.isPending && <LoadingLines lines={8} />}
      {streams.data && (
        <ul className={classes.timeline}>
          {rows.map((row) => (
            <Lane key={row.stream} row={row} start={start} />
          ))}
          <li>
            <span />
            <span className={classes.axis}>
              <span>{formatDay(start)}</span>
              <span>today</span>
            </span>
            <span />
          </li>
        </ul>
      )}
    </Panel>
  );
}

function Lane({ row, start }: { row: StreamProgress; start: string }) {
  const first = dayjs(start).valueOf();
  const span = Math.max(1, Date.now() - first);
  const place = (instant: string) => Math.min(100, Math.max(0, ((dayjs(instant).valueOf() - first) / span) * 100));
  const { from, to } = row.coverage;
  const left = from ? place(from) : 0;
  return (
    <li>
      <span style={{ fontWeight: 560, overflowWrap: "anywhere" }}>{row.stream}</span>
      <span className={classes.lane} aria-hidden="true">
        {to && <span className={classes.read} style={{ left: `${left}%`, right: `${100 - place(to)}%` }} />}
      </span>
      <span style={{ color: "var(--ll-dim)" }}>{row.sentence}</span>
    </li>
  );
}

function TablesPanel({ integration }: { integration: Integration }) {
  const data = useQuery(dataQuery(integration.id));
  return (
    <Panel
      title="Rows by table"
      isFlush
      actions={
        <CsvButton
          name={`${integration.id}-rows`}
          header={["table", "rows", "deleted", "newestAt", "ingestedAt"]}
          rows={() => (data.data ?? []).map((row) => [row.table, row.rows, row.deleted, row.newestAt, row.ingestedAt])}
        />
      }
    >
      {data.error && !data.data && <ErrorState error={data.error} isCompact />}
      {data.isPending && <Skeleton height={300} radius={0} />}
      {data.data && (
        <DataTable
          label="Rows by table"
          rows={data.data}
          keyOf={(row) => row.table}
          defaultSort={{ column: "rows", isDescending: true }}
          empty={<EmptyState isCompact title="Nothing stored yet" text="Rows appear within seconds of the first answer." />}
          columns={[
            { id: "table", header: "Table", cell: (row) => <code>{row.table}</code>, sortBy: (row) => row.table },
            { id: "rows", header: "Rows", align: "right", cell: (row) => formatCount(row.rows), sortBy: (row) => row.rows },
            {
              id: "deleted",
              header: "Marked as gone",
              align: "right",
              cell: (row) => formatCount(row.deleted),
              sortBy: (row) => row.deleted,
            },
            {
              id: "newest",
              header: "Last change at the vendor",
              cell: (row) => <RelativeTime at={row.newestAt} />,
              sortBy: (row) => row.newestAt,
            },
            {
              id: "ingested",
              header: "Last written",
              cell: (row) => <RelativeTime at={row.ingestedAt} />,
              sortBy: (row) => row.ingestedAt,
            },
          ]}
        />
      )}
    </Panel>
  );
}
