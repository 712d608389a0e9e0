import { openBackfills, type Backfill } from "../workspace/backfills.ts";
import { countScopes } from "../workspace/integration-scopes.ts";
import { getIntegration, listIntegrations, type Integration } from "../workspace/integrations.ts";
import { listProjects, type Project } from "../workspace/projects.ts";
import type { Context } from "./context.ts";
import {
  earliest,
  readCoverage,
  shareOf,
  streamCoverage,
  targetOf,
  wantedSince,
  type CoverageRow,
  type StreamCoverage,
} from "./coverage.ts";
import { currentDeletion } from "./deletion-view.ts";
import { chosenScopes } from "./integration-access.ts";
import { pageOfList } from "./paging.ts";
import { idle } from "./run-progress.ts";
import type { Page } from "./services.ts";
import { standingNow } from "./standing.ts";
import type { IntegrationBody, IntegrationListQuery } from "./shapes/integrations.ts";

/** My integrations: searched, filtered, sorted, paged. */
export async function listIntegrationBodies(context: Context, query: IntegrationListQuery): Promise<Page<IntegrationBody>> {
  const projects = await listProjects(context.workspace);
  const mapped =
    query.project === undefined ? null : new Set(projects.find((project) => project.key === query.project)?.integrations);
  const now = context.workspace.now();
  const found = (await listIntegrations(context.workspace))
    .map((integration) => standingNow(integration, now))
    .filter((integration) => matches(integration, query))
    .filter((integration) => mapped === null || mapped.has(integration.id))
    .sort(inOrder(query.sort));
  const page = pageOfList(found, query);
  return { ...page, items: await bodiesOf(context, page.items, projects) };
}

export async function integrationBody(context: Context, id: string): Promise<IntegrationBody> {
  const [body] = await bodiesOf(context, [await getIntegration(context.workspace, id)], await listProjects(context.workspace));
  return body!;
}

