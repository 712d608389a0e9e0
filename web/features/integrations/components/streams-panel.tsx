import { Anchor, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { DataTable, type TableColumn } from "../../../components/data-table.tsx";
import { Meter } from "../../../components/meter.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { ErrorState, LoadingLines, ProblemNotice } from "../../../components/states.tsx";
import { toggleColumn } from "../../../components/toggle-column.tsx";
import { formatDay } from "../../../lib/dates.ts";
import { formatCount, formatDuration, unknown } from "../../../lib/format.ts";
import { type Integration, type StreamProgress, streamScopesQuery, streamsQuery } from "../api/reading.ts";
import classes from "./detail.module.css";

/** Every kind of record, how far back it is complete, and what hinders it. */
export function StreamsPanel({ integration }: { integration: Integration }) {
  const streams = useQuery(streamsQuery(integration.id));
  const [open, setOpen] = useState<string | null>(null);
  const columns: TableColumn<StreamProgress>[] = [
    toggleColumn({ keyOf: ({ stream }) => stream, nameOf: ({ stream }) => stream, open, setOpen }),
    {
      id: "stream",
      header: "Stream",
      cell: ({ stream, sentence, quarantined, scopesFailed, scopesTotal, level }) => (
        <>
          <div style={{ fontWeight: 580 }}>{stream}</div>
          <div style={{ color: "var(--ll-dim)" }}>{sentence}</div>
          {scopesFailed > 0 && level === "scope" && (
            <div style={{ color: "var(--ll-bad)" }}>
              {formatCount(scopesFailed)} of {formatCount(scopesTotal)} scopes fail
            </div>
          )}
          {quarantined > 0 && <div style={{ color: "var(--ll-warn)" }}>{formatCount(quarantined)} in quarantine</div>}
        </>
      ),
    },
    { id: "state", header: "State", cell: ({ state }) => <StatusBadge state={state} /> },
    {
      id: "lag",
      header: "Age",
      align: "right",
      cell: ({ lagSeconds }) => (lagSeconds === null ? unknown : formatDuration(lagSeconds)),
    },
    {
      id: "share",
      header: "History",
      width: 150,
      cell: (row) => <HistoryCell row={row} />,
    },
    { id: "records", header: "Records", align: "right", cell: ({ records }) => formatCount(records) },
  ];
  return (
    <Panel title="Streams" lead="One row per kind of record. Reading goes from today into the past." isFlush>
      {streams.error && !streams.data && <ErrorState error={streams.error} onRetry={() => void streams.refetch()} isCompact />}
      {streams.isPending && <Skeleton height={420} radius={0} />}
      {streams.data && (
        <DataTable
          label="Streams"
          columns={columns}
          rows={streams.data.items}
          keyOf={(row) => row.stream}
          openKey={open}
          details={(row) => <StreamDetails integration={integration.id} row={row} />}
          minWidth={600}
        />
      )}
    </Panel>
  );
}

function HistoryCell({ row: { share, stream, state, level, scopesComplete, scopesTotal } }: { row: StreamProgress }) {
  const tone = state === "failed" ? "bad" : share === 1 ? "good" : "info";
  return (
    <>
      <Meter share={share} label={`History of ${stream}`} tone={tone} isLive={state === "running"} />
      <div style={{ marginTop: 4, color: "var(--ll-dim)", fontSize: "0.75rem" }}>
        {level === "integration" ? "whole integration" : `${formatCount(scopesComplete)} of ${formatCount(scopesTotal)} scopes`}
      </div>
    </>
  );
}

function StreamDetails({ integration, row }: { integration: string; row: StreamProgress }) {
  const scopes = useQuery(streamScopesQuery(integration, row.stream));
  return (
    <div className={classes.details}>
      {row.error && <ProblemNotice problem={row.error} />}
      {row.reason && !row.error && <Text size="sm">{row.reason}</Text>}
      <Text size="sm" c="dimmed">
        Fills {row.fills.join(", ")}.{" "}
        <Anchor href={row.docs} target="_blank" rel="noreferrer" inherit underline="always">
          Vendor's documentation
        </Anchor>
        {` · ${formatCount(row.lastDay.requests)} requests within a day`}
        {row.lastDay.waitedMs > 0 && `, ${formatDuration(row.lastDay.waitedMs / 1000)} of waiting for the quota`}
        {row.unfinished > 0 && ` · ${formatCount(row.unfinished)} records are read again until they are final.`}
      </Text>
      {scopes.isPending && <LoadingLines lines={2} />}
      {scopes.data && row.level === "scope" && (
        <DataTable
          label={`Coverage of ${row.stream} by scope`}
          maxHeight={260}
          rows={scopes.data}
          keyOf={(scope) => scope.scopeId}
          columns={[
            { id: "scope", header: "Scope", cell: (scope) => scope.scope, sortBy: (scope) => scope.scope },
            { id: "state", header: "State", cell: (scope) => <StatusBadge state={scope.state} /> },
            {
              id: "from",
              header: "Complete since",
              cell: (scope) => (scope.from ? formatDay(scope.from) : unknown),
              sortBy: (scope) => scope.from,
            },
            {
              id: "to",
              header: "Up to",
              cell: (scope) => (scope.to ? formatDay(scope.to) : unknown),
              sortBy: (scope) => scope.to,
            },
            { id: "status", header: "Health", cell: (scope) => <StatusBadge state={scope.status} /> },
            {
              id: "success",
              header: "Last success",
              cell: (scope) => <RelativeTime at={scope.lastSuccessAt} otherwise="never" />,
              sortBy: (scope) => scope.lastSuccessAt,
            },
            {
              id: "error",
              header: "Error",
              cell: (scope) => (scope.error ? `${scope.error.title} ${scope.error.hint ?? ""}` : ""),
            },
          ]}
        />
      )}
    </div>
  );
}
