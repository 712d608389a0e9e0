import classes from "./meter.module.css";

interface MeterProps {
  /** 0…1; null when it cannot be said. */
  share: number | null;
  label: string;
  tone?: "info" | "good" | "bad";
  isLive?: boolean;
  isThin?: boolean;
}

/** A bar that says how far something has come. */
export function Meter({ share, label, tone = "info", isLive = false, isThin = false }: MeterProps) {
  const percent = share === null ? 0 : Math.max(0, Math.min(1, share)) * 100;
  return (
    <div
      className={isThin ? `${classes.track} ${classes.thin}` : classes.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(share === null ? {} : { "aria-valuenow": Math.round(percent) })}
    >
      <div className={classes.bar} data-tone={tone} data-live={isLive} style={{ width: `${percent}%` }} />
    </div>
  );
}

/** A bar of one table cell: its length against the longest of the column. Decoration; the number stands beside it. */
export function CellBar({ share, color }: { share: number; color?: string }) {
  return (
    <div className={`${classes.track} ${classes.thin}`} aria-hidden="true">
      <div className={classes.bar} style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%`, background: color }} />
    </div>
  );
}
