import { Button } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import { Fragment, type ReactNode, useMemo, useState } from "react";

import classes from "./data-table.module.css";

export interface TableColumn<Row> {
  id: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** By what the column sorts; without it, it does not. Unknown (null) stays at the end. */
  sortBy?: (row: Row) => number | string | null | undefined;
  align?: "left" | "right";
  /** Read out instead of an empty header. */
  hiddenHeader?: string;
  width?: number | string;
  /** Stays in sight while the table scrolls sideways. */
  isPinned?: boolean;
}

interface Sort {
  column: string;
  isDescending: boolean;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly TableColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** A second row under an open one. */
  details?: (row: Row) => ReactNode;
  openKey?: string | null;
  defaultSort?: Sort;
  maxHeight?: number | string;
  minWidth?: number;
  /** Drawn when there are no rows. */
  empty?: ReactNode;
}

/** A table that scrolls inside itself, sorts on request, and works with the keyboard. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, keyOf, details, openKey, maxHeight, minWidth, empty } = props;
  const [sort, setSort] = useState<Sort | null>(props.defaultSort ?? null);
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  if (rows.length === 0 && empty) return <>{empty}</>;
  return (
    <div
      className={classes.scroll}
      role="region"
      aria-label={label}
      tabIndex={0}
      data-bounded={maxHeight !== undefined}
      style={{ maxHeight }}
    >
      <table className={classes.table} style={{ minWidth }}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => {
            const key = keyOf(row);
            const isOpen = openKey === key;
            return (
              <Fragment key={key}>
                <tr data-hover data-open={isOpen}>
                  {columns.map((column) => (
                    <td
                      key={column.id}
                      data-align={column.align ?? "left"}
                      className={column.isPinned ? classes.pinned : undefined}
                    >
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
                {isOpen && details && (
                  <tr className={classes.details}>
                    <td colSpan={columns.length}>{details(row)}</td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface HeaderCellProps<Row> {
  column: TableColumn<Row>;
  sort: Sort | null;
  onSort: (sort: Sort) => void;
}

function HeaderCell<Row>({ column, sort, onSort }: HeaderCellProps<Row>) {
  const isOn = sort?.column === column.id;
  const Arrow = !isOn ? IconArrowsSort : sort.isDescending ? IconArrowDown : IconArrowUp;
  const order = !isOn ? "none" : sort.isDescending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      data-align={column.align ?? "left"}
      className={column.isPinned ? classes.pinned : undefined}
      style={{ width: column.width }}
      {...(column.sortBy ? { "aria-sort": order } : {})}
    >
      {column.hiddenHeader && <span className="ll-visually-hidden">{column.hiddenHeader}</span>}
      {column.sortBy ? (
        <button
          type="button"
          className={classes.sort}
          data-on={isOn}
          onClick={() => onSort({ column: column.id, isDescending: isOn ? !sort.isDescending : column.align === "right" })}
        >
          {column.header}
          <Arrow size={13} stroke={2} aria-hidden />
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

function sortRows<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], sort: Sort | null): readonly Row[] {
  const by = columns.find((column) => column.id === sort?.column)?.sortBy;
  if (!by || !sort) return rows;
  const direction = sort.isDescending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const a = by(left) ?? null;
    const b = by(right) ?? null;
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return direction * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  });
}

interface MoreRowsProps {
  shown: number;
  total?: number | null;
  hasMore: boolean;
  isLoading: boolean;
  onMore: () => void;
  noun: string;
}

/** How many of how many, and the next page. */
export function MoreRows({ shown, total, hasMore, isLoading, onMore, noun }: MoreRowsProps) {
  return (
    <div className={classes.more}>
      <span className="ll-number">
        {total === null || total === undefined
          ? `${shown.toLocaleString("en")} ${noun}`
          : `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} ${noun}`}
      </span>
      {hasMore && (
        <Button size="xs" variant="default" onClick={onMore} loading={isLoading}>
          Show more
        </Button>
      )}
    </div>
  );
}
