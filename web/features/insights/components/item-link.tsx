import { IconArrowUpRight } from "@tabler/icons-react";

import classes from "../../../components/charts/chart.module.css";
import { useCellPanels } from "../../../lib/cell.ts";
import { type Row, textOf } from "../../../lib/metric-query.ts";
import { rowName } from "../../../lib/row-name.ts";
import { cellOf, type Frame } from "../api/frame.ts";

interface ItemLinkProps {
  frame: Frame;
  metric: string;
  row: Row;
}

/** The name of a row: it opens the transitions and payloads behind it, and beside it stands the way to the vendor. */
export function ItemLink({ frame, metric, row }: ItemLinkProps) {
  const { openExplain } = useCellPanels();
  const name = rowName(row);
  const url = textOf(row, "url");
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 6, whiteSpace: "nowrap" }}>
      <button
        type="button"
        className={classes.cellButton}
        title="From this item to what the vendor sent"
        onClick={() => openExplain({ ...cellOf(frame, metric), row: String(row["id"]) })}
      >
        {name}
      </button>
      {url && /^https?:/.test(url) && (
        <a
          href={url}
          target="_blank"
          rel="noreferrer"
          aria-label={`${name} at the vendor`}
          style={{ display: "inline-flex", color: "var(--ll-dim)" }}
        >
          <IconArrowUpRight size={14} stroke={1.8} aria-hidden />
        </a>
      )}
    </span>
  );
}
