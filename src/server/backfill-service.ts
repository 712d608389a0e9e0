import type { Forecast } from "../ingest/engine.ts";
import {
  changeBackfill,
  createBackfill,
  getBackfill,
  listBackfills,
  moveBackfill,
  openBackfills,
  type Backfill,
  type NewBackfill,
} from "../workspace/backfills.ts";
import { listScopes, type KnownScope } from "../workspace/integration-scopes.ts";
import { getIntegration, type Integration } from "../workspace/integrations.ts";
import type { Actor } from "./access.ts";
import { backfillBody, readOrders } from "./backfill-view.ts";
import { forecastSentence } from "./backfill-words.ts";
import { nothingToRead, rangeEmpty, scopeNotChosen, scopeVanished } from "./backfill-problems.ts";
import type { AnyConnector } from "./connector-form.ts";
import type { Context } from "./context.ts";
import { chosenScopes, connectorOf, openIntegration, readBackfill, readInstant, toFound, toScope } from "./integration-access.ts";
import { pageOfList } from "./paging.ts";
import { noScopeChosen } from "./run-problems.ts";
import { notFound, notPaused } from "./problems.ts";
import { requestOf } from "./run-backfill.ts";
import type { Page } from "./services.ts";
import type { BackfillBody, BackfillCreate, BackfillListQuery, BackfillPatch, BackfillPlanBody } from "./shapes/backfills.ts";
import { saveDiscovery } from "../workspace/integration-scopes.ts";

export async function list(context: Context, id: string, { status, ...page }: BackfillListQuery): Promise<Page<BackfillBody>> {
  const integration = await getIntegration(context.workspace, id);
  const all = await listBackfills(context.workspace, id);
  const { items, ...rest } = pageOfList(status ? all.filter((one) => status.includes(one.status)) : all, page);
  return { ...rest, items: await bodies(context, integration, items) };
}

export async function get(context: Context, id: string, backfill: string): Promise<BackfillBody> {
  const integration = await getIntegration(context.workspace, id);
  return bodyOf(context, integration, await getBackfill(context.workspace, id, backfill));
}

/** Checks everything, says what it will cost, and begins it unless it is a dry run. */
export async function create(
  context: Context,
  actor: Actor,
  asked: { id: string; input: BackfillCreate },
): Promise<BackfillPlanBody> {
  const { id, input } = asked;
  const { workspace } = context;
  const integration = await getIntegration(workspace, id);
  if (integration.lifecycle !== "active") throw notPaused(id, integration.name, integration.lifecycle);
  const connector = connectorOf(context.connectors, integration.connector);
  const scopes = await scopesOf(context, integration);
  const wanted = {
    ...wish(input, connector, context.workspace.now()),
    integrationId: id,
    scopes: chooseScopes(scopes, input.scopes),
  };
  if (!input.dryRun) {
    const same = (await openBackfills(workspace, id)).find((one) => isSame(one, wanted));
    if (same) {
      // One that a process left behind goes on here, where nobody else keeps time.
      if (same.status !== "paused") await context.scheduler.backfill(same);
      return planBody(context, integration, { ...same, isJoined: true });
    }
  }
  const forecast = await forecastOf(context, integration, { ...wanted, forecast: null });
  if (input.dryRun) {
    const orders = readOrders(connector, wanted);
    return { backfill: null, forecast: mutable(forecast), sentence: forecastSentence(forecast), readOrders: orders };
  }
  const made = await createBackfill(workspace, actor, { ...wanted, forecast: { ...forecast } });
  await context.scheduler.backfill(made);
  return planBody(context, integration, await getBackfill(workspace, id, made.id));
}

async function planBody(
  context: Context,
  integration: Integration,
  found: Backfill & { isJoined?: boolean },
): Promise<BackfillPlanBody> {
  const body = { ...(await bodyOf(context, integration, found)), isJoined: found.isJoined ?? false };
  return { backfill: body, forecast: body.forecast, sentence: forecastSentence(body.forecast), readOrders: body.readOrders };
}

/** The scopes of the integration; asks the vendor when it never was asked. */
async function scopesOf(context: Context, integration: Integration): Promise<KnownScope[]> {
  if (integration.scopesDiscoveredAt !== null) return listScopes(context.workspace, integration.id);
  const found = [];
  for await (const scope of context.engine.listScopes(await openIntegration(context, integration))) found.push(toFound(scope));
  return saveDiscovery(context.workspace, integration.id, found);
}

