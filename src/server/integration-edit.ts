import { Problem } from "../domain/problem.ts";
import type { IngestIntegration } from "../ingest/engine.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import {
  changeIntegration,
  createIntegration,
  getIntegration,
  noteRun,
  previewChange,
  setLifecycle,
  type Integration,
  type IntegrationChange,
} from "../workspace/integrations.ts";
import { listProjects } from "../workspace/projects.ts";
import { everything } from "../workspace/selection.ts";
import type { Actor } from "./access.ts";
import { splitConfig } from "./connector-form.ts";
import type { Context } from "./context.ts";
import { connectorOf, openIntegration, readBackfill, unsaved } from "./integration-access.ts";
import { integrationBody } from "./integration-view.ts";
import { problemText } from "./problem-json.ts";
import { checkRefused } from "./problems.ts";
import { unexpected } from "./run-problems.ts";
import { countRows } from "./stored-rows.ts";
import type {
  ChangePreview,
  CheckAnswer,
  Impact,
  IntegrationBody,
  IntegrationCreate,
  IntegrationPatch,
} from "./shapes/integrations.ts";

const DEFAULT_EVERY_SECONDS = 300;

/** Asks the vendor; whatever goes wrong becomes part of the answer, never an error of the route. */
export async function check(context: Context, integration: IngestIntegration): Promise<CheckAnswer> {
  try {
    const { ok, sentence, missing, expiresAt, version } = await context.engine.check(integration);
    return {
      ok,
      sentence,
      missing: missing.map(({ permission, streams }) => ({ permission, streams: [...streams] })),
      expiresAt: expiresAt ?? null,
      version: version ?? null,
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof Problem)) context.log.error({ err: error }, "check failed");
    const problem = problemText(error instanceof Problem ? error : unexpected());
    return { ok: false, sentence: problem.title, missing: [], expiresAt: null, version: null, problem };
  }
}

export const checkNew = async (context: Context, connector: string, config: Record<string, unknown>): Promise<CheckAnswer> =>
  check(context, unsaved(connectorOf(context.connectors, connector), withoutEmpty(config)));

export async function checkSaved(context: Context, id: string, changes: Record<string, unknown>): Promise<CheckAnswer> {
  const saved = await getIntegration(context.workspace, id);
  const answer = await check(context, await openIntegration(context, saved, withoutEmpty(changes)));
  if (answer.ok && Object.keys(changes).length === 0)
    await noteRun(context.workspace, id, { credentialExpiresAt: answer.expiresAt });
  return answer;
}

/** An empty field of a form is one that was not given. */
const withoutEmpty = (given: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "" && value !== null && value !== undefined));

export async function create(context: Context, actor: Actor, input: IntegrationCreate): Promise<IntegrationBody> {
  const { workspace } = context;
  const connector = connectorOf(context.connectors, input.connector);
  const given = withoutEmpty(input.config);
  const open = unsaved(connector, given);
  const backfillSince = readBackfill(connector, input.backfill?.since ?? null, workspace.now());
  const expiresAt = input.isChecked ? await checkedExpiry(context, open) : null;
  const made = await createIntegration(workspace, actor, {
    connector: connector.name,
    name: input.name,
    description: input.description ?? null,
    tags: input.tags ?? [],
    ...splitConfig(connector, given),
    backfillSince,
    everySeconds: input.everySeconds ?? DEFAULT_EVERY_SECONDS,
    selection: input.selection ?? everything,
  });
  if (expiresAt) await noteRun(workspace, made.id, { credentialExpiresAt: expiresAt });
  await context.publish();
  return integrationBody(context, made.id);
}

async function checkedExpiry(context: Context, integration: IngestIntegration): Promise<string | null> {
  const answer = await check(context, integration);
  if (!answer.ok) throw checkRefused(answer);
  return answer.expiresAt;
}

export async function change(
  context: Context,
  actor: Actor,
  asked: { id: string; patch: IntegrationPatch },
): Promise<IntegrationBody> {
  const { id, patch } = asked;
  const { workspace } = context;
  const changes = await changesOf(context, asked);
  const saved = await getIntegration(workspace, id);
  const isNewConfig = Object.keys(await previewChange(workspace, { id, patch: configOf(changes) })).length > 0;
  const expiresAt =
    isNewConfig && patch.isChecked
      ? await checkedExpiry(context, await openIntegration(context, saved, cleared(patch.config ?? {})))
      : undefined;
  await changeIntegration(workspace, actor, { id, patch: changes });
  if (expiresAt !== undefined) await noteRun(workspace, id, { credentialExpiresAt: expiresAt });
  // A new credential, another address or more history are read at once, not at the next refresh.
  if (isNewConfig || patch.backfill) await context.scheduler.soon(id);
  await context.publish();
  return integrationBody(context, id);
}

