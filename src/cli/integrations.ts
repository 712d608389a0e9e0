import { setTimeout as after } from "node:timers/promises";

import type { Command } from "commander";

import { Problem } from "../domain/problem.ts";
import type { CheckAnswer, Impact, IntegrationBody } from "../server/shapes/integrations.ts";
import type { ScopeBody } from "../server/shapes/monitoring.ts";
import { allPages, pathWith, type Client } from "./client.ts";
import { acting, command, Failed, listed, withClient, type Shared } from "./command.ts";
import { print, printJson, say, table } from "./output.ts";
import { reconcile } from "./reconcile.ts";

interface Options extends Shared {
  readonly yes?: boolean;
  readonly grace?: string;
  readonly search?: string;
  readonly include?: string[];
  readonly exclude?: string[];
}

const at = (name: string, rest = "") => `/api/v1/integrations/${encodeURIComponent(name)}${rest}`;

export function integrations(program: Command): void {
  const group = program.command("integrations").description("manage integrations");
  const add = (usage: string, summary: string, body: (client: Client, name: string, options: Options) => Promise<void>) =>
    command(group, usage, summary).action(
      acting((name: string, options: Options) => withClient((client) => body(client, name, options))),
    );

  command(group, "list", "all of them")
    .option("--search <words>", "only those that fit")
    .action(acting((options: Options) => withClient((client) => list(client, options))));
  add("show <name>", "one of them", async (client, name, options) => show(await client.call("GET", at(name)), options));
  add("check <name>", "ask the vendor who the credential is", check);
  add("pause <name>", "stop reading until resumed", async (client, name, options) =>
    show(await client.call("POST", at(name, "/pause")), options),
  );
  add("resume <name>", "read again", async (client, name, options) =>
    show(await client.call("POST", at(name, "/resume")), options),
  );
  add("reconcile <name>", "compare with the vendor's lists now, and read what is missing", reconcile);
  add("delete <name>", "delete it and everything read through it", remove)
    .option("--yes", "really")
    .option("--grace <seconds>", "time in which `undelete` takes it back");
  add("undelete <name>", "keep it after all; works until the first row is gone", async (client, name, options) =>
    show(await client.call("POST", at(name, "/deletion/cancel")), options),
  );
  add("scopes <name>", "what it can see and what is chosen; choose with --include and --exclude", scopes)
    .option("--include <names>", "names or patterns to read", listed)
    .option("--exclude <names>", "names or patterns to leave out", listed)
    .option("--search <words>", "only those that fit");
  group.action(() => group.help({ error: true }));
}

async function list(client: Client, { json, search }: Options): Promise<void> {
  const items = await allPages<IntegrationBody>(client, pathWith("/api/v1/integrations", { search, limit: 500 }));
  if (json) return printJson({ items });
  return print(
    table(
      ["id", "name", "connector", "status", "life cycle", "scopes", "last success", "data through"],
      items.map((one) => [
        one.id,
        one.name,
        one.connector,
        one.status,
        one.lifecycle,
        one.scopes.selected,
        one.lastSuccessAt,
        one.freshness.dataThrough,
      ]),
    ),
  );
}

function show(one: IntegrationBody, { json }: Options): void {
  if (json) return printJson(one);
  const lines: [string, string][] = [
    ["id", one.id],
    ["name", one.name],
    ["connector", one.connectorLabel],
    ["status", `${one.status} since ${one.statusSince}: ${one.statusReason}`],
    ...(one.nextStep ? [["next step", one.nextStep] as [string, string]] : []),
    ["life cycle", one.lifecycle],
    ["every", `${one.everySeconds} s`],
    ["history", one.backfill.since ?? "everything"],
    ["scopes", `${one.scopes.selected} of ${one.scopes.known} (${one.selection.include.join(", ")})`],
    ...(one.deletion ? [["deletion", deletionLine(one.deletion)] as [string, string]] : []),
    ["projects", one.projects.map(({ key }) => key).join(", ") || "none"],
    ...Object.entries(one.config).map(([field, value]): [string, string] => [field, String(value)]),
    ...one.secrets.map(({ field, writtenAt, rotatedAt }): [string, string] => [field, `written ${rotatedAt ?? writtenAt}`]),
  ];
  print(lines.map(([name, value]) => `${name.padEnd(12)} ${value}`).join("\n"));
  return print(
    `\n${table(
      ["stream", "complete from", "to"],
      one.coverage.map(({ stream, from, to }) => [stream, from, to]),
    )}`,
  );
}

