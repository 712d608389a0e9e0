import { Button, Checkbox } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "../../../components/charts/chart.module.css";
import { CsvButton } from "../../../components/csv-button.tsx";
import { DataTable, type TableColumn } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { StatusBadge, Tag } from "../../../components/status-badge.tsx";
import { EmptyState } from "../../../components/states.tsx";
import { useCellPanels } from "../../../lib/cell.ts";
import { formatDay } from "../../../lib/dates.ts";
import { formatValue, unknown } from "../../../lib/format.ts";
import { cellOf, type Frame } from "../api/frame.ts";
import { type Measure, numberIn, type Sprint, type SprintNumber, sprintNumbers } from "../api/sprints.ts";

interface SprintNumberProps {
  frame: Frame;
  sprint: Sprint;
  number: SprintNumber;
}

/** One number of one sprint; it opens the sprint's row and from there its items and their transitions. */
export function SprintFigure({ frame, sprint, number: { metric, unit } }: SprintNumberProps) {
  const { openItems } = useCellPanels();
  const value = numberIn(sprint, metric);
  if (value === null) return <span style={{ color: "var(--ll-dim)" }}>{sprint.isClosed ? "no data" : unknown}</span>;
  return (
    <button
      type="button"
      className={classes.cellButton}
      onClick={() => openItems(cellOf(frame, metric, { filters: [["is", "sprint_id", [sprint.id]]] }))}
    >
      {formatValue(value, unit)}
    </button>
  );
}

/** Items whose time in the sprint the vendor does not tell: said beside the numbers, which leave them out. */
export function UnknownItems({ sprint }: { sprint: Sprint }): ReactNode {
  const count = numberIn(sprint, "sprint_unknown_items") ?? 0;
  if (count === 0) return null;
  return (
    <Tag tone="warn">
      {count} unknown {count === 1 ? "item" : "items"}
    </Tag>
  );
}

const day = (instant: string | null) => (instant ? formatDay(instant) : unknown);

interface SprintTableProps {
  frame: Frame;
  measure: Measure;
  sprints: readonly Sprint[];
  chosen: readonly string[];
  onChoose: (ids: string[]) => void;
  onOpen: (id: string) => void;
}

const most = 6;

/** One row for each sprint; some of them can be set beside each other. */
export function SprintTable({ frame, measure, sprints, chosen, onChoose, onOpen }: SprintTableProps) {
  const numbers = sprintNumbers(measure);
  const toggle = (id: string) => onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const columns: TableColumn<Sprint>[] = [
    {
      id: "choose",
      header: "",
      hiddenHeader: "Compare",
      width: 36,
      cell: ({ id, name }) => (
        <Checkbox
          size="xs"
          aria-label={`Compare ${name}`}
          checked={chosen.includes(id)}
          disabled={!chosen.includes(id) && chosen.length >= most}
          onChange={() => toggle(id)}
        />
      ),
    },
    {
      id: "name",
      header: "Sprint",
      isPinned: true,
      sortBy: ({ name }) => name,
      cell: (sprint) => (
        <span style={{ display: "inline-flex", gap: 8, alignItems: "center", whiteSpace: "nowrap" }}>
          <button type="button" className={classes.cellButton} style={{ fontWeight: 580 }} onClick={() => onOpen(sprint.id)}>
            {sprint.name}
          </button>
          {!sprint.isClosed && <StatusBadge state="running" />}
          <UnknownItems sprint={sprint} />
        </span>
      ),
    },
    {
      id: "dates",
      header: "Dates",
      sortBy: ({ endedAt }) => endedAt,
      cell: ({ startedAt, endedAt }) => (
        <span style={{ whiteSpace: "nowrap" }}>
          {day(startedAt)} – {day(endedAt)}
        </span>
      ),
    },
    ...numbers.map((number): TableColumn<Sprint> => ({
      id: number.metric,
      header: number.header,
      align: "right",
      sortBy: (sprint) => numberIn(sprint, number.metric),
      cell: (sprint) => <SprintFigure frame={frame} sprint={sprint} number={number} />,
    })),
  ];
  return (
    <Panel
      title="Sprints"
      lead={`In ${measure}. Select a name to open a sprint; tick two to ${most} to compare them.`}
      isFlush
      actions={
        <CsvButton
          name="sprints"
          header={["sprint", "id", "started_at", "ended_at", ...numbers.map(({ metric }) => metric), "sprint_unknown_items"]}
          rows={() =>
            sprints.map((sprint) => [
              sprint.name,
              sprint.id,
              sprint.startedAt,
              sprint.endedAt,
              ...[...numbers.map(({ metric }) => metric), "sprint_unknown_items"].map((metric) => numberIn(sprint, metric)),
            ])
          }
          isDisabled={sprints.length === 0}
        />
      }
    >
      <DataTable
        label="Sprints"
        columns={columns}
        rows={sprints}
        keyOf={({ id }) => id}
        minWidth={1120}
        maxHeight={520}
        defaultSort={{ column: "dates", isDescending: true }}
        empty={<EmptyState isCompact title="No sprint ends in this range" text="Widen the range or take filters away." />}
      />
    </Panel>
  );
}

interface SprintComparisonProps {
  frame: Frame;
  measure: Measure;
  sprints: readonly Sprint[];
  onClose: () => void;
}

/** A column for each chosen sprint. */
export function SprintComparison({ frame, measure, sprints, onClose }: SprintComparisonProps) {
  const numbers = sprintNumbers(measure);
  return (
    <Panel
      title={`${sprints.length} sprints compared`}
      isFlush
      actions={
        <>
          <CsvButton
            name="sprints-compared"
            header={["number", ...sprints.map(({ name }) => name)]}
            rows={() => numbers.map(({ metric }) => [metric, ...sprints.map((sprint) => numberIn(sprint, metric))])}
          />
          <Button size="compact-sm" variant="default" onClick={onClose}>
            Stop comparing
          </Button>
        </>
      }
    >
      <DataTable
        label="Sprints compared"
        rows={numbers}
        keyOf={({ metric }) => metric}
        minWidth={200 + 150 * sprints.length}
        columns={[
          { id: "number", header: "Number", isPinned: true, cell: ({ header }) => header },
          ...sprints.map((sprint): TableColumn<SprintNumber> => ({
            id: sprint.id,
            header: sprint.name,
            align: "right",
            cell: (number) => <SprintFigure frame={frame} sprint={sprint} number={number} />,
          })),
        ]}
      />
    </Panel>
  );
}
