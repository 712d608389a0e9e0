import { MultiSelect, SegmentedControl, Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import type { ReactNode } from "react";

import { RangePicker } from "../../../components/range-picker.tsx";
import { formatRange } from "../../../lib/dates.ts";
import { answersQuery, textOf } from "../../../lib/metric-query.ts";
import { teamsQuery } from "../../../lib/queries.ts";
import { by, filterColumns, type FilterName, type Frame } from "../api/frame.ts";
import { grains, type InsightSearch, type Statistic, statistics } from "../search.ts";
import classes from "./filter-bar.module.css";

interface FilterBarProps {
  frame: Frame;
  search: InsightSearch;
  onChange: (change: InsightSearch) => void;
  filters: readonly FilterName[];
  hasDurations: boolean;
  /** What this page alone can be asked. */
  children?: ReactNode;
}

export const statisticLabels: Record<Statistic, string> = { median: "Median", mean: "Mean", p75: "p75", p90: "p90", p95: "p95" };
const grainLabels: Record<(typeof grains)[number], string> = { day: "Day", week: "Week", month: "Month", quarter: "Quarter" };

/** What is looked at: range, grain, statistic, teams, repositories, comparison. */
export function FilterBar({ frame, search, onChange, filters, hasDurations, children }: FilterBarProps) {
  return (
    <div className={classes.bar} role="group" aria-label="Filters">
      <RangePicker range={frame} onChange={onChange} />
      <SegmentedControl
        aria-label="Grain"
        value={frame.grain}
        onChange={(grain) => onChange({ grain })}
        data={grains.map((grain) => ({ value: grain, label: grainLabels[grain] }))}
      />
      {hasDurations && (
        <Select
          aria-label="Statistic of durations"
          data={statistics.map((statistic) => ({ value: statistic, label: statisticLabels[statistic] }))}
          value={frame.statistic}
          onChange={(statistic) => onChange({ statistic: statistic === "median" ? undefined : (statistic as Statistic) })}
          allowDeselect={false}
          w={100}
        />
      )}
      {children}
      {filters.map((name) =>
        name === "teams" ? (
          <Teams key={name} value={search.teams ?? []} onChange={(teams) => onChange({ teams })} />
        ) : (
          <Sources
            key={name}
            {...{ name, frame }}
            value={search[name] ?? []}
            onChange={(chosen) => onChange({ [name]: chosen })}
          />
        ),
      )}
      <Switch
        className={classes.end ?? ""}
        label="Compare"
        aria-label="Compare with the period before"
        checked={frame.isCompared}
        onChange={(event) => onChange({ compare: event.currentTarget.checked ? undefined : false })}
      />
      <span className="ll-visually-hidden">{formatRange(frame.from, frame.to)}</span>
    </div>
  );
}

interface ChoiceProps {
  value: string[];
  onChange: (value: string[] | undefined) => void;
}

const orNothing = (value: string[]) => (value.length > 0 ? value : undefined);

function Teams({ value, onChange }: ChoiceProps) {
  const { data: teams = [] } = useQuery(teamsQuery);
  if (teams.length === 0) return null;
  return (
    <MultiSelect
      aria-label="Teams"
      placeholder={value.length ? "" : "All teams"}
      data={teams.map((team) => ({ value: team.id, label: team.name }))}
      value={value}
      onChange={(given) => onChange(orNothing(given))}
      searchable
      clearable
      hidePickedOptions
      w={132}
    />
  );
}

/** Options are those with items in two years. */
const sources = {
  repositories: { metric: "changes_merged", label: "Repositories" },
  projects: { metric: "issues_created", label: "Projects" },
} as const;

interface SourcesProps extends ChoiceProps {
  frame: Frame;
  name: keyof typeof sources;
}

function Sources({ frame, name, value, onChange }: SourcesProps) {
  const { metric, label } = sources[name];
  const column = filterColumns[name];
  const from = dayjs.utc(frame.to).subtract(2, "year").format("YYYY-MM-DD");
  const query = by({ project: frame.project, from, to: frame.to, metrics: [metric] }, column);
  const { data } = useQuery({ ...answersQuery({ query }), staleTime: 60_000 });
  const rows = data?.query.answer?.rows ?? [];
  const options = rows.flatMap((row) => {
    const id = textOf(row, column);
    return id ? [{ value: id, label: textOf(row, `${column}_label`) ?? id }] : [];
  });
  return (
    <MultiSelect
      aria-label={label}
      placeholder={value.length ? "" : `All ${label.toLowerCase()}`}
      data={options}
      value={value.filter((id) => options.some((option) => option.value === id))}
      onChange={(given) => onChange(orNothing(given))}
      searchable
      clearable
      hidePickedOptions
      w={156}
      limit={100}
    />
  );
}
