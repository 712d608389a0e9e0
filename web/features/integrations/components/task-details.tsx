import { ProblemNotice } from "../../../components/states.tsx";
import { formatInstant } from "../../../lib/dates.ts";
import { formatCount, formatDuration, unknown } from "../../../lib/format.ts";
import type { Task } from "../api/reading.ts";
import classes from "./detail.module.css";

const at = (instant: string | null) => (instant ? formatInstant(instant) : unknown);

/** Everything the ledger knows of one task. */
export function TaskDetails({ task }: { task: Task }) {
  const facts: [string, string][] = [
    ["Scheduled", at(task.scheduledAt)],
    ["Started", at(task.startedAt)],
    ["Finished", at(task.finishedAt)],
    ["Next attempt", at(task.nextAttemptAt)],
    ["Scan from", task.scanFrom ? at(task.scanFrom) : "beginning"],
    ["Scan to", task.scanTo ? at(task.scanTo) : "now"],
    ["Oldest change seen", at(task.firstChangeAt)],
    ["Newest change seen", at(task.lastChangeAt)],
    ["Attempts", formatCount(task.attempts)],
    ["Waited for budget", formatDuration(task.waitedMs / 1000)],
    ["Unchanged records", formatCount(task.unchanged)],
    ["Skipped records", formatCount(task.skipped)],
    ["Quarantined", formatCount(task.quarantined)],
    ["Marked as gone", formatCount(task.tombstoned)],
    ["Task", task.id],
  ];
  return (
    <div className={classes.details}>
      {task.error && <ProblemNotice problem={task.error} />}
      <dl className={classes.detailGrid}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
