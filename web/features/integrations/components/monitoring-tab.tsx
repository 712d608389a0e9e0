import { Select, Skeleton, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { CsvButton } from "../../../components/csv-button.tsx";
import { DataTable, MoreRows, type TableColumn } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState } from "../../../components/states.tsx";
import { toggleColumn } from "../../../components/toggle-column.tsx";
import { formatInstant } from "../../../lib/dates.ts";
import { formatCount, formatDuration, unknown } from "../../../lib/format.ts";
import { healthQuery, type Integration, streamsQuery, type Task, tasksQuery } from "../api/reading.ts";
import { type DetailSearch, taskKinds, taskStates } from "../search.ts";
import classes from "./detail.module.css";
import { AvailabilityPanel } from "./availability-panel.tsx";
import { JourneyPanel } from "./journey-panel.tsx";
import { ScopeHealthPanel } from "./scope-health-panel.tsx";
import { TaskDetails } from "./task-details.tsx";

const route = getRouteApi("/integrations/$integration");

/** The ingestion log: every reading of one stream of one scope, with what it brought and what it cost. */
export function MonitoringTab({ integration }: { integration: Integration }) {
  const { status, kind, stream, scope, from, to } = route.useSearch();
  // The last day is meant whole; the server's bound is exclusive.
  const end = to && dayAfter(to);
  const tasks = useInfiniteQuery(tasksQuery(integration.id, { status, kind, stream, scope, from, to: end }));
  const [open, setOpen] = useState<string | null>(null);
  const rows = tasks.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={classes.stack}>
      <AvailabilityPanel integration={integration.id} />
      <ScopeHealthPanel integration={integration.id} />
      <JourneyPanel integration={integration.id} />
      <Panel
        title="Ingestion log"
        lead="One row per reading of one stream of one scope, newest first."
        isFlush
        actions={
          <>
            <Filters integration={integration.id} />
            <CsvButton
              name={`${integration.id}-ingestion-log`}
              header={[...csvColumns, "error"]}
              rows={() => rows.map(csvRow)}
              isDisabled={rows.length === 0}
            />
          </>
        }
      >
        {tasks.error && !tasks.data && <ErrorState error={tasks.error} onRetry={() => void tasks.refetch()} />}
        {tasks.isPending && <Skeleton height={460} radius={0} />}
        {tasks.data && (
          <>
            <DataTable
              label="Ingestion log"
              columns={taskColumns(open, setOpen)}
              rows={rows}
              keyOf={(task) => task.id}
              openKey={open}
              details={(task) => <TaskDetails integration={integration.id} task={task} />}
              minWidth={1080}
              empty={<EmptyState title="No tasks fit" text="Nothing has run yet, or the filters leave nothing." />}
            />
            {rows.length > 0 && (
              <MoreRows
                shown={rows.length}
                total={tasks.data.pages[0]?.total ?? null}
                hasMore={tasks.hasNextPage}
                isLoading={tasks.isFetchingNextPage}
                onMore={() => void tasks.fetchNextPage()}
                noun="tasks"
              />
            )}
          </>
        )}
      </Panel>
      <Quarantine integration={integration.id} />
    </div>
  );
}

const choices = (words: readonly string[]) =>
  words.map((word) => ({ value: word, label: word[0]!.toUpperCase() + word.slice(1) }));

function Filters({ integration }: { integration: string }) {
  const { status, kind, stream, scope, from, to } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: streams } = useQuery(streamsQuery(integration));
  const change = (part: DetailSearch) => void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const shared = { size: "xs", clearable: true, w: 134 } as const;
  return (
    <>
      <Select
        {...shared}
        aria-label="Status"
        placeholder="Any status"
        data={choices(taskStates)}
        value={status ?? null}
        onChange={(value) => change({ status: (value ?? undefined) as DetailSearch["status"] })}
      />
      <Select
        {...shared}
        aria-label="Process"
        placeholder="Any process"
        data={choices(taskKinds)}
        value={kind ?? null}
        onChange={(value) => change({ kind: (value ?? undefined) as DetailSearch["kind"] })}
      />
      <Select
        {...shared}
        w={170}
        searchable
        aria-label="Stream"
        placeholder="Any stream"
        data={streams?.items.map((one) => one.stream) ?? []}
        value={stream ?? null}
        onChange={(value) => change({ stream: value ?? undefined })}
      />
      <TextInput
        size="xs"
        w={150}
        aria-label="Scope"
        placeholder="Any scope"
        key={scope ?? ""}
        defaultValue={scope ?? ""}
        onBlur={(event) => change({ scope: event.currentTarget.value.trim() || undefined })}
        onKeyDown={(event) => event.key === "Enter" && change({ scope: event.currentTarget.value.trim() || undefined })}
      />
      <DateInput
        {...day}
        aria-label="From"
        placeholder="From"
        value={from ?? null}
        onChange={(value) => change({ from: value ?? undefined })}
      />
      <DateInput
        {...day}
        aria-label="To"
        placeholder="To"
        value={to ?? null}
        onChange={(value) => change({ to: value ?? undefined })}
      />
    </>
  );
}

