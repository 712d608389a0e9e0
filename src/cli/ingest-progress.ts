import { setTimeout as after } from "node:timers/promises";

import type { RunBody } from "../server/shapes/integrations.ts";
import { pathWith, type Client } from "./client.ts";
import { duration, say } from "./output.ts";

const POLL_MS = 400;
const LINE_EVERY_MS = 3000;

/** Watches a run to its end, with progress on standard error: one moving line on a terminal, a line now and then elsewhere. */
export async function watchRun(
  client: Client,
  id: string,
  options: { isQuiet: boolean; backfill?: string | undefined },
): Promise<RunBody> {
  let saidAt = 0;
  for (;;) {
    const run = await client.call<RunBody>(
      "GET",
      pathWith(`/api/v1/integrations/${encodeURIComponent(id)}/ingest`, { backfill: options.backfill }),
    );
    const hasEnded = run.finishedAt !== null;
    const isDue = performance.now() - saidAt >= (process.stderr.isTTY ? POLL_MS : LINE_EVERY_MS);
    if (!options.isQuiet && (hasEnded || isDue)) {
      show(lineOf(id, run), hasEnded);
      saidAt = performance.now();
    }
    if (hasEnded) return run;
    await after(POLL_MS);
  }
}

function show(line: string, isLast: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line}${isLast ? "\n" : ""}`);
  else say(line);
}

function lineOf(id: string, { state, progress, startedAt, finishedAt }: RunBody): string {
  const tasks = progress.tasksTotal === null ? "finding scopes" : `${progress.tasksDone}/${progress.tasksTotal} streams`;
  const took = startedAt === null ? null : (Date.parse(finishedAt ?? new Date().toISOString()) - Date.parse(startedAt)) / 1000;
  return [
    `${id}: ${finishedAt === null ? progress.state : state}`,
    tasks,
    `${progress.records.toLocaleString("en")} records`,
    `${progress.entities.toLocaleString("en")} entities`,
    `${progress.requests} requests`,
    duration(took),
    ...(progress.etaSeconds === null ? [] : [`about ${duration(progress.etaSeconds)} left`]),
    ...(progress.waitingUntil === null ? [] : [`waiting until ${progress.waitingUntil}`]),
  ].join(" · ");
}
