import { readFileSync } from "node:fs";

import type { Command } from "commander";

import { Problem } from "../domain/problem.ts";
import type { ConnectorBody, FormField } from "../server/shapes/connectors.ts";
import type { CheckAnswer, IntegrationBody } from "../server/shapes/integrations.ts";
import type { ScopePage } from "../server/shapes/monitoring.ts";
import type { ProjectBody } from "../server/shapes/workspace.ts";
import type { Client } from "./client.ts";
import { acting, command, listed, repeated, withClient, type Shared } from "./command.ts";
import { isTerminal, print, printJson, readDuration, say } from "./output.ts";

interface Options extends Shared {
  readonly name?: string;
  readonly set?: string[];
  readonly scopes?: string[];
  readonly exclude?: string[];
  readonly since?: string;
  readonly every?: string;
  readonly project?: string;
  readonly check: boolean;
}

type Config = Record<string, string>;

export function connect(program: Command): void {
  command(program, "connect <connector>", "add an integration: check the connection, show what it can see, start reading")
    .option("--name <name>", "what it is called (default: the connector's name)")
    .option("--set <key=value>", "a field of the configuration; key=@FILE reads it from a file", repeated)
    .option("--scopes <names>", "names or patterns to read (default: all that the credential can see)", listed)
    .option("--exclude <names>", "names or patterns to leave out", listed)
    .option("--since <day>", "how far back (default: everything)")
    .option("--every <duration>", "how often to refresh, such as 5m")
    .option("--project <key>", "map it to this project, which is made if there is none")
    .option("--no-check", "save without asking the vendor first")
    .action(
      acting(async (connector: string, options: Options) => {
        const made = await withClient((client) => connectWith(client, connector, options));
        if (options.json) printJson(made);
        else print(made.id);
      }),
    );
}

async function connectWith(client: Client, name: string, options: Options): Promise<IntegrationBody> {
  const connector = await client.call<ConnectorBody>("GET", `/api/v1/connectors/${encodeURIComponent(name)}`);
  const tell = options.json ? () => {} : say;
  const given = Object.fromEntries((options.set ?? []).map(readSetting));
  const config = isTerminal() && !options.json ? await askMissing(connector, given) : given;
  const selection = {
    ...(options.scopes ? { include: options.scopes } : {}),
    ...(options.exclude ? { exclude: options.exclude } : {}),
  };
  if (options.check) await checkAndShow(client, { connector: name, config, selection }, tell);
  const made = await client.call<IntegrationBody>("POST", "/api/v1/integrations", {
    connector: name,
    name: options.name ?? name,
    config,
    selection,
    isChecked: false,
    ...(options.since === undefined ? {} : { backfill: { since: options.since } }),
    ...(options.every === undefined ? {} : { everySeconds: readDuration(options.every) }),
  });
  if (options.project !== undefined) await mapTo(client, options.project, made.id);
  tell(
    client.address === null
      ? `Added ${made.id}. Read it with \`leadline ingest ${made.id}\`, or start \`leadline up\`.`
      : `Added ${made.id}. The server at ${client.address} is reading it.`,
  );
  return made;
}

function readSetting(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1)
    throw new Problem({
      code: "bad_setting",
      what: `"${text}" is not key=value.`,
      rule: "--set takes a field of the connector's configuration.",
      next: "Write --set token=… --set url=…",
    });
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  return [key, value.startsWith("@") ? readFile(value.slice(1)) : value];
}

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Problem({
      code: "unreadable_file",
      what: `${path} cannot be read: ${(error as Error).message}.`,
      next: "Give the path of a file, or the value itself.",
    });
  }
}

async function checkAndShow(
  client: Client,
  asked: { connector: string; config: Config; selection: object },
  tell: (text: string) => void,
): Promise<void> {
  const { connector, config, selection } = asked;
  const answer = await client.call<CheckAnswer>("POST", "/api/v1/integrations/check", { connector, config });
  if (!answer.ok)
    throw new Problem({
      code: answer.problem?.code ?? "check_failed",
      what: answer.sentence,
      ...(answer.problem?.detail ? { rule: answer.problem.detail } : {}),
      next: answer.problem?.hint ?? "Correct the configuration and try again.",
    });
  tell(answer.sentence);
  for (const { permission, streams } of answer.missing) tell(`Missing: ${permission} (${streams.join(", ")} will not be read).`);
  const scopes = await client.call<ScopePage>("POST", "/api/v1/integrations/scopes", { connector, config, selection, limit: 10 });
  tell(`It can see ${scopes.total === 1 ? "1 scope" : `${scopes.total} scopes`}; ${scopes.selectedTotal} will be read.`);
  if (scopes.selectedTotal === 0)
    throw new Problem({
      code: "no_scope_chosen",
      what: "None of the scopes that the credential can see is chosen.",
      rule: `It can see: ${scopes.items.map((scope) => scope.name).join(", ") || "nothing"}${scopes.total > scopes.items.length ? " …" : ""}.`,
      next: "Change --scopes, or give the credential more rights.",
    });
}

async function mapTo(client: Client, key: string, id: string): Promise<void> {
  const { items } = await client.call<{ items: ProjectBody[] }>("GET", "/api/v1/projects");
  const project = items.find((one) => one.key === key || one.name === key);
  if (!project) await client.call("POST", "/api/v1/projects", { name: key, integrations: [id] });
  else await client.call("PUT", `/api/v1/projects/${project.key}/integrations`, { integrations: [...project.integrations, id] });
}

/** Asks for required fields and secrets that were not given; Enter leaves an optional one out. */
async function askMissing({ label, fields }: ConnectorBody, given: Config): Promise<Config> {
  const missing = fields.filter((field) => given[field.name] === undefined && (field.isRequired || field.isSecret));
  if (missing.length === 0 || fields.some((field) => field.isSecret && given[field.name] !== undefined)) return given;
  const clack = await import("@clack/prompts");
  clack.intro(`Connect ${label}`);
  const config = { ...given };
  for (const field of missing) {
    const answer = await askField(clack, field);
    if (answer !== "") config[field.name] = answer;
    if (field.isSecret && answer !== "") break;
  }
  clack.outro("Checking …");
  return config;
}

async function askField(clack: typeof import("@clack/prompts"), field: FormField): Promise<string> {
  if (field.help) clack.log.info(field.help);
  const options = {
    message: field.label,
    validate: (value: string | undefined) => (field.isRequired && !value ? "This is needed." : undefined),
  };
  const answer = field.isSecret
    ? await clack.password(options)
    : await clack.text({ ...options, placeholder: field.placeholder ?? "" });
  if (clack.isCancel(answer))
    throw new Problem({ code: "cancelled", what: "Nothing was added.", next: "Run the command again." });
  return answer ?? "";
}
