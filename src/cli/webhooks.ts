import { setTimeout as after } from "node:timers/promises";

import type { Command } from "commander";

import { Problem } from "../domain/problem.ts";
import type { IntegrationBody } from "../server/shapes/integrations.ts";
import type { DeliveryBody, DeliveryWithBody, MadeSecret, WebhookBody } from "../server/shapes/webhooks.ts";
import { allPages, pathWith, type Client } from "./client.ts";
import { acting, command, Failed, listed, withClient, type Shared } from "./command.ts";
import { duration, print, printJson, say, table } from "./output.ts";

interface Options extends Shared {
  readonly status?: string[];
  readonly event?: string;
  readonly limit?: string;
  readonly overlap?: string;
  readonly all?: boolean;
}

const LOOK_EVERY_MS = 250;

const integrationAt = (name: string) => `/api/v1/integrations/${encodeURIComponent(name)}`;
const at = (name: string, rest = "") => `${integrationAt(name)}/webhook${rest}`;
const deliveryAt = (name: string, id: string, rest = "") => at(name, `/deliveries/${encodeURIComponent(id)}${rest}`);

/** What vendors send by themselves: the address, the secret, and what became of every delivery. */
export function webhooks(program: Command): void {
  const group = program.command("webhooks").description("what vendors deliver by themselves, and dead letters");
  const add = (usage: string, summary: string, body: (client: Client, name: string, options: Options) => Promise<void>) =>
    command(group, usage, summary).action(
      acting((name: string, options: Options) => withClient((client) => body(client, name, options))),
    );

  add("show <name>", "address, events to subscribe to, and how it stands", async (client, name, { json }) => {
    const found = await client.call<WebhookBody>("GET", at(name));
    if (json) printJson(found);
    else show(found);
  });
  add("secret <name>", "make a new secret, shown this once; the one before stays valid for a while", secret).option(
    "--overlap <hours>",
    "how long the one before stays accepted; 0: not at all",
    "24",
  );
  add("end-overlap <name>", "accept only the newest secret from now on", async (client, name, { json }) => {
    const found = await client.call<WebhookBody>("DELETE", at(name, "/secret/previous"));
    if (json) printJson(found);
    else say("Only the newest secret is accepted from now on.");
  });
  add("deliveries <name>", "what came, newest first, and what became of it", deliveries)
    .option("--status <words>", "received, processing, done, ignored, dead (letters that could not be read)", listed)
    .option("--event <name>", "of one event")
    .option("--limit <number>", "at most so many", "50");
  command(group, "delivery <name> <id>", "one delivery: what was read again because of it, and its body").action(
    acting((name: string, id: string, { json }: Options) => withClient((client) => delivery(client, { name, id, json }))),
  );
  command(group, "replay <name> [ids...]", "read again what deliveries name, and wait for what comes of it")
    .option("--all", "all dead letters")
    .action(
      acting((name: string, ids: string[], options: Options) =>
        withClient((client) => replay(client, { name, ids, ...options })),
      ),
    );
  group.action(() => group.help({ error: true }));
}

function show(found: WebhookBody): void {
  if (!found.isSupported) return print("The connector understands no deliveries.");
  const lines: [string, string][] = [
    ["address", found.address + (found.isLoopback ? " (only this machine reaches it; set LEADLINE_PUBLIC_URL)" : "")],
    ["content", found.contentType],
    ["events", found.events.join(", ")],
    ["secret", secretLine(found.secret)],
    ["received", `${found.received}, last ${found.lastReceivedAt ?? "never"}; ${found.duplicates} came again`],
    ["refused", `${found.refused}${found.lastRefusedAt ? `, last ${found.lastRefusedAt}: ${found.lastRefusedReason}` : ""}`],
    ["waiting", String(found.waiting)],
    ["dead", String(found.dead)],
  ];
  print(lines.map(([name, value]) => `${name.padEnd(9)} ${value}`).join("\n"));
  for (const [place, step] of found.guidance.entries()) print(`${place + 1}. ${step}`);
  say(found.sentence);
}

const secretLine = (secret: WebhookBody["secret"]): string =>
  secret === null
    ? "none yet; `leadline webhooks secret NAME` makes one"
    : `made ${secret.madeAt}${secret.previousUntil ? `; the one before is accepted until ${secret.previousUntil}` : ""}`;