function matches(integration: Integration, { search, connector, status, lifecycle }: IntegrationListQuery): boolean {
  if (connector !== undefined && integration.connector !== connector) return false;
  if (status && !status.includes(integration.status)) return false;
  if (lifecycle && !lifecycle.includes(integration.lifecycle)) return false;
  if (!search) return true;
  const { id, name, description, tags } = integration;
  const text = [id, name, description, integration.connector, ...tags].join("\n").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** NULLs come last whatever the direction. */
function inOrder(sort: IntegrationListQuery["sort"]): (a: Integration, b: Integration) => number {
  const isDescending = sort.startsWith("-");
  const field = sort.replace("-", "") as "name" | "createdAt" | "lastSuccessAt";
  return (a, b) => {
    const [left, right] = [a[field], b[field]];
    if (left === right) return a.id < b.id ? -1 : 1;
    if (left === null || right === null) return left === null ? 1 : -1;
    const order = field === "name" ? left.localeCompare(right, "en", { sensitivity: "base" }) : left < right ? -1 : 1;
    return isDescending ? -order : order;
  };
}

export async function bodiesOf(
  context: Context,
  integrations: readonly Integration[],
  projects: readonly Project[],
): Promise<IntegrationBody[]> {
  if (integrations.length === 0) return [];
  const only = integrations.length === 1 ? integrations[0]!.id : undefined;
  const coverage = Map.groupBy(await readCoverage(context.warehouse, only), (row) => row.integrationId);
  const counts = await countScopes(context.workspace);
  const backfills = Map.groupBy(await openBackfills(context.workspace, only), ({ integrationId }) => integrationId);
  const bodies: IntegrationBody[] = [];
  for (const integration of integrations)
    bodies.push(
      await bodyOf(context, integration, {
        rows: coverage.get(integration.id) ?? [],
        backfills: backfills.get(integration.id) ?? [],
        counts: counts.get(integration.id) ?? { known: 0, selected: 0 },
        projects: projects.filter((project) => project.integrations.includes(integration.id)),
      }),
    );
  return bodies;
}

/** Coverage of every stream over the scopes that are chosen now. */
async function coverageOf(
  { workspace, connectors }: Pick<Context, "workspace" | "connectors">,
  { id, connector: name, backfillSince }: Integration,
  { rows, backfills }: { rows: readonly CoverageRow[]; backfills: readonly Backfill[] },
): Promise<StreamCoverage[]> {
  const connector = connectors.find((known) => known.name === name);
  if (!connector) return [];
  const since = wantedSince(backfillSince, backfills);
  return streamCoverage(rows, {
    connector,
    scopeIds: (await chosenScopes(workspace, id)).map((scope) => scope.id),
    target: targetOf(connector, since),
    isOpenEnded: since === null,
    now: workspace.now(),
  });
}

const throughOf = (streams: readonly StreamCoverage[]) =>
  streams.length > 0 && streams.every((stream) => stream.to) ? earliest(streams.map((stream) => stream.to!)) : null;

/** How fresh and how whole each integration's data is. */
export async function reachOfAll(context: Context): Promise<{ id: string; ageSeconds: number | null; share: number }[]> {
  const { workspace, warehouse } = context;
  const rows = Map.groupBy(await readCoverage(warehouse), (row) => row.integrationId);
  const reach = [];
  for (const integration of await listIntegrations(workspace)) {
    const backfills = await openBackfills(workspace, integration.id);
    const streams = await coverageOf(context, integration, { rows: rows.get(integration.id) ?? [], backfills });
    const through = throughOf(streams);
    const ageSeconds = through === null ? null : (Date.parse(workspace.now()) - Date.parse(through)) / 1000;
    reach.push({ id: integration.id, ageSeconds, share: shareOf(streams) });
  }
  return reach;
}

interface Surroundings {
  readonly backfills: readonly Backfill[];
  readonly rows: readonly CoverageRow[];
  readonly counts: { known: number; selected: number };
  readonly projects: readonly Project[];
}

async function bodyOf(
  context: Context,
  integration: Integration,
  { rows, backfills, counts, projects }: Surroundings,
): Promise<IntegrationBody> {
  const { workspace, connectors, scheduler } = context;
  const connector = connectors.find((known) => known.name === integration.connector);
  const now = workspace.now();
  const streams = await coverageOf(context, integration, { rows, backfills });
  const dataThrough = throughOf(streams);
  const {
    secrets,
    backfillSince,
    scopesDiscoveredAt: _discovered,
    runRequest: _request,
    selection,
    ...visible
  } = standingNow(integration, now);
  return {
    ...visible,
    connectorLabel: connector?.label ?? integration.connector,
    secrets: secrets.map(({ field, writtenAt, rotatedAt, usedAt }) => ({ field, writtenAt, rotatedAt, usedAt })),
    backfill: { since: backfillSince },
    history: historyOf(backfills, { backfillSince, isComplete: streams.every(({ share }) => share === 1) }),
    nextRunAt: scheduler.nextRunAt(integration),
    freshness: { dataThrough, ageSeconds: dataThrough === null ? null : (Date.parse(now) - Date.parse(dataThrough)) / 1000 },
    coverage: streams.map(({ stream, from, to }) => ({ stream, from, to })),
    scopes: counts,
    selection: { ...selection, include: [...selection.include], exclude: [...selection.exclude] },
    projects: projects.map(({ key, name }) => ({ key, name })),
    progress: scheduler.running(integration.id)[0]?.progress() ?? idle,
    deletion: await currentDeletion(workspace, integration),
  };
}

/** How history stands as a whole: what is under way says most. */
function historyOf(
  backfills: readonly Backfill[],
  { backfillSince, isComplete }: { backfillSince: string | null; isComplete: boolean },
): IntegrationBody["history"] {
  const states = new Set(backfills.map(({ status }) => status));
  const under = (["running", "paused", "failed", "scheduled"] as const).find((status) => states.has(status));
  const state = under === undefined ? (isComplete ? "complete" : "partial") : under === "scheduled" ? "waiting" : under;
  const asked = [backfillSince, ...backfills.map(({ since }) => since)];
  const since = asked.includes(null) ? null : earliest(asked.filter((one) => one !== null));
  return { state, since, open: backfills.length };
}