type Wish = Omit<NewBackfill, "integrationId" | "scopes" | "forecast">;

function wish(input: BackfillCreate, connector: AnyConnector, now: string): Wish {
  const { order, priority, maxShare } = input;
  const since = readBackfill(connector, input.since, now, "since");
  const until = input.until === undefined ? null : readInstant("until", input.until, now);
  if (since !== null && until !== null && Date.parse(since) >= Date.parse(until)) throw rangeEmpty(since, until);
  const names = connector.streams.map(({ name }) => name);
  for (const name of input.streams ?? []) if (!names.includes(name)) throw notFound("stream", name, names);
  const streams = input.streams?.length ? [...new Set(input.streams)].sort() : null;
  const chosen = connector.streams.filter(({ name }) => streams === null || streams.includes(name));
  if (input.scopes?.length && chosen.every(({ level }) => level === "integration")) throw nothingToRead(streams ?? names);
  return { mode: until !== null || input.again ? "again" : "fill", streams, since, until, order, priority, maxShare };
}

function chooseScopes(known: readonly KnownScope[], names: readonly string[] | undefined): string[] | null {
  if (known.every(({ selectedBy, isVanished }) => selectedBy === null || isVanished)) throw noScopeChosen();
  if (!names?.length) return null;
  const ids = names.map((name) => {
    const found = known.find((scope) => scope.id === name || scope.name === name);
    if (!found)
      throw notFound(
        "scope",
        name,
        known.map((scope) => scope.name),
      );
    if (found.selectedBy === null) throw scopeNotChosen(found.name);
    if (found.isVanished) throw scopeVanished(found.name);
    return found.id;
  });
  return [...new Set(ids)].sort();
}

function isSame(one: Backfill, wanted: Omit<NewBackfill, "forecast">): boolean {
  const fields = ["mode", "streams", "scopes", "since", "until"] as const;
  return fields.every((field) => JSON.stringify(one[field]) === JSON.stringify(wanted[field]));
}

async function forecastOf(context: Context, integration: Integration, wanted: NewBackfill): Promise<Forecast> {
  const open = await openIntegration(context, integration);
  const scopes = (await chosenScopes(context.workspace, integration.id)).map(toScope);
  return context.engine.forecast(requestOf({ ...wanted, id: "planned" }, { ...open, scopes }));
}

export async function change(
  context: Context,
  actor: Actor,
  asked: { id: string; backfill: string; patch: BackfillPatch },
): Promise<BackfillBody> {
  const { id, backfill, patch } = asked;
  const integration = await getIntegration(context.workspace, id);
  const changed = await changeBackfill(context.workspace, actor, { integrationId: id, id: backfill, ...patch });
  // Another share holds from the next beginning on.
  if (patch.maxShare !== undefined && changed.status === "running") await begun(context, changed, { isAnew: true });
  return bodyOf(context, integration, changed);
}

export async function move(
  context: Context,
  actor: Actor,
  asked: { id: string; backfill: string; move: "pause" | "resume" | "cancel" },
): Promise<BackfillBody> {
  const { id, backfill } = asked;
  const integration = await getIntegration(context.workspace, id);
  const moved = await moveBackfill(context.workspace, actor, { integrationId: id, id: backfill, move: asked.move });
  if (moved.status === "scheduled") await begun(context, moved, { isAnew: false });
  else if (moved.status !== "running") await context.scheduler.halt(moved.id);
  const { workspace, events } = context;
  events.publish({ type: "integration", integration: id, status: integration.status, lifecycle: integration.lifecycle });
  return bodyOf(context, integration, await getBackfill(workspace, id, backfill));
}

async function begun({ scheduler }: Context, backfill: Backfill, { isAnew }: { isAnew: boolean }): Promise<void> {
  if (isAnew) await scheduler.halt(backfill.id);
  await scheduler.backfill(backfill);
}

async function bodies(context: Context, integration: Integration, found: readonly Backfill[]): Promise<BackfillBody[]> {
  const connector = connectorOf(context.connectors, integration.connector);
  const names = new Map((await listScopes(context.workspace, integration.id)).map((scope) => [scope.id, scope.name]));
  return found.map((one) => backfillBody(one, { connector, names }));
}

async function bodyOf(context: Context, integration: Integration, found: Backfill): Promise<BackfillBody> {
  return (await bodies(context, integration, [found]))[0]!;
}

const mutable = (forecast: Forecast): NonNullable<BackfillPlanBody["forecast"]> => structuredClone(forecast) as never;
