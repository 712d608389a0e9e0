import type { Command } from "commander";

import type { IntegrationBody, RunBody } from "../server/shapes/integrations.ts";
import { allPages, type Client } from "./client.ts";
import { acting, command, Failed, listed, withClient, type Shared } from "./command.ts";
import { watchRun } from "./ingest-progress.ts";
import { print, printJson, say, table } from "./output.ts";

interface Options extends Shared {
  readonly stream?: string[];
  readonly scope?: string[];
  readonly since?: string;
  readonly until?: string;
  readonly full?: boolean;
}

export function ingest(program: Command): void {
  command(program, "ingest [names...]", "read now, with progress; exit 1 if any stream failed")
    .option("--stream <names>", "only these streams", listed)
    .option("--scope <names>", "only these scopes", listed)
    .option("--since <when>", "read again from this day or instant")
    .option("--until <when>", "up to this day or instant")
    .option("--full", "read everything again")
    .action(
      acting(async (names: string[], options: Options) => {
        const runs = await withClient((client) => ingestAll(client, names, options));
        if (options.json) printJson({ runs });
        else summarise(runs);
        if (runs.some((run) => run.state !== "succeeded")) throw new Failed();
      }),
    );
}

async function ingestAll(client: Client, names: readonly string[], options: Options): Promise<RunBody[]> {
  const { stream: streams, scope: scopes, since, until, full = false } = options;
  const wanted = names.length > 0 ? names : await activeIds(client);
  if (wanted.length === 0 && !options.json) say("There is no active integration. Add one with `leadline connect`.");
  const runs: RunBody[] = [];
  for (const id of wanted) {
    const path = `/api/v1/integrations/${encodeURIComponent(id)}/ingest`;
    const { backfill } = await client.call<RunBody>("POST", path, { streams, scopes, since, until, full });
    runs.push(await watchRun(client, id, { isQuiet: options.json === true, backfill: backfill ?? undefined }));
  }
  if (runs.some((run) => run.progress.entities > 0)) {
    if (!options.json) say("Building facts …");
    await client.call("POST", "/api/v1/facts/refresh");
  }
  return runs;
}

const activeIds = async (client: Client) =>
  (await allPages<IntegrationBody>(client, "/api/v1/integrations?lifecycle=active&limit=500")).map(({ id }) => id);

function summarise(runs: readonly RunBody[]): void {
  if (runs.length === 0) return;
  print(
    table(
      ["integration", "state", "streams", "requests", "records", "entities"],
      runs.map(({ integration, state, progress }) => [
        integration,
        state,
        progress.tasksDone,
        progress.requests,
        progress.records,
        progress.entities,
      ]),
    ),
  );
  for (const { integration, failures } of runs)
    for (const { stream, scope, problem } of failures) {
      say(
        [`${integration} ${stream}${scope ? ` of ${scope}` : ""}: ${problem.title}`, problem.detail, problem.hint]
          .filter(Boolean)
          .join("\n  "),
      );
    }
}
