import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { ChartPanel } from "../../../components/charts/chart-panel.tsx";
import { usePalette } from "../../../components/charts/palette.ts";
import { Key } from "../../../components/charts/stacked-bars.tsx";
import { TimeSeriesChart } from "../../../components/charts/time-series-chart.tsx";
import { DataTable, type TableColumn } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { Tag } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState, LoadingLines, Notice } from "../../../components/states.tsx";
import type { Filter } from "../../../lib/cell.ts";
import { formatDay, formatInstant } from "../../../lib/dates.ts";
import { formatValue } from "../../../lib/format.ts";
import { numberOf, type Outcome, type Row, textOf } from "../../../lib/metric-query.ts";
import { rowsQuery } from "../../../lib/queries.ts";
import { chartData } from "../api/chart-data.ts";
import { base, type Frame } from "../api/frame.ts";
import {
  burnUpQuery,
  frameOfSprint,
  itemChoicesQuery,
  type Measure,
  numberIn,
  type Sprint,
  sprintNumbers,
} from "../api/sprints.ts";
import { ChartFrame, ChartOrNothing, height, useOpenBucket } from "./chart-frame.tsx";
import { type Insight, Pair } from "./insight-page.tsx";
import { RowPages, useRowPages } from "./row-pages.tsx";
import { ItemLink } from "./item-link.tsx";
import classes from "./sprint-details.module.css";
import { SprintFigure, UnknownItems } from "./sprint-tables.tsx";

interface SprintDetailsProps extends Pick<Insight, "frame" | "search" | "onChange"> {
  sprint: Sprint;
  measure: Measure;
}

/** One sprint: its numbers, its course from the ledger, every change of its scope, and its items. */
export function SprintDetails({ frame, search, onChange, sprint, measure }: SprintDetailsProps) {
  const own = frameOfSprint(frame, sprint);
  const unknownItems = numberIn(sprint, "sprint_unknown_items") ?? 0;
  const close = () => onChange({ sprint: undefined, outcome: undefined, type: undefined, assignee: undefined });
  return (
    <>
      <Panel
        title={sprint.name}
        lead={`${sprint.startedAt ? formatDay(sprint.startedAt) : "no start"} – ${sprint.endedAt ? formatDay(sprint.endedAt) : "no end"}${sprint.isClosed ? "" : ", still running: its totals come when it is closed"}`}
        actions={
          <>
            <UnknownItems sprint={sprint} />
            <Button size="compact-sm" variant="default" onClick={close}>
              Close sprint
            </Button>
          </>
        }
      >
        <dl className={classes.numbers}>
          {sprintNumbers(measure).map((number) => (
            <div key={number.metric}>
              <dt>{number.header}</dt>
              <dd>
                <SprintFigure frame={frame} sprint={sprint} number={number} />
              </dd>
            </div>
          ))}
        </dl>
        {unknownItems > 0 && (
          <Notice tone="warn">
            The provider does not tell when {unknownItems} of its items came into this sprint. They are listed below with an
            unknown outcome, and no number counts them.
          </Notice>
        )}
      </Panel>
      <Pair>
        <BurnUp frame={own} measure={measure} />
        <ScopeChanges frame={own} measure={measure} />
      </Pair>
      <SprintItems frame={own} search={search} onChange={onChange} />
    </>
  );
}

function BurnUp({ frame, measure }: { frame: Frame; measure: Measure }) {
  const palette = usePalette();
  const { data: answers, error, refetch } = useQuery(burnUpQuery(frame, measure));
  const data = useMemo(() => {
    const outcome = answers?.course;
    return chartData(
      [
        { outcome, metric: `sprint_scope_${measure}`, label: "Scope", color: palette.series.slate },
        { outcome, metric: `sprint_done_${measure}`, label: "Done", color: palette.series.teal },
      ],
      "day",
      measure,
    );
  }, [answers, measure, palette]);
  const open = useOpenBucket(frame, data);
  return (
    <ChartFrame answers={answers} error={error} refetch={refetch} title="Burn-up">
      <ChartPanel
        title="Burn-up"
        lead={`Scope and work done at the end of each day, in ${measure}, from the sprint's ledger.`}
        name="burn-up"
        data={data}
        height={height}
        onBucket={(index, series) => open(index, series ?? `sprint_scope_${measure}`)}
      >
        <ChartOrNothing data={data}>
          <Key series={data.series} />
          <TimeSeriesChart
            data={data}
            height={height}
            label="Scope and work done by day. The table holds the numbers."
            onBucket={(index) => open(index, `sprint_scope_${measure}`)}
          />
        </ChartOrNothing>
      </ChartPanel>
    </ChartFrame>
  );
}

const kinds = { added: "warn", removed: "idle", raised: "warn", lowered: "idle" } as const;
const signed = (value: number | null, unit: string) => `${value !== null && value > 0 ? "+" : ""}${formatValue(value, unit)}`;

