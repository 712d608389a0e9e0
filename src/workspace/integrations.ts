import type { Selectable } from "kysely";

import type { Instant } from "../domain/instant.ts";
import { change, type Actor, type AuditEntry } from "./audit.ts";
import { scheduleHistory } from "./backfills.ts";
import { differingSecrets, listSecrets, writeSecret, type SecretInfo } from "./integration-secrets.ts";
import type { Db, Workspace } from "./open.ts";
import { isBeingDeleted, nameTaken, unknownIntegration } from "./problems.ts";
import type { IntegrationRow } from "./schema.ts";
import type { Selection } from "./selection.ts";
import { byName, freeSlug, slugOf } from "./slug.ts";

type Lifecycle = IntegrationRow["lifecycle"];
type Status = IntegrationRow["status"];
type JsonObject = Record<string, unknown>;

/** An error as people read it. */
export interface ErrorText {
  code: string;
  title: string;
  detail: string | null;
  hint: string | null;
}

export interface Integration {
  readonly id: string;
  readonly connector: string;
  readonly name: string;
  readonly description: string | null;
  readonly tags: string[];
  /** Without secrets. */
  readonly config: JsonObject;
  readonly secrets: SecretInfo[];
  readonly lifecycle: Lifecycle;
  readonly status: Status;
  readonly statusReason: string;
  readonly nextStep: string | null;
  readonly statusSince: Instant;
  readonly error: ErrorText | null;
  readonly backfillSince: Instant | null;
  readonly everySeconds: number;
  readonly selection: Selection;
  readonly scopesDiscoveredAt: Instant | null;
  readonly credentialExpiresAt: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly lastRunAt: Instant | null;
  readonly lastSuccessAt: Instant | null;
  /** A run that people asked for and that has not begun. */
  readonly runRequest: JsonObject | null;
}

export interface NewIntegration {
  readonly connector: string;
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly config: JsonObject;
  readonly secrets: Readonly<Record<string, string>>;
  readonly backfillSince: Instant | null;
  readonly everySeconds: number;
  readonly selection: Selection;
}

export type IntegrationChange = Partial<Omit<NewIntegration, "connector">>;

/** Connector ids open row ids, and `leadline` opens those of people's own rows. */
const reserved = ["leadline"];

export async function listIntegrations({ db }: Workspace): Promise<Integration[]> {
  const rows = await db.selectFrom("integration").selectAll().orderBy("id").execute();
  const secrets = Map.groupBy(await listSecrets(db), (secret) => secret.integrationId);
  return rows.map((row) => fromRow(row, secrets.get(row.id) ?? [])).sort(byName);
}

export async function getIntegration({ db }: Workspace, id: string): Promise<Integration> {
  const row = await db.selectFrom("integration").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw unknownIntegration(id);
  return fromRow(row, await listSecrets(db, id));
}

export function createIntegration(workspace: Workspace, actor: Actor, input: NewIntegration): Promise<Integration> {
  return change(workspace, actor, async (db, record) => {
    const others = await db.selectFrom("integration").select(["id", "name"]).execute();
    if (others.some((other) => sameName(other.name, input.name))) throw nameTaken("integration", input.name);
    const id = freeSlug(slugOf(input.name, input.connector), new Set([...reserved, ...others.map((other) => other.id)]));
    const now = workspace.now();
    const { secrets, ...visible } = input;
    const row: Stored = {
      ...visible,
      tags: JSON.stringify(visible.tags),
      config: JSON.stringify(visible.config),
      selection: JSON.stringify(visible.selection),
      id,
      lifecycle: "active",
      status: "UNKNOWN",
      statusReason: "Nothing has been read yet.",
      nextStep: null,
      statusSince: now,
      error: null,
      scopesDiscoveredAt: null,
      credentialExpiresAt: null,
      createdAt: now,
      updatedAt: now,
      lastRunAt: null,
      lastSuccessAt: null,
      runRequest: null,
    };
    await db.insertInto("integration").values(row).execute();
    await scheduleHistory(db, { integrationId: id, since: visible.backfillSince, now });
    for (const [field, text] of Object.entries(secrets)) await writeSecret(workspace, db, { integrationId: id, field, text });
    await record(audited("create", id, { ...visibleChanges({}, visible), ...secretChanges(secrets) }));
    return fromRow(row, await listSecrets(db, id));
  });
}

/** Changes only what is given; a secret that is not given stays. The id stays for ever. */
export function changeIntegration(
  workspace: Workspace,
  actor: Actor,
  asked: { id: string; patch: IntegrationChange },
): Promise<Integration> {
  const { id, patch } = asked;
  return change(workspace, actor, async (db, record) => {
    const before = await editable(db, id);
    if (patch.name !== undefined && !sameName(before.name, patch.name)) {
      const others = await db.selectFrom("integration").select(["id", "name"]).execute();
      if (others.some((other) => other.id !== id && sameName(other.name, patch.name!)))
        throw nameTaken("integration", patch.name);
    }
    const { secrets: given = {}, ...visible } = patch;
    const secrets = await differingSecrets(workspace, db, { integrationId: id, secrets: given });
    const changes = { ...visibleChanges(before as unknown as JsonObject, visible), ...secretChanges(secrets) };
    if (Object.keys(changes).length === 0) return before;
    await db
      .updateTable("integration")
      .set({ ...columnsOf(visible), updatedAt: workspace.now() })
      .where("id", "=", id)
      .execute();
    if (visible.backfillSince !== undefined && visible.backfillSince !== before.backfillSince)
      await scheduleHistory(db, { integrationId: id, since: visible.backfillSince, now: workspace.now() });
    for (const [field, text] of Object.entries(secrets)) await writeSecret(workspace, db, { integrationId: id, field, text });
    await record(audited("change", id, changes));
    return read(db, id);
  });
}

