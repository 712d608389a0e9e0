import { SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { CsvButton } from "../../../components/csv-button.tsx";
import { DataTable, type TableColumn } from "../../../components/data-table.tsx";
import { CellBar } from "../../../components/meter.tsx";
import { Change } from "../../../components/metric-tile.tsx";
import { Panel } from "../../../components/panel.tsx";
import { EmptyState, ErrorState } from "../../../components/states.tsx";
import { type Filter, useCellPanels } from "../../../lib/cell.ts";
import { formatCount, formatValue } from "../../../lib/format.ts";
import { type Figure, figureOf, labelColumn, type Metric, textOf } from "../../../lib/metric-query.ts";
import { catalogueQuery } from "../../../lib/queries.ts";
import { cellOf, type Frame } from "../api/frame.ts";
import type { TilesQuery } from "../api/tiles.ts";
import type { Statistic } from "../search.ts";
import classes from "./groups-panel.module.css";
import type { Answers } from "./metric-tiles.tsx";

export interface GroupColumn {
  metric: string;
  /** Name of the query that answers it. */
  source: string;
  header: string;
  noun: string;
  /** Where one metric stands in several columns. */
  statistic?: Statistic;
}

export interface Grouping {
  dimension: string;
  /** "Repository" */
  header: string;
  /** What stands for items without one; they open unless the dimension is a team. */
  none?: string;
  empty: { title: string; text: string };
}

interface GroupsPanelProps {
  frame: Frame;
  title: string;
  lead: (grouping: Grouping) => ReactNode;
  /** File name of the CSV, before "-by-team". */
  name: string;
  groupings: readonly Grouping[];
  columns: readonly GroupColumn[];
  query: (dimension: string) => TilesQuery;
  foot?: ReactNode;
  /** The words of a dimension for people. */
  labels?: Readonly<Record<string, string>>;
}

interface Group {
  id: string | null;
  label: string;
  figures: Record<string, Figure>;
}

const keyOf = ({ metric, statistic }: GroupColumn) => (statistic ? `${metric}_${statistic}` : metric);

/** The same numbers group by group. Groups need not add up to the whole. */
export function GroupsPanel(props: GroupsPanelProps) {
  const { title, lead, name, groupings, columns, query, foot } = props;
  const [chosen, setChosen] = useState(groupings[0]!.dimension);
  const grouping = groupings.find(({ dimension }) => dimension === chosen) ?? groupings[0]!;
  const { data: catalogue } = useQuery(catalogueQuery);
  const { data: answers, error, refetch } = useQuery(query(grouping.dimension));
  const problem = answers ? Object.values(answers).find((one) => one.problem)?.problem : error;
  const groups = answers ? groupsOf(answers, grouping, props) : [];
  const noun = grouping.header.toLowerCase();
  return (
    <Panel
      title={title}
      lead={lead(grouping)}
      foot={foot}
      isFlush
      actions={
        <>
          {groupings.length > 1 && (
            <SegmentedControl
              size="xs"
              aria-label={`${title}: break down by`}
              value={grouping.dimension}
              onChange={setChosen}
              data={groupings.map(({ dimension, header }) => ({ value: dimension, label: `By ${header.toLowerCase()}` }))}
            />
          )}
          <CsvButton
            name={`${name}-by-${noun.replaceAll(" ", "-")}`}
            header={csvHeader(noun, columns)}
            rows={() => groups.map((group) => csvRow(group, columns))}
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
        <GroupsTable {...props} grouping={grouping} groups={groups} metrics={catalogue.items} />
      )}
    </Panel>
  );
}

interface GroupsTableProps extends GroupsPanelProps {
  grouping: Grouping;
  groups: readonly Group[];
  metrics: readonly Metric[];
}

function GroupsTable({ frame, title, columns: shown, grouping, groups, metrics }: GroupsTableProps) {
  const { openItems } = useCellPanels();
  const { dimension } = grouping;
  const open = (column: GroupColumn, { id }: Group) => {
    if (id === null && dimension === "team") return undefined;
    const filters: Filter[] = [id === null ? ["null", dimension] : ["is", dimension, [id]]];
    return () =>
      openItems(cellOf(frame, column.metric, { filters, ...(column.statistic ? { statistic: column.statistic } : {}) }));
  };
  const columns: TableColumn<Group>[] = [
    {
      id: "label",
      header: grouping.header,
      isPinned: true,
      cell: ({ label }) => (
        <span className={classes.group} title={label}>
          {label}
        </span>
      ),
      sortBy: ({ label }) => label,
    },
    ...shown.flatMap((column) => {
      const key = keyOf(column);
      const metric = metrics.find((one) => one.name === column.metric);
      if (!metric) return [];
      const longest = Math.max(...groups.map((group) => group.figures[key]?.value ?? 0), 0) || 1;
      return [
        {
          id: key,
          header: column.header,
          align: "right" as const,
          sortBy: (group: Group) => group.figures[key]?.value,
          cell: (group: Group) => (
            <FigureCell
              metric={metric}
              figure={group.figures[key]}
              noun={column.noun}
              longest={longest}
              onOpen={open(column, group)}
            />
          ),
        },
      ];
    }),
  ];
  return (
    <DataTable
      label={title}
      columns={columns}
      rows={groups}
      keyOf={(group) => group.id ?? "unknown"}
      minWidth={220 + 130 * shown.length}
      maxHeight={560}
      empty={<EmptyState isCompact {...grouping.empty} />}
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

function groupsOf(answers: Answers, { dimension, none }: Grouping, { columns, labels }: GroupsPanelProps): Group[] {
  const groups = new Map<string | null, Group>();
  for (const column of columns) {
    const answer = answers[column.source]?.answer;
    if (!answer) continue;
    const label = labelColumn(answer, dimension);
    for (const row of answer.rows) {
      const id = textOf(row, dimension);
      const name = id === null ? (none ?? "unknown") : (labels?.[id] ?? textOf(row, label) ?? id);
      const group = groups.get(id) ?? { id, label: name, figures: {} };
      group.figures[keyOf(column)] = figureOf(row, column.metric);
      groups.set(id, group);
    }
  }
  return [...groups.values()].sort((a, b) => Number(a.id === null) - Number(b.id === null) || a.label.localeCompare(b.label));
}

const csvHeader = (noun: string, columns: readonly GroupColumn[]) => [
  noun,
  "id",
  ...columns.flatMap((column) => ["", "_n", "_before", "_change"].map((end) => keyOf(column) + end)),
];

const csvRow = ({ id, label, figures }: Group, columns: readonly GroupColumn[]) => [
  label,
  id,
  ...columns.flatMap((column) => {
    const figure = figures[keyOf(column)];
    return [figure?.value, figure?.n, figure?.before, figure?.change];
  }),
];
