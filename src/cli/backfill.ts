import type { Command } from "commander";

import { Problem } from "../domain/problem.ts";
import type { BackfillBody, BackfillPlanBody } from "../server/shapes/backfills.ts";
import type { IntegrationBody, RunBody } from "../server/shapes/integrations.ts";
import { allPages, type Client } from "./client.ts";
import { acting, command, Failed, listed, withClient, type Shared } from "./command.ts";
import { watchRun } from "./ingest-progress.ts";
import { duration, isTerminal, print, printJson, say, table } from "./output.ts";

interface Options extends Shared {
  readonly since?: string;
  readonly until?: string;
  readonly streams?: string[];
  readonly scopes?: string[];
  readonly oldestFirst?: boolean;
  readonly priority?: string;
  readonly share?: string;
  readonly again?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const at = (name: string, rest = "") => `/api/v1/integrations/${encodeURIComponent(name)}/backfills${rest}`;

export function backfill(program: Command): void {
  const group = command(
    program,
    "backfill [name]",
    "read history: how far back, of what, how urgently; says first what it will cost",
  )
    .option("--since <when>", "the oldest day or instant; `all` for everything the vendor has")
    .option("--until <when>", "read the range up to here again")
    .option("--streams <names>", "only these streams", listed)
    .option("--scopes <names>", "only these scopes", listed)
    .option("--oldest-first", "begin at the old end, where the vendor's list allows it")
    .option("--priority <number>", "1 goes first, 9 last (default: 5)")
    .option("--share <share>", "of the quota that remains at the vendor, at most: 0.5 or 50%")
    .option("--again", "read what is there already once more")
    .option("--dry-run", "only say what it would cost")
    .option("--yes", "do not ask before it begins")
    .action(
      acting(async (name: string | undefined, options: Options) => {
        if (name === undefined) return group.help({ error: true });
        await withClient((client) => start(client, name, options));
      }),
    );
  // `--json` belongs to the group and to its commands: whichever heard it, all know.
  const listing = acting((name: string | undefined, options: Options) => withClient((client) => list(client, name, options)));
  command(group, "list [name]", "backfills, newest first").action((name: string | undefined, _options, self: Command) =>
    listing(name, self.optsWithGlobals<Options>()),
  );
  const moves = {
    pause: "stop at the next page; nothing is lost",
    resume: "go on where it stopped",
    cancel: "end it; what was read is kept",
  };
  for (const [move, summary] of Object.entries(moves) as [keyof typeof moves, string][]) {
    const moving = acting((name: string, id: string | undefined, options: Options) =>
      withClient((client) => moveOne(client, { name, id, move }, options)),
    );
    command(group, `${move} <name> [id]`, summary).action((name: string, id: string | undefined, _options, self: Command) =>
      moving(name, id, self.optsWithGlobals<Options>()),
    );
  }
}

async function start(client: Client, name: string, options: Options): Promise<void> {
  const { json, since, dryRun = false } = options;
  if (since === undefined)
    throw new Problem({
      code: "since_needed",
      what: "How far back is not said.",
      rule: "A backfill wants --since with a day, an instant or `all`.",
      next: `For two years: leadline backfill ${name} --since ${new Date(Date.now() - 730 * 86_400_000).toISOString().slice(0, 10)}.`,
    });
  const wanted = bodyOf(since, options);
  const plan = await client.call<BackfillPlanBody>("POST", at(name), { ...wanted, dryRun: true });
  if (!json) tell(plan);
  if (dryRun) return json ? printJson(plan) : undefined;
  if (isTerminal() && !json && !options.yes && !(await isMeant())) return;
  const made = await client.call<BackfillPlanBody>("POST", at(name), wanted);
  const { id, isJoined } = made.backfill!;
  if (!json) {
    say(isJoined ? `The same was asked for before: ${id}.` : `Started ${id}.`);
    print(id);
  }
  // Without a server nobody else would do the work.
  const run = client.address === null ? await watchRun(client, name, { isQuiet: json === true, backfill: id }) : null;
  if (json) printJson({ ...made, backfill: await client.call<BackfillBody>("GET", at(name, `/${id}`)) });
  else if (run === null) say(`Watch it with \`leadline backfill list ${name}\`.`);
  if (run && run.state !== "succeeded") throw failedOf(run);
}

function failedOf({ failures }: RunBody): Failed {
  for (const { problem } of failures) say([problem.title, problem.hint].filter(Boolean).join("\n  "));
  return new Failed();
}

const bodyOf = (since: string, { until, streams, scopes, oldestFirst, priority, share, again }: Options) => ({
  since: since === "all" ? null : since,
  until,
  streams,
  scopes,
  ...(oldestFirst ? { order: "oldest-first" } : {}),
  ...(priority === undefined ? {} : { priority: numberOf("--priority", priority) }),
  ...(share === undefined
    ? {}
    : { maxShare: share.endsWith("%") ? numberOf("--share", share.slice(0, -1)) / 100 : numberOf("--share", share) }),
  ...(again ? { again } : {}),
});

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new Problem({
    code: "bad_number",
    what: `${option} is "${text}", which is no number.`,
    rule: "--priority is 1 (goes first) to 9 (goes last); --share is 0.5 or 50%.",
    next: "Correct it and run the command again.",
  });
}

