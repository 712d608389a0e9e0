import type { ReactNode } from "react";

import classes from "./status-badge.module.css";

export type BadgeTone = "good" | "bad" | "warn" | "info" | "idle";

/** Every state word of the product with the tone it is drawn in. */
const words: Record<string, { label: string; tone: BadgeTone; live?: boolean }> = {
  HEALTHY: { label: "Healthy", tone: "good" },
  UNKNOWN: { label: "Unknown", tone: "idle" },
  FAILED: { label: "Failed", tone: "bad" },
  active: { label: "Active", tone: "good" },
  paused: { label: "Paused", tone: "warn" },
  deleting: { label: "Deleting", tone: "bad", live: true },
  scheduled: { label: "Scheduled", tone: "idle" },
  pending: { label: "Pending", tone: "idle" },
  queued: { label: "Queued", tone: "idle" },
  waiting: { label: "Waiting", tone: "idle" },
  running: { label: "Running", tone: "info", live: true },
  succeeded: { label: "Succeeded", tone: "good" },
  failed: { label: "Failed", tone: "bad" },
  cancelled: { label: "Cancelled", tone: "idle" },
  received: { label: "Received", tone: "idle" },
  processing: { label: "Being read", tone: "info", live: true },
  done: { label: "Read", tone: "good" },
  ignored: { label: "Ignored", tone: "idle" },
  dead: { label: "Dead letter", tone: "bad" },
  receiving: { label: "Receiving", tone: "good" },
  silent: { label: "Silent", tone: "idle" },
  off: { label: "Off", tone: "idle" },
  troubled: { label: "Troubled", tone: "bad" },
  complete: { label: "Complete", tone: "good" },
  differs: { label: "Differs", tone: "warn" },
  partial: { label: "Going back", tone: "info" },
  stuck: { label: "Stuck", tone: "bad" },
  sent: { label: "Sent", tone: "good" },
  skipped: { label: "Skipped", tone: "warn" },
};

export function StatusBadge({ state, label }: { state: string; label?: string }) {
  const word = words[state] ?? { label: state, tone: "idle" as const };
  return (
    <span className={classes.badge} data-tone={word.tone} data-live={word.live ?? false}>
      {label ?? word.label}
    </span>
  );
}

/** A small label without a dot. */
export function Tag({ tone = "idle", children }: { tone?: BadgeTone; children: ReactNode }) {
  return (
    <span className={`${classes.badge} ${classes.plain}`} data-tone={tone}>
      {children}
    </span>
  );
}