const deletionLine = ({ step, rowsLeft, rowsTotal, beginsAt, isCancellable }: NonNullable<IntegrationBody["deletion"]>) =>
  isCancellable ? `begins ${beginsAt}; undelete keeps it` : `${step}: ${rowsLeft ?? "?"} of ${rowsTotal ?? "?"} rows left`;

async function check(client: Client, name: string, { json }: Options): Promise<void> {
  const answer = await client.call<CheckAnswer>("POST", at(name, "/check"), {});
  if (json) printJson(answer);
  else {
    print(answer.sentence);
    for (const { permission, streams } of answer.missing) print(`Missing: ${permission} (${streams.join(", ")}).`);
    if (answer.problem?.hint) say(answer.problem.hint);
  }
  if (!answer.ok) throw new Failed();
}

async function remove(client: Client, name: string, { json, yes, grace }: Options): Promise<void> {
  const impact = await client.call<Impact>("GET", at(name, "/impact"));
  if (!yes) {
    if (json) printJson(impact);
    else showImpact(impact);
    throw new Problem({
      code: "confirmation_needed",
      what: impact.sentence,
      rule: "A deletion wants --yes.",
      next: `Run \`leadline integrations delete ${name} --yes\` if you mean it.`,
    });
  }
  // Without a server nobody else would finish the work, nor take it back.
  const isHere = client.address === null;
  const asked = { confirm: impact.integration, graceSeconds: isHere ? 0 : grace };
  const deleting = await client.call<IntegrationBody>("DELETE", pathWith(at(name), asked));
  if (isHere) await untilGone(client, impact.integration);
  if (json) printJson(deleting);
  else say(impact.sentence.replace("Deleting", client.address === null ? "Deleted" : "Now deleting"));
}

function showImpact({ tables, projects, teams, dashboards, metrics }: Impact): void {
  const named = (things: readonly { name: string }[]) => things.map(({ name }) => name).join(", ") || "none";
  print(`projects    ${named(projects)}`);
  print(`teams       ${named(teams)}`);
  print(`dashboards  ${named(dashboards)}`);
  print(`metrics     ${metrics.map(({ label }) => label).join(", ") || "none"}\n`);
  print(
    table(
      ["table", "rows"],
      tables.map(({ table: of, rows }) => [of, rows]),
    ),
  );
}

async function scopes(client: Client, name: string, { json, include, exclude, search }: Options): Promise<void> {
  if (include || exclude) {
    const { selection } = await client.call<IntegrationBody>("GET", at(name));
    await client.call("PUT", at(name, "/scopes"), {
      ...selection,
      ...(include ? { include } : {}),
      ...(exclude ? { exclude } : {}),
    });
  }
  const items = await allPages<ScopeBody>(client, pathWith(at(name, "/scopes"), { search, limit: 500 }));
  if (json) printJson({ items });
  else
    print(
      table(
        ["scope", "kind", "chosen by", "archived", "fork"],
        items.map((one) => [one.name, one.kind, one.selectedBy, one.isArchived, one.isFork]),
      ),
    );
}

async function untilGone(client: Client, id: string): Promise<void> {
  for (;;) {
    try {
      await client.call("GET", at(id));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return;
      throw error;
    }
    await after(100);
  }
}
