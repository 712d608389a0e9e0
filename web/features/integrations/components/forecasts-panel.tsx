import { useQuery } from "@tanstack/react-query";

import { CsvButton } from "../../../components/csv-button.tsx";
import { DataTable, type TableColumn } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { formatCount, formatDuration, unknown } from "../../../lib/format.ts";
import { type Forecast, forecastsQuery } from "../api/reading.ts";

/** What each reading of history was expected to take, and what it took. */
export function ForecastsPanel({ integration }: { integration: string }) {
  const { data } = useQuery(forecastsQuery(integration));
  if (!data || data.length === 0) return null;
  return (
    <Panel
      title="Forecast and what happened"
      lead="Before history is read, its calls are counted and played against the vendor's limits."
      isFlush
      actions={<CsvButton name={`${integration}-forecasts`} header={csvColumns} rows={() => data.map(csvRow)} />}
    >
      <DataTable
        label="Forecast and what happened"
        columns={columns}
        rows={data}
        keyOf={({ id }) => id}
        minWidth={560}
        maxHeight={280}
      />
    </Panel>
  );
}

const pair = (expected: number | null, made: number | null | undefined, format: (value: number) => string) => (
  <span style={{ whiteSpace: "nowrap" }}>
    <span style={{ color: "var(--ll-dim)" }}>{expected === null ? unknown : format(expected)} → </span>
    {made === null || made === undefined ? unknown : format(made)}
  </span>
);

const bases: Readonly<Record<string, string>> = {
  counted: "counted by the vendor",
  learned: "learned from earlier readings",
  declared: "usual sizes",
  unknown: "not known",
};

const columns: TableColumn<Forecast>[] = [
  { id: "made", header: "When", cell: ({ madeAt }) => <RelativeTime at={madeAt} /> },
  {
    id: "calls",
    header: "Calls",
    align: "right",
    cell: ({ forecast, actual }) => pair(forecast.calls, actual?.calls, formatCount),
  },
  {
    id: "points",
    header: "Points",
    align: "right",
    cell: ({ forecast, actual }) => pair(forecast.points, actual?.points, formatCount),
  },
  {
    id: "took",
    header: "Time",
    align: "right",
    cell: ({ forecast, actual }) => (
      <span title={bandOf(forecast)}>{pair(forecast.seconds, actual?.seconds, formatDuration)}</span>
    ),
  },
  { id: "basis", header: "Rests on", cell: ({ forecast }) => bases[forecast.basis] ?? forecast.basis },
  { id: "outcome", header: "Outcome", cell: ({ outcome }) => outcome ?? "reading" },
];

const bandOf = ({ secondsLow, secondsHigh }: Forecast["forecast"]): string =>
  secondsLow === null || secondsHigh === null
    ? "how long it takes was not known"
    : `expected between ${formatDuration(secondsLow)} and ${formatDuration(secondsHigh)}`;

const csvColumns = [
  "id",
  "madeAt",
  "finishedAt",
  "outcome",
  "basis",
  ...both("calls"),
  ...both("points"),
  ...both("records"),
  ...both("seconds"),
];

function both(name: string): string[] {
  return [`${name}Expected`, `${name}Actual`];
}

const csvRow = ({ id, madeAt, finishedAt, outcome, forecast, actual }: Forecast) => [
  id,
  madeAt,
  finishedAt,
  outcome,
  forecast.basis,
  ...(["calls", "points", "records", "seconds"] as const).flatMap((name) => [forecast[name], actual?.[name] ?? null]),
];