function tell({ sentence, readOrders }: BackfillPlanBody): void {
  say(sentence);
  for (const [note, group] of Map.groupBy(readOrders, (one) => one.note))
    if (note !== null && group[0]!.order !== "as listed") say(`${group.map(({ stream }) => stream).join(", ")}: ${note}`);
}

async function isMeant(): Promise<boolean> {
  const clack = await import("@clack/prompts");
  const answer = await clack.confirm({ message: "Start it?" });
  return !clack.isCancel(answer) && answer;
}

async function list(client: Client, name: string | undefined, { json }: Options): Promise<void> {
  const names = name ? [name] : (await allPages<IntegrationBody>(client, "/api/v1/integrations?limit=500")).map(({ id }) => id);
  const items: BackfillBody[] = [];
  for (const id of names) items.push(...(await allPages<BackfillBody>(client, `${at(id)}?limit=500`)));
  if (json) return printJson({ items });
  return print(
    table(
      ["id", "integration", "since", "until", "streams", "priority", "status", "done", "left", "calls", "how it stands"],
      items.map((one) => [
        one.id,
        one.integration,
        one.since?.slice(0, 10) ?? "all",
        one.until?.slice(0, 10),
        one.streams?.join(",") ?? "all",
        one.priority,
        one.status,
        one.share === null ? null : `${Math.floor(one.share * 100)} %`,
        duration(one.etaSeconds),
        one.actual.requests,
        one.sentence,
      ]),
    ),
  );
}

/** Without an id it is the one that has not ended, if there is only one. */
async function moveOne(
  client: Client,
  asked: { name: string; id: string | undefined; move: string },
  { json }: Options,
): Promise<void> {
  const { name, move } = asked;
  const id = asked.id ?? (await onlyOpen(client, name));
  const moved = await client.call<BackfillBody>("POST", at(name, `/${encodeURIComponent(id)}/${move}`));
  if (json) printJson(moved);
  else say(`${moved.id}: ${moved.sentence}`);
}

async function onlyOpen(client: Client, name: string): Promise<string> {
  const open = await allPages<BackfillBody>(client, `${at(name)}?status=scheduled,running,paused,failed&limit=500`);
  if (open.length === 1) return open[0]!.id;
  throw new Problem({
    code: open.length === 0 ? "no_open_backfill" : "which_backfill",
    what: open.length === 0 ? `No backfill of ${name} is under way.` : `${open.length} backfills of ${name} have not ended.`,
    rule: open.length === 0 ? "Only one that has not ended can be changed." : `They are ${open.map(({ id }) => id).join(", ")}.`,
    next: open.length === 0 ? `Start one with \`leadline backfill ${name} --since DAY\`.` : "Name the one you mean.",
  });
}