function ScopeChanges({ frame, measure }: { frame: Frame; measure: Measure }) {
  const metric = `sprint_scope_change_${measure}`;
  const filters: Filter[] = [...frame.filters, ["is", "kind", Object.keys(kinds)]];
  const rows = useInfiniteQuery(rowsQuery({ ...base({ ...frame, filters }, [metric]), limit: 200 }));
  const changes = rows.data?.pages.flatMap((page) => page.rows) ?? [];
  const columns: TableColumn<Row>[] = [
    {
      id: "at",
      header: "When",
      cell: (row) => formatInstant(String(row["occurred_at"])),
      sortBy: (row) => String(row["occurred_at"]),
    },
    { id: "item", header: "Item", cell: (row) => <ItemLink frame={frame} metric={metric} row={row} /> },
    {
      id: "kind",
      header: "Change",
      sortBy: (row) => textOf(row, "kind"),
      cell: (row) => <Tag tone={kinds[row["kind"] as keyof typeof kinds] ?? "idle"}>{String(row["kind"])}</Tag>,
    },
    {
      id: "value",
      header: measure === "points" ? "Points" : "Items",
      align: "right",
      sortBy: (row) => numberOf(row, "value"),
      cell: (row) => signed(numberOf(row, "value"), measure),
    },
  ];
  return (
    <Panel title="Changes of scope" lead="What came in, went out or was estimated anew after the start, in order." isFlush>
      {rows.error ? (
        <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />
      ) : !rows.data ? (
        <LoadingLines lines={8} />
      ) : (
        <DataTable
          label="Changes of scope"
          columns={columns}
          rows={changes}
          keyOf={(row) => String(row["id"])}
          maxHeight={height + 74}
          empty={
            <EmptyState
              isCompact
              title="The scope did not change"
              text="Nothing was added, removed or estimated anew that is known of."
            />
          }
        />
      )}
    </Panel>
  );
}

const choices = [
  { name: "outcome", column: "outcome", label: "Outcome", all: "All outcomes" },
  { name: "type", column: "issue_type", label: "Type", all: "All types" },
  { name: "assignee", column: "assignee_id", label: "Assignee", all: "All assignees" },
] as const;

const words = (text: string | null) => (text ?? "unknown").replaceAll("_", " ");
const metric = "sprint_issue_delivered_points";

function SprintItems({ frame, search, onChange }: Pick<SprintDetailsProps, "frame" | "search" | "onChange">) {
  const { data: answers } = useQuery(itemChoicesQuery(frame));
  const chosen = choices.flatMap(({ name, column }): Filter[] => (search[name] ? [["is", column, [search[name]]]] : []));
  const pages = useRowPages(rowsQuery({ ...base({ ...frame, filters: [...frame.filters, ...chosen] }, [metric]), limit: 200 }));
  return (
    <Panel
      title="Items of the sprint"
      isFlush
      actions={choices.map(({ name, column, label, all }) => (
        <Select
          key={name}
          size="xs"
          w={150}
          aria-label={label}
          placeholder={all}
          clearable
          data={optionsOf(answers?.[name], column)}
          value={search[name] ?? null}
          onChange={(value) => onChange({ [name]: value ?? undefined })}
        />
      ))}
    >
      <RowPages
        pages={pages}
        label="Items of the sprint"
        columns={itemColumns(frame)}
        minWidth={760}
        maxHeight={480}
        empty={<EmptyState isCompact title="No items" text="Take filters away, or choose another sprint." />}
      />
    </Panel>
  );
}

const itemColumns = (frame: Frame): TableColumn<Row>[] => [
  { id: "item", header: "Item", isPinned: true, cell: (row) => <ItemLink frame={frame} metric={metric} row={row} /> },
  { id: "type", header: "Type", cell: (row) => textOf(row, "issue_type"), sortBy: (row) => textOf(row, "issue_type") },
  {
    id: "assignee",
    header: "Assignee",
    cell: (row) => textOf(row, "assignee_id_label") ?? "nobody",
    sortBy: (row) => textOf(row, "assignee_id_label"),
  },
  {
    id: "outcome",
    header: "Outcome",
    sortBy: (row) => textOf(row, "outcome"),
    cell: (row) => <Tag tone={row["is_delivered"] === true ? "good" : "idle"}>{words(textOf(row, "outcome"))}</Tag>,
  },
  {
    id: "added",
    header: "Came in",
    cell: (row) => (row["is_committed"] === true ? "commit" : row["is_added"] === true ? "creep" : "unknown"),
    sortBy: (row) => String(row["is_committed"]),
  },
  {
    id: "points",
    header: "Points delivered",
    align: "right",
    cell: (row) => formatValue(numberOf(row, "value"), "points"),
    sortBy: (row) => numberOf(row, "value"),
  },
];

const optionsOf = (outcome: Outcome | undefined, column: string) =>
  (outcome?.answer?.rows ?? []).flatMap((row) => {
    const value = textOf(row, column);
    return value ? [{ value, label: textOf(row, `${column}_label`) ?? words(value) }] : [];
  });
