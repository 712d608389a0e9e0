import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowUpRight, IconZoomQuestion } from "@tabler/icons-react";

import type { TableColumn } from "../../../components/data-table.tsx";
import { Tag } from "../../../components/status-badge.tsx";
import { formatInstant } from "../../../lib/dates.ts";
import { formatValue, unknown } from "../../../lib/format.ts";
import type { FactRow, RowColumn } from "../api/explain-queries.ts";
import classes from "./explain.module.css";
import { rowName } from "../../../lib/row-name.ts";

export type Part = "included" | "left" | "all";

interface RowColumnsInput {
  columns: readonly RowColumn[];
  rows: readonly FactRow[];
  part: Part;
  /** Every column of the fact, not only those that tell rows apart. */
  isWhole: boolean;
  onRow: (id: string) => void;
}

/** Drawn by the first column, or as words of their own; never as plain columns. */
const drawnElsewhere = new Set(["id", "profile_id", "primary_team_id", "url", "flags", "included", "reason"]);

/** How many columns that only describe are shown unasked, and which of them say most. */
const mostDescriptions = 3;
const tellsMost = [
  "repository_id_label",
  "application_id_label",
  "author_id_label",
  "reviewer_id_label",
  "environment",
  "size",
  "result",
];
const rank = ({ name }: RowColumn) => (tellsMost.includes(name) ? tellsMost.indexOf(name) : tellsMost.length);

/** Columns of fact rows for people: a name with a link out, values by unit, flags, and why a row was left out. */
export function rowColumns({ columns, rows, part, isWhole, onRow }: RowColumnsInput): TableColumn<FactRow>[] {
  const shown = isWhole ? columns.filter((column) => isPlain(column, columns)) : tellingColumns(columns, rows);
  return [
    { id: "name", header: "Item", isPinned: true, cell: (row) => <RowName row={row} />, sortBy: rowName },
    {
      id: "explain",
      header: "",
      hiddenHeader: "Explain",
      width: 40,
      cell: (row) => (
        <Tooltip label="From this row to what the vendor sent">
          <ActionIcon size="sm" aria-label={`Explain ${rowName(row)}`} onClick={() => onRow(String(row["id"]))}>
            <IconZoomQuestion size={16} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ),
    },
    ...(part === "included"
      ? []
      : [{ id: "reason", header: "Counted", cell: (row: FactRow) => <Reason row={row} columns={columns} /> }]),
    ...shown.map(valueColumn),
    { id: "flags", header: "Flags", cell: (row) => <Flags row={row} /> },
  ];
}

/** Ids give way to their labels. */
const isPlain = ({ name }: RowColumn, columns: readonly RowColumn[]) =>
  !drawnElsewhere.has(name) && !columns.some((column) => column.name === `${name}_label`);

/** The time that decides the bucket, the value, and the few descriptions in which these rows differ. */
function tellingColumns(columns: readonly RowColumn[], rows: readonly FactRow[]): RowColumn[] {
  const plain = columns.filter((column) => isPlain(column, columns));
  const when = plain.find((column) => column.type === "timestamptz");
  const value = plain.find((column) => column.name === "value" && column.unit !== "count" && column.unit !== "percent");
  const seen = new Set<string>();
  const descriptions = plain.filter((column) => {
    if (column.type !== "text" || column.name.endsWith("_id")) return false;
    const values = rows.map((row) => row[column.name]);
    const print = JSON.stringify(values);
    if (new Set(values.filter((one) => one !== null)).size < 2 || seen.has(print)) return false;
    seen.add(print);
    return true;
  });
  const telling = descriptions.sort((a, b) => rank(a) - rank(b)).slice(0, mostDescriptions);
  return [when, value, ...telling].filter((column) => column !== undefined);
}

function RowName({ row }: { row: FactRow }) {
  const name = rowName(row);
  const url = row["url"];
  if (typeof url !== "string" || !/^https?:/.test(url)) {
    return (
      <span className={classes.rowName} title={name}>
        <span>{name}</span>
      </span>
    );
  }
  return (
    <a className={classes.rowName} href={url} target="_blank" rel="noreferrer" title={`${name} at the vendor`}>
      <span>{name}</span>
      <IconArrowUpRight size={14} stroke={1.8} aria-label="opens at the vendor" style={{ flex: "none" }} />
    </a>
  );
}

function valueColumn({ name, type, unit, label }: RowColumn): TableColumn<FactRow> {
  const shownUnit = unit ?? (name.endsWith("_seconds") ? "seconds" : "count");
  return {
    id: name,
    header: label ?? name.replaceAll("_", " "),
    align: type === "double" || type === "bigint" ? "right" : "left",
    sortBy: (row) => {
      const value = row[name];
      return typeof value === "number" || typeof value === "string" ? value : value === null ? null : String(value);
    },
    cell: (row) => <Value value={row[name]} type={type} unit={shownUnit} />,
  };
}

function Value({ value, type, unit }: { value: FactRow[string] | undefined; type: string; unit: string }) {
  if (value === null || value === undefined) return unknown;
  if (typeof value === "number") return formatValue(value, unit);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.join(", ");
  return <span style={{ whiteSpace: "nowrap" }}>{type === "timestamptz" ? formatInstant(value) : value}</span>;
}

/** The part of the rule that failed: a column by its name for people, or the rule itself. */
export const reasonText = (reason: string, columns: readonly { name: string; label?: string | null }[]): string => {
  const label = columns.find((column) => column.name === reason)?.label;
  return label ? `not: ${label[0]?.toLowerCase()}${label.slice(1)}` : reason.replaceAll("_", " ");
};

function Reason({ row, columns }: { row: FactRow; columns: readonly RowColumn[] }) {
  if (row["included"] === true) return <Tag tone="good">counted</Tag>;
  const reason = row["reason"];
  return (
    <span style={{ whiteSpace: "nowrap" }} title={String(reason)}>
      {typeof reason === "string" ? reasonText(reason, columns) : "left out"}
    </span>
  );
}

function Flags({ row }: { row: FactRow }) {
  const flags = row["flags"];
  if (typeof flags !== "string" || !flags) return null;
  return (
    <span className={classes.flags}>
      {flags.split(",").map((flag) => (
        <Tag key={flag}>{flag.replaceAll("_", " ")}</Tag>
      ))}
    </span>
  );
}