/** What `changeIntegration` would change: field → before and after; of secrets only that they would be written. */
export async function previewChange(
  workspace: Workspace,
  { id, patch }: { id: string; patch: IntegrationChange },
): Promise<NonNullable<AuditEntry["changes"]>> {
  const before = await editable(workspace.db, id);
  const { secrets = {}, ...visible } = patch;
  const differing = await differingSecrets(workspace, workspace.db, { integrationId: id, secrets });
  return { ...visibleChanges(before as unknown as JsonObject, visible), ...secretChanges(differing) };
}

export function setLifecycle(
  workspace: Workspace,
  actor: Actor,
  asked: { id: string; lifecycle: Exclude<Lifecycle, "deleting"> },
): Promise<Integration> {
  const { id, lifecycle } = asked;
  return change(workspace, actor, async (db, record) => {
    const before = await editable(db, id);
    if (before.lifecycle === lifecycle) return before;
    await db.updateTable("integration").set({ lifecycle, updatedAt: workspace.now() }).where("id", "=", id).execute();
    const action = { active: "resume", paused: "pause" }[lifecycle];
    await record(audited(action, id, { lifecycle: { before: before.lifecycle, after: lifecycle } }));
    return read(db, id);
  });
}

export interface RunState {
  readonly status?: Status;
  readonly statusReason?: string;
  readonly nextStep?: string | null;
  readonly error?: ErrorText | null;
  readonly lastRunAt?: Instant;
  readonly lastSuccessAt?: Instant;
  readonly credentialExpiresAt?: Instant | null;
  readonly scopesDiscoveredAt?: Instant;
  readonly runRequest?: JsonObject | null;
}

/** What the scheduler learned; no audit row, because nobody changed anything. */
export async function noteRun(workspace: Workspace, id: string, { error, runRequest, ...state }: RunState): Promise<void> {
  const now = workspace.now();
  const before = await workspace.db.selectFrom("integration").select("status").where("id", "=", id).executeTakeFirst();
  await workspace.db
    .updateTable("integration")
    .set({
      ...state,
      ...(error === undefined ? {} : { error: error && JSON.stringify(error) }),
      ...(runRequest === undefined ? {} : { runRequest: runRequest && JSON.stringify(runRequest) }),
      ...(state.status !== undefined && before?.status !== state.status ? { statusSince: now } : {}),
    })
    .where("id", "=", id)
    .execute();
}

type Stored = Selectable<IntegrationRow>;

const sameName = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

const audited = (action: string, subjectId: string, changes: NonNullable<AuditEntry["changes"]>): AuditEntry => ({
  action: `integration.${action}`,
  subject: "integration",
  subjectId,
  changes,
});

function visibleChanges(before: JsonObject, after: JsonObject): NonNullable<AuditEntry["changes"]> {
  const changed = Object.entries(after).filter(([field, value]) => JSON.stringify(before[field]) !== JSON.stringify(value));
  return Object.fromEntries(changed.map(([field, value]) => [field, { before: before[field] ?? null, after: value }]));
}

const secretChanges = (secrets: Readonly<Record<string, string>>): NonNullable<AuditEntry["changes"]> =>
  Object.fromEntries(Object.keys(secrets).map((field) => [field, { after: "(written)" }]));

async function read(db: Db, id: string): Promise<Integration> {
  const row = await db.selectFrom("integration").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw unknownIntegration(id);
  return fromRow(row, await listSecrets(db, id));
}

async function editable(db: Db, id: string): Promise<Integration> {
  const found = await read(db, id);
  if (found.lifecycle === "deleting") throw isBeingDeleted(id);
  return found;
}

function columnsOf(visible: Omit<IntegrationChange, "secrets">) {
  const { tags, config, selection, ...plain } = visible;
  return {
    ...plain,
    ...(tags ? { tags: JSON.stringify(tags) } : {}),
    ...(config ? { config: JSON.stringify(config) } : {}),
    ...(selection ? { selection: JSON.stringify(selection) } : {}),
  };
}

const fromRow = (row: Stored, secrets: SecretInfo[]): Integration => ({
  ...row,
  tags: JSON.parse(row.tags) as string[],
  config: JSON.parse(row.config) as JsonObject,
  selection: JSON.parse(row.selection) as Selection,
  error: row.error === null ? null : (JSON.parse(row.error) as ErrorText),
  runRequest: row.runRequest === null ? null : (JSON.parse(row.runRequest) as JsonObject),
  secrets,
});