const day = { size: "xs", w: 112, clearable: true, valueFormat: "D MMM YYYY" } as const;

const dayAfter = (text: string) => new Date(Date.parse(text) + 86_400_000).toISOString().slice(0, 10);

const taskColumns = (open: string | null, setOpen: (id: string | null) => void): TableColumn<Task>[] => [
  toggleColumn({ keyOf: ({ id }) => id, nameOf: ({ id }) => `task ${id}`, open, setOpen }),
  {
    id: "started",
    header: "Started",
    cell: ({ startedAt, scheduledAt }) => (
      <span style={{ whiteSpace: "nowrap" }}>
        <RelativeTime at={startedAt ?? scheduledAt} />
      </span>
    ),
  },
  { id: "kind", header: "Process", cell: ({ kind }) => kind },
  { id: "stream", header: "Stream", cell: ({ stream }) => stream ?? unknown },
  { id: "scope", header: "Scope", cell: ({ scope }) => (scope === null || scope === "-" ? "whole integration" : scope) },
  { id: "scan", header: "Scan range", cell: (task) => <ScanRange task={task} /> },
  { id: "status", header: "Status", cell: ({ status, isStuck }) => <StatusBadge state={isStuck ? "stuck" : status} /> },
  {
    id: "took",
    header: "Took",
    align: "right",
    cell: ({ durationMs }) => (durationMs === null ? unknown : formatDuration(durationMs / 1000)),
  },
  { id: "requests", header: "Requests", align: "right", cell: ({ requests }) => formatCount(requests) },
  { id: "records", header: "Records", align: "right", cell: ({ records }) => formatCount(records) },
  { id: "entities", header: "Entities", align: "right", cell: ({ entities }) => formatCount(entities) },
  { id: "retries", header: "Retries", align: "right", cell: ({ retries }) => formatCount(retries) },
  { id: "quarantined", header: "Quarantined", align: "right", cell: ({ quarantined }) => formatCount(quarantined) },
];

function ScanRange({ task: { scanFrom, scanTo } }: { task: Task }) {
  const day = (instant: string) => formatInstant(instant).split(",")[0];
  const from = scanFrom ? day(scanFrom) : "beginning";
  const to = scanTo ? day(scanTo) : "now";
  return (
    <span style={{ whiteSpace: "nowrap" }} title={`${scanFrom ?? "beginning"} – ${scanTo ?? "now"}`}>
      {from === to ? from : `${from} – ${to}`}
    </span>
  );
}

const csvColumns = [
  "id",
  "kind",
  "stream",
  "scope",
  "scanFrom",
  "scanTo",
  "status",
  "startedAt",
  "finishedAt",
  "durationMs",
  "attempts",
  "retries",
  "requests",
  "records",
  "entities",
  "unchanged",
  "skipped",
  "quarantined",
  "tombstoned",
  "waitedMs",
  "firstChangeAt",
  "lastChangeAt",
] as const;

const csvRow = (task: Task) => [...csvColumns.map((column) => task[column]), task.error?.title ?? null];

/** Records that did not fit what we know of the vendor's format; everything else went on. */
function Quarantine({ integration }: { integration: string }) {
  const { data: health } = useQuery(healthQuery(integration));
  if (!health || health.quarantined.length === 0) return null;
  return (
    <Panel
      title="Quarantined records"
      lead="They did not fit the format we know. They are kept and tried again when the connector is updated."
      isFlush
    >
      <DataTable
        label="Quarantined records"
        rows={health.quarantined}
        keyOf={(row) => `${row.stream} ${row.path} ${row.message}`}
        columns={[
          { id: "stream", header: "Stream", cell: (row) => row.stream },
          { id: "path", header: "Field", cell: (row) => <code>{row.path}</code> },
          { id: "message", header: "Why", cell: (row) => row.message },
          { id: "records", header: "Records", align: "right", cell: (row) => formatCount(row.records) },
          { id: "seen", header: "Last seen", cell: (row) => <RelativeTime at={row.lastSeenAt} /> },
        ]}
      />
    </Panel>
  );
}
