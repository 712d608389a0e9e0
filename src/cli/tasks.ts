import type { Command } from "commander";

import { Problem } from "../domain/problem.ts";
import type { JourneyAnswer } from "../server/shapes/journey.ts";
import type { TaskBody } from "../server/shapes/monitoring.ts";
import { pathWith } from "./client.ts";
import { acting, command, listed, withClient, type Shared } from "./command.ts";
import { duration, print, printJson, table } from "./output.ts";

interface Options extends Shared {
  readonly status?: string[];
  readonly kind?: string[];
  readonly stream?: string;
  readonly scope?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: string;
  readonly journey?: string;
}

export function tasks(program: Command): void {
  command(program, "tasks [name]", "the ingestion log, newest first")
    .option("--status <words>", "scheduled, pending, running, succeeded, failed, cancelled", listed)
    .option("--kind <words>", "backfill, refresh, webhook, push, import, reconcile, delete", listed)
    .option("--stream <name>", "of one stream")
    .option("--scope <name>", "of one scope")
    .option("--from <instant>", "started at or after")
    .option("--to <instant>", "started before")
    .option("--limit <number>", "at most so many", "50")
    .option("--journey <key>", "where a pull request, issue, commit or run is: when it was read and what came of it")
    .action(
      acting(async (name: string | undefined, { json, journey: key, ...filter }: Options) => {
        if (key !== undefined) return journey(name, { key, json, scope: filter.scope, stream: filter.stream });
        const path = name === undefined ? "/api/v1/tasks" : `/api/v1/integrations/${encodeURIComponent(name)}/tasks`;
        const page = await withClient((client) =>
          client.call<{ items: TaskBody[]; total: number }>("GET", pathWith(path, { ...filter })),
        );
        if (json) printJson(page);
        else show(page.items);
      }),
    );
}

interface JourneyOptions {
  readonly key: string;
  readonly json: boolean | undefined;
  readonly scope: string | undefined;
  readonly stream: string | undefined;
}

async function journey(name: string | undefined, { json, ...query }: JourneyOptions): Promise<void> {
  if (name === undefined)
    throw new Problem({
      code: "integration_missing",
      what: "--journey looks into one integration, and none is named.",
      next: `Write \`leadline tasks NAME --journey ${query.key}\`.`,
    });
  const path = pathWith(`/api/v1/integrations/${encodeURIComponent(name)}/journey`, { ...query });
  const answer = await withClient((client) => client.call<JourneyAnswer>("GET", path));
  if (json) return printJson(answer);
  print(answer.sentence);
  if (!answer.journey) {
    const rows = answer.candidates.map((one) => [one.stream, one.scope, one.nativeKey, one.label]);
    if (rows.length > 0) print(`\n${table(["stream", "scope", "key", "title"], rows)}\n\nChoose with --stream and --scope.`);
    return;
  }
  const { versions, rows, quarantined, facts } = answer.journey;
  const read = versions.map((one) => [
    one.firstSeenAt,
    one.lastSeenAt,
    one.isLatest,
    one.task?.kind,
    one.task?.id,
    one.page?.request,
  ]);
  print(`\n${table(["first read", "last seen", "newest", "task", "id", "request"], read)}`);
  print(
    `\n${table(
      ["table", "id"],
      rows.map((row) => [row.table, row.id]),
    )}`,
  );
  for (const { path: field, message } of quarantined) print(`Quarantined at ${field}: ${message}`);
  for (const { fact, rows: count } of facts) print(`${fact}: ${count} rows`);
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
        task.isStuck ? "stuck" : task.status,
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
