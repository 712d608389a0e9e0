import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { DataTable } from "../../../components/data-table.tsx";
import { Notice, ProblemNotice } from "../../../components/states.tsx";
import { formatInstant } from "../../../lib/dates.ts";
import { formatCount, formatDuration, unknown } from "../../../lib/format.ts";
import { type Task, taskQuery } from "../api/reading.ts";
import classes from "./detail.module.css";
import { PayloadView } from "./payload-view.tsx";

const at = (instant: string | null) => (instant ? formatInstant(instant) : unknown);

/** Everything the ledger knows of one task. */
export function TaskDetails({ integration, task }: { integration: string; task: Task }) {
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
      <Pages integration={integration} task={task} />
    </div>
  );
}

/** Every page that the task has read, as the archive keeps it, and what did not fit. */
function Pages({ integration, task }: { integration: string; task: Task }) {
  const detail = useQuery(taskQuery(integration, task.id));
  const [open, setOpen] = useState<string | null>(null);
  if (!detail.data || detail.data.pages.length === 0) return null;
  const { pages, pagesTotal, quarantined } = detail.data;
  return (
    <>
      <DataTable
        label={`Pages of task ${task.id}`}
        maxHeight={300}
        rows={pages}
        keyOf={(page) => page.id}
        openKey={open}
        details={(page) => <PayloadView hash={page.hash} label={`Archived page ${page.request ?? page.id}`} />}
        columns={[
          { id: "request", header: "Page", cell: (page) => <code>{page.request ?? page.via}</code> },
          { id: "status", header: "Answer", align: "right", cell: (page) => page.status ?? unknown },
          { id: "records", header: "Records", align: "right", cell: (page) => formatCount(page.records) },
          { id: "at", header: "Read", cell: (page) => formatInstant(page.fetchedAt) },
          {
            id: "open",
            header: "",
            hiddenHeader: "Archived page",
            cell: (page) => (
              <Button size="compact-xs" variant="default" onClick={() => setOpen(open === page.id ? null : page.id)}>
                {open === page.id ? "Close" : "Open"}
              </Button>
            ),
          },
        ]}
      />
      {pagesTotal > pages.length && <p>{formatCount(pagesTotal - pages.length)} more pages are in the archive.</p>}
      {quarantined.map((record) => (
        <Notice key={record.hash} tone="warn">
          Record {record.nativeKey ?? "without a readable key"}: <code>{record.path}</code> {record.message}
        </Notice>
      ))}
    </>
  );
}
