import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowUpRight, IconZoomQuestion } from "@tabler/icons-react";

import { Tag } from "../../../components/status-badge.tsx";
import type { TableColumn } from "../../../components/data-table.tsx";
import { formatInstant } from "../../../lib/dates.ts";
import { formatValue, unknown } from "../../../lib/format.ts";
import type { FactRow, RowColumn } from "../api/explain-queries.ts";
import classes from "./explain.module.css";

interface RowColumnsInput {
  columns: readonly RowColumn[];
  part: "included" | "left" | "all";
  onRow: (id: string) => void;
}

/** Drawn by the first column, or as words of their own; never as plain columns. */
const drawnElsewhere = new Set([
  "id",
  "profile_id",
  "integration_id",
  "primary_team_id",
  "url",
  "flags",
  "included",
  "reason",
  "cursor",
]);

/** Columns of fact rows for people: a name with a link out, values by unit, flags, and why a row was left out. */
export function rowColumns({ columns, part, onRow }: RowColumnsInput): TableColumn<FactRow>[] {
  const title = columns.find(
    (column) => /^(pull_request|change|deployment|issue|incident|title)/.test(column.name) && column.name.endsWith("_label"),
  );
  const labelled = new Set(
    columns.filter((column) => column.name.endsWith("_label")).map((column) => column.name.slice(0, -"_label".length)),
  );
  const plain = columns.filter(
    (column) =>
      !drawnElsewhere.has(column.name) &&
      !labelled.has(column.name) &&
      column.name !== title?.name &&
      !column.name.endsWith("_id"),
  );
  return [
    { id: "name", header: "Item", isPinned: true, cell: (row) => <RowName row={row} title={title?.name} /> },
    ...(part === "included" ? [] : [{ id: "reason", header: "Counted", cell: (row: FactRow) => <Reason row={row} /> }]),
    ...plain.map((column) => valueColumn(column)),
    { id: "flags", header: "Flags", cell: (row) => <Flags row={row} /> },
    {
      id: "explain",
      header: "",
      hiddenHeader: "Explain",
      width: 40,
      cell: (row) => (
        <Tooltip label="From this row to what the vendor sent">
          <ActionIcon size="sm" aria-label={`Explain ${nameOf(row, title?.name)}`} onClick={() => onRow(String(row["id"]))}>
            <IconZoomQuestion size={16} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ),
    },
  ];
}

/** Without a title the native part of the id says most: `acme/pay#17`. */
const nameOf = (row: FactRow, title: string | undefined): string => {
  const given = title ? row[title] : null;
  return typeof given === "string" && given ? given : String(row["id"]).split(":").slice(3).join(":") || String(row["id"]);
};

function RowName({ row, title }: { row: FactRow; title: string | undefined }) {
  const name = nameOf(row, title);
  const url = row["url"];
  if (typeof url !== "string" || !/^https?:/.test(url)) {
    return (
      <span className={classes.rowName} title={name}>
        <span>{name}</span>
      </span>
    );
  }
  return (
    <a className={classes.rowName} href={url} target="_blank" rel="noreferrer" title={name}>
      <span>{name}</span>
      <IconArrowUpRight size={14} stroke={1.8} aria-label="opens at the vendor" style={{ flex: "none" }} />
    </a>
  );
}

function valueColumn({ name, type, unit, label }: RowColumn): TableColumn<FactRow> {
  const isNumber = type === "double" || type === "bigint";
  const seconds = unit ?? (name.endsWith("_seconds") ? "seconds" : "count");
  return {
    id: name,
    header: label ?? name.replaceAll("_", " "),
    align: isNumber ? "right" : "left",
    sortBy: (row) => {
      const value = row[name];
      return typeof value === "number" || typeof value === "string" ? value : value === null ? null : String(value);
    },
    cell: (row) => {
      const value = row[name];
      if (value === null || value === undefined) return unknown;
      if (typeof value === "number") return formatValue(value, seconds);
      if (typeof value === "boolean") return value ? "yes" : "no";
      if (Array.isArray(value)) return value.join(", ");
      return type === "timestamptz" ? <span style={{ whiteSpace: "nowrap" }}>{formatInstant(value)}</span> : value;
    },
  };
}

function Reason({ row }: { row: FactRow }) {
  if (row["included"] === true) return <Tag tone="good">counted</Tag>;
  const reason = row["reason"];
  return <span>{typeof reason === "string" ? reason : "left out"}</span>;
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
