import type { Command } from "commander";

import type { TaskBody } from "../server/shapes/monitoring.ts";
import { pathWith } from "./client.ts";
import { acting, command, listed, withClient, type Shared } from "./command.ts";
import { duration, print, printJson, table } from "./output.ts";

interface Options extends Shared {
  readonly status?: string[];
  readonly kind?: string[];
  readonly stream?: string;
  readonly scope?: string;
  readonly limit: string;
}

export function tasks(program: Command): void {
  command(program, "tasks [name]", "the ingestion log, newest first")
    .option("--status <words>", "scheduled, pending, running, succeeded, failed, cancelled", listed)
    .option("--kind <words>", "backfill, refresh, webhook, push, import, reconcile, delete", listed)
    .option("--stream <name>", "of one stream")
    .option("--scope <name>", "of one scope")
    .option("--limit <number>", "at most so many", "50")
    .action(
      acting(async (name: string | undefined, { json, ...filter }: Options) => {
        const path = name === undefined ? "/api/v1/tasks" : `/api/v1/integrations/${encodeURIComponent(name)}/tasks`;
        const page = await withClient((client) =>
          client.call<{ items: TaskBody[]; total: number }>("GET", pathWith(path, { ...filter })),
        );
        if (json) printJson(page);
        else show(page.items);
      }),
    );
}

function show(items: readonly TaskBody[]): void {
  print(
    table(
      [
        "started",
        "integration",
        "kind",
        "stream",
        "scope",
        "status",
        "took",
        "requests",
        "retries",
        "records",
        "entities",
        "error",
      ],
      items.map((task) => [
        task.startedAt?.slice(0, 19).replace("T", " "),
        task.integration,
        task.kind,
        task.stream,
        task.scope,
        task.status,
        duration(task.durationMs === null ? null : task.durationMs / 1000),
        task.requests,
        task.retries,
        task.records,
        task.entities,
        task.error?.title ?? "",
      ]),
    ),
  );
}