const configOf = ({ config, secrets }: IntegrationChange): IntegrationChange => ({
  ...(config ? { config } : {}),
  ...(secrets ? { secrets } : {}),
});

/** What a patch would change, for a look before it is sent. */
export async function preview(context: Context, asked: { id: string; patch: IntegrationPatch }): Promise<ChangePreview> {
  const changes = await previewChange(context.workspace, { id: asked.id, patch: await changesOf(context, asked) });
  return {
    changes: Object.entries(changes).map(([field, { before, after }]) => ({
      field,
      before: before ?? null,
      after: after ?? null,
    })),
  };
}

async function changesOf(context: Context, { id, patch }: { id: string; patch: IntegrationPatch }): Promise<IntegrationChange> {
  const { workspace } = context;
  const saved = await getIntegration(workspace, id);
  const connector = connectorOf(context.connectors, saved.connector);
  return {
    ...(await configChanges(context, saved, patch)),
    ...(patch.name === undefined ? {} : { name: patch.name }),
    ...(patch.description === undefined ? {} : { description: patch.description }),
    ...(patch.tags === undefined ? {} : { tags: patch.tags }),
    ...(patch.everySeconds === undefined ? {} : { everySeconds: patch.everySeconds }),
    ...(patch.backfill === undefined ? {} : { backfillSince: readBackfill(connector, patch.backfill.since, workspace.now()) }),
  };
}

/** Fields given as null or "" are taken away; for the check they are simply not there. */
const cleared = (config: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(config).map(([field, value]) => [field, value === null || value === "" ? undefined : value]));

async function configChanges(context: Context, saved: Integration, { config }: IntegrationPatch): Promise<IntegrationChange> {
  if (!config) return {};
  const connector = connectorOf(context.connectors, saved.connector);
  const given = splitConfig(connector, withoutEmpty(config));
  const kept = Object.fromEntries(Object.entries(saved.config).filter(([field]) => !(field in config)));
  const merged = { ...kept, ...given.config };
  // Parsed as a whole with the stored secrets, so that what is saved can be opened.
  await openIntegration(context, { ...saved, config: merged }, cleared(config));
  return { config: merged, secrets: given.secrets };
}

export async function pause(context: Context, actor: Actor, id: string): Promise<IntegrationBody> {
  await setLifecycle(context.workspace, actor, { id, lifecycle: "paused" });
  await Promise.all([context.scheduler.interrupt(id), context.reconciler.interrupt(id)]);
  return announced(context, id);
}

export async function resume(context: Context, actor: Actor, id: string): Promise<IntegrationBody> {
  await setLifecycle(context.workspace, actor, { id, lifecycle: "active" });
  await context.scheduler.soon(id);
  return announced(context, id);
}

/** Tells those who watch, and answers what they see. */
export async function announced(context: Context, id: string): Promise<IntegrationBody> {
  const body = await integrationBody(context, id);
  context.events.publish({ type: "integration", integration: id, status: body.status, lifecycle: body.lifecycle });
  return body;
}

export async function impact(context: Context, id: string): Promise<Impact> {
  const { workspace, warehouse } = context;
  const { name } = await getIntegration(workspace, id);
  const projects = (await listProjects(workspace))
    .filter((project) => project.integrations.includes(id))
    .map(({ key, name: label }) => ({ key, name: label }));
  const tables = await countRows(warehouse, id);
  const rows = tables.reduce((total, table) => total + table.rows, 0);
  const metrics = rows === 0 ? [] : await context.metricsOf(id);
  const places = projects.length === 0 ? "no project" : projects.map((project) => project.name).join(", ");
  return {
    integration: id,
    projects,
    teams: await teamsOf(warehouse, id),
    dashboards: projects.map(({ key, name: label }) => ({
      name: `Efficiency of ${label}`,
      path: `/projects/${key}/insights/efficiency`,
    })),
    metrics,
    tables,
    rows,
    sentence: `Deleting ${name} removes ${rows.toLocaleString("en")} rows in ${tables.length} tables, its archive and its credentials. It is mapped to ${places}; ${metrics.length} metrics will change.`,
  };
}

/** Teams whose filters name the integration's things. */
async function teamsOf(warehouse: Warehouse, id: string): Promise<Impact["teams"]> {
  const { rows } = await warehouse.query<{ id: string; name: string }>(
    `select distinct t.id, t.name from team_scope as s join team as t on t.id = s.team_id and t.deleted_at is null
     where s.deleted_at is null and cast(s.filter as text) like $1 order by t.name`,
    [`%:${id}:%`],
  );
  return [...rows];
}
