import { SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { CsvButton } from "../../../components/csv-button.tsx";
import { DataTable, type TableColumn } from "../../../components/data-table.tsx";
import { CellBar } from "../../../components/meter.tsx";
import { Change } from "../../../components/metric-tile.tsx";
import { Panel } from "../../../components/panel.tsx";
import { EmptyState, ErrorState } from "../../../components/states.tsx";
import { useCellPanels } from "../../../lib/cell.ts";
import { formatCount, formatValue } from "../../../lib/format.ts";
import { type Figure, figureOf, labelColumn, type Metric, type Outcome, textOf } from "../../../lib/metric-query.ts";
import { catalogueQuery } from "../../../lib/queries.ts";
import { breakdownQuery, cellOf, type Frame } from "../api/efficiency-queries.ts";
import classes from "./breakdown-panel.module.css";

type Dimension = "repository_id" | "team";
type Source = "delivery" | "lead" | "recovery";

const shown: readonly { metric: string; source: Source; header: string; noun: string }[] = [
  { metric: "deployment_frequency", source: "delivery", header: "Deployments", noun: "deployments" },
  { metric: "lead_time_for_changes", source: "lead", header: "Lead time", noun: "changes" },
  { metric: "change_failure_rate", source: "delivery", header: "Failure rate", noun: "deployments" },
  { metric: "failed_deployment_recovery_time", source: "recovery", header: "Recovery", noun: "recoveries" },
  { metric: "deployment_rework_rate", source: "delivery", header: "Rework rate", noun: "deployments" },
];

interface Group {
  id: string | null;
  label: string;
  figures: Record<string, Figure>;
}

/** The same five numbers, repository by repository or team by team. Groups need not add up to the whole. */
export function BreakdownPanel({ frame }: { frame: Frame }) {
  const [dimension, setDimension] = useState<Dimension>("repository_id");
  const { data: catalogue } = useQuery(catalogueQuery);
  const { data: answers, error, refetch } = useQuery(breakdownQuery(frame, dimension));
  const noun = dimension === "team" ? "team" : "repository";
  const problem = answers ? Object.values(answers).find((one) => one.problem)?.problem : error;
  const groups = answers ? groupsOf(answers, dimension) : [];
  return (
    <Panel
      title="Breakdown"
      lead={`Each ${noun} on its own items. A ${noun === "team" ? "person in two teams counts in both" : "deployment without a known repository is listed as unknown"}.`}
      isFlush
      actions={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Break down by"
            value={dimension}
            onChange={setDimension}
            data={[
              { value: "repository_id", label: "By repository" },
              { value: "team", label: "By team" },
            ]}
          />
          <CsvButton
            name={`efficiency-by-${noun}`}
            header={csvHeader(noun)}
            rows={() => groups.map(csvRow)}
            isDisabled={groups.length === 0}
          />
        </>
      }
    >
      {problem ? (
        <ErrorState error={problem} onRetry={() => void refetch()} />
      ) : !answers || !catalogue ? (
        <Skeleton height={330} radius={0} />
      ) : (
        <BreakdownTable frame={frame} dimension={dimension} groups={groups} metrics={catalogue.items} />
      )}
    </Panel>
  );
}

interface BreakdownTableProps {
  frame: Frame;
  dimension: Dimension;
  groups: readonly Group[];
  metrics: readonly Metric[];
}

function BreakdownTable({ frame, dimension, groups, metrics }: BreakdownTableProps) {
  const { openItems } = useCellPanels();
  const columns: TableColumn<Group>[] = [
    {
      id: "label",
      header: dimension === "team" ? "Team" : "Repository",
      isPinned: true,
      cell: ({ label }) => (
        <span className={classes.group} title={label}>
          {label}
        </span>
      ),
      sortBy: ({ label }) => label,
    },
    ...shown.flatMap(({ metric: name, header, noun }) => {
      const metric = metrics.find((one) => one.name === name);
      if (!metric) return [];
      const longest = Math.max(...groups.map((group) => group.figures[name]?.value ?? 0), 0) || 1;
      return [
        {
          id: name,
          header,
          align: "right" as const,
          sortBy: (group: Group) => group.figures[name]?.value,
          cell: (group: Group) => (
            <FigureCell
              metric={metric}
              figure={group.figures[name]}
              noun={noun}
              longest={longest}
              onOpen={
                group.id === null
                  ? undefined
                  : () => openItems(cellOf(frame, name, { filters: [["is", dimension, [group.id!]]] }))
              }
            />
          ),
        },
      ];
    }),
  ];
  return (
    <DataTable
      label="Breakdown"
      columns={columns}
      rows={groups}
      keyOf={(group) => group.id ?? "unknown"}
      minWidth={820}
      maxHeight={560}
      empty={
        <EmptyState
          isCompact
          title={dimension === "team" ? "No team has items in this range" : "No repository has items in this range"}
          text={
            dimension === "team"
              ? "Teams come from the vendor's groups, from a CSV of developers, or are made by hand."
              : "Widen the range or take filters away."
          }
        />
      }
    />
  );
}

interface FigureCellProps {
  metric: Metric;
  figure: Figure | undefined;
  noun: string;
  longest: number;
  onOpen: (() => void) | undefined;
}

function FigureCell({ metric, figure, noun, longest, onOpen }: FigureCellProps) {
  if (!figure || figure.value === null) return <span className={classes.none}>no data</span>;
  return (
    <div className={classes.figure}>
      <div className={classes.top}>
        <span className={classes.small}>
          <Change metric={metric} figure={figure} isShort />
        </span>
        {onOpen ? (
          <button
            type="button"
            className={classes.value}
            onClick={onOpen}
            title={`${figure.n === null ? "" : formatCount(figure.n)} ${noun}`}
          >
            {formatValue(figure.value, metric.unit)}
          </button>
        ) : (
          <span className={classes.value}>{formatValue(figure.value, metric.unit)}</span>
        )}
      </div>
      <CellBar share={figure.value / longest} />
      <span className={classes.small}>{figure.n === null ? "" : `n = ${formatCount(figure.n)}`}</span>
    </div>
  );
}

function groupsOf(answers: Record<Source, Outcome>, dimension: Dimension): Group[] {
  const groups = new Map<string | null, Group>();
  for (const { metric, source } of shown) {
    const answer = answers[source].answer;
    if (!answer) continue;
    const label = labelColumn(answer, dimension);
    for (const row of answer.rows) {
      const id = textOf(row, dimension);
      const group = groups.get(id) ?? { id, label: textOf(row, label) ?? id ?? "unknown", figures: {} };
      group.figures[metric] = figureOf(row, metric);
      groups.set(id, group);
    }
  }
  return [...groups.values()].sort((a, b) => a.label.localeCompare(b.label));
}

const csvHeader = (noun: string) => [
  noun,
  "id",
  ...shown.flatMap(({ metric }) => [metric, `${metric}_n`, `${metric}_before`, `${metric}_change`]),
];

const csvRow = ({ id, label, figures }: Group) => [
  label,
  id,
  ...shown.flatMap(({ metric }) => {
    const figure = figures[metric];
    return [figure?.value, figure?.n, figure?.before, figure?.change];
  }),
];