async function secret(client: Client, name: string, { json, overlap }: Options): Promise<void> {
  const overlapHours = Number(overlap);
  if (overlap!.trim() === "" || !Number.isFinite(overlapHours))
    throw new Problem({
      code: "bad_number",
      what: `--overlap is "${overlap}", which is no number.`,
      rule: "It is a number of hours from 0 to 720.",
      next: "Correct it and run the command again.",
    });
  const made = await client.call<MadeSecret>("POST", at(name, "/secret"), { overlapHours });
  if (json) return printJson(made);
  print(made.secret);
  return say(`Put it and ${made.webhook.address} into the vendor's form: it is not shown again.`);
}

async function deliveries(client: Client, name: string, { json, status, event, limit }: Options): Promise<void> {
  const path = pathWith(at(name, "/deliveries"), { status, event, limit });
  const page = await client.call<{ items: DeliveryBody[]; total: number }>("GET", path);
  if (json) return printJson(page);
  print(rowsOf(page.items));
  if (page.total > page.items.length) say(`${page.items.length} of ${page.total}.`);
}

const rowsOf = (items: readonly DeliveryBody[]): string =>
  table(
    ["id", "arrived", "event", "status", "read after", "tries", "what came of it"],
    items.map((one) => [
      one.id,
      one.receivedAt.slice(0, 19).replace("T", " "),
      one.event,
      one.status,
      one.lagMs === null ? null : duration(one.lagMs / 1000),
      one.attempts,
      one.error?.title ?? one.outcome,
    ]),
  );

async function delivery(client: Client, asked: { name: string; id: string; json: boolean | undefined }): Promise<void> {
  const { name, id, json } = asked;
  const found = await client.call<DeliveryWithBody>("GET", deliveryAt(name, id));
  if (json) return printJson(found);
  print(rowsOf([found.delivery]));
  for (const { stream, scope, keys, isGone } of found.delivery.hints)
    print(`${isGone ? "gone" : "read again"}: ${stream} of ${scope}${keys ? ` (${keys.join(", ")})` : ""}`);
  for (const task of found.delivery.tasks) print(`task ${task}`);
  const { error } = found.delivery;
  if (error) say([error.title, error.detail, error.hint].filter(Boolean).join("\n  "));
  return print(found.body === null ? "Its body is not kept." : JSON.stringify(found.body, null, 2));
}

interface Replaying extends Options {
  readonly name: string;
  readonly ids: readonly string[];
}

async function replay(client: Client, { name, ids, all = false, json }: Replaying): Promise<void> {
  if (all === ids.length > 0)
    throw new Problem({
      code: "which_delivery",
      what: all ? "Both --all and single deliveries are named." : "No delivery is named.",
      rule: "A replay wants ids of deliveries, or --all for every dead letter.",
      next: `\`leadline webhooks deliveries ${name} --status dead\` lists what could not be read.`,
    });
  const { lifecycle } = await client.call<IntegrationBody>("GET", integrationAt(name));
  const wanted = all ? (await listAll(client, name, "dead")).map(({ id }) => id) : ids;
  const replayed: string[] = [];
  for (const id of wanted) {
    const answer = await client.call<{ replayed: number }>("POST", deliveryAt(name, id, "/replay"), {});
    if (answer.replayed > 0) replayed.push(id);
  }
  if (!json) say(`${wanted.length} ${wanted.length === 1 ? "delivery" : "deliveries"} replayed.`);
  // Deliveries of a paused integration wait until it is resumed.
  if (lifecycle === "active") await untilTried(client, name, replayed);
  else if (!json) say(`They are read once the integration is ${lifecycle === "paused" ? "resumed" : "kept"}.`);
  const found: DeliveryBody[] = [];
  for (const id of wanted) found.push((await client.call<DeliveryWithBody>("GET", deliveryAt(name, id))).delivery);
  if (json) printJson({ replayed: wanted.length, items: found });
  else if (found.length > 0) print(rowsOf(found));
  if (found.some(({ error }) => error !== null)) throw new Failed();
}

/** Until each was read, or put off after it could not be. */
async function untilTried(client: Client, name: string, ids: readonly string[]): Promise<void> {
  for (;;) {
    const waiting = await listAll(client, name, "received,processing");
    if (!waiting.some(({ id, nextAttemptAt }) => nextAttemptAt === null && ids.includes(id))) return;
    await after(LOOK_EVERY_MS);
  }
}

const listAll = (client: Client, name: string, status: string): Promise<DeliveryBody[]> =>
  allPages<DeliveryBody>(client, pathWith(at(name, "/deliveries"), { status, limit: 500 }));
