import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

import { forecast } from "./migrations/003-forecast.ts";
import { webhooks } from "./migrations/004-webhooks.ts";
import { reconciliation } from "./migrations/005-reconciliation.ts";
import { secretLease } from "./migrations/006-secret-lease.ts";
import { lease } from "./migrations/007-lease.ts";
import { make, type Columns } from "./migrations/columns.ts";
import type { Database } from "./schema.ts";

const first: Migration = {
  async up(db: Kysely<unknown>) {
    const { schema } = db;
    await make(schema, "integration", integration, ["id"]);
    await make(schema, "integrationSecret", secret, ["id"]);
    await make(schema, "integrationScope", scope, ["integrationId", "scopeId"]);
    await make(schema, "project", { key: "text!", name: "text!", description: "text", createdAt: "text!", updatedAt: "text!" }, [
      "key",
    ]);
    await make(schema, "integrationMapping", { projectKey: "text!", integrationId: "text!", mappedAt: "text!" }, [
      "projectKey",
      "integrationId",
    ]);
    await make(schema, "profile", profile, ["profileId", "version"]);
    await make(schema, "calendar", calendar, ["id"]);
    await make(schema, "user", user, ["id"]);
    await make(schema, "session", { hash: "text!", userId: "text!", createdAt: "text!", expiresAt: "text!" }, ["hash"]);
    await make(schema, "signInLink", { hash: "text!", userId: "text!", createdAt: "text!", expiresAt: "text!", usedAt: "text" }, [
      "hash",
    ]);
    await make(schema, "apiToken", token, ["id"]);
    await make(schema, "ingestionTask", task, ["id"]);
    await make(schema, "audit", audit, ["id"]);
    await make(schema, "setting", { name: "text!", value: "text!" }, ["name"]);
    await schema.createIndex("apiTokenHash").on("apiToken").column("hash").unique().execute();
    await schema.createIndex("auditSubject").on("audit").columns(["subject", "subjectId"]).execute();
    await schema.createIndex("ingestionTaskIntegration").on("ingestionTask").column("integrationId").execute();
  },
};

/** History becomes something people steer; integrations that were there go on with theirs. */
const backfills: Migration = {
  async up(db: Kysely<unknown>) {
    await make(db.schema, "backfill", backfill, ["id"]);
    await db.schema.createIndex("backfillIntegration").on("backfill").columns(["integrationId", "status"]).execute();
    const known = db as Kysely<Database>;
    const found = await known.selectFrom("integration").select(["id", "backfillSince as since", "createdAt"]).execute();
    const rows = found.map(({ id, since, createdAt }) => ({
      id: `bf-${id}`,
      integrationId: id,
      mode: "fill",
      since,
      order: "newest-first",
      priority: 5,
      sharePercent: 50,
      status: "scheduled",
      isAutomatic: 1,
      failures: 0,
      createdBy: "Leadline",
      createdAt,
      updatedAt: createdAt,
    }));
    if (rows.length > 0)
      await known
        .insertInto("backfill")
        .values(rows as never)
        .execute();
  },
};

const monitoring: Migration = {
  async up(db: Kysely<unknown>) {
    const { schema } = db;
    await make(schema, "integrationDeletion", deletion, ["id"]);
    await make(schema, "integrationWatch", watch, ["integrationId"]);
    await make(schema, "notificationChannel", channel, ["id"]);
    await make(schema, "notification", notification, ["id"]);
    // One message of an incident on each channel, whoever finds it first.
    await schema.createIndex("notificationIncident").on("notification").columns(["channelId", "incident"]).unique().execute();
    await schema.createIndex("notificationState").on("notification").columns(["state", "nextAttemptAt"]).execute();
  },
};

/** In order of their names; never changed after a release. */
export const migrations: Readonly<Record<string, Migration>> = {
  "001_workspace": first,
  "002_backfill": backfills,
  "003_forecast": forecast,
  "004_webhooks": webhooks,
  "005_reconciliation": reconciliation,
  "006_monitoring": monitoring,
  "006_secret_lease": secretLease,
  "007_lease": lease,
};

const integration: Columns = {
  id: "text!",
  connector: "text!",
  name: "text!",
  description: "text",
  tags: "text!",
  config: "text!",
  lifecycle: "text!",
  status: "text!",
  statusReason: "text!",
  nextStep: "text",
  statusSince: "text!",
  error: "text",
  backfillSince: "text",
  everySeconds: "integer!",
  selection: "text!",
  scopesDiscoveredAt: "text",
  credentialExpiresAt: "text",
  createdAt: "text!",
  updatedAt: "text!",
  lastRunAt: "text",
  lastSuccessAt: "text",
  runRequest: "text",
};

const secret: Columns = {
  id: "text!",
  integrationId: "text!",
  field: "text!",
  sealed: "text!",
  writtenAt: "text!",
  rotatedAt: "text",
  usedAt: "text",
};

const scope: Columns = {
  integrationId: "text!",
  scopeId: "text!",
  name: "text!",
  kind: "text!",
  url: "text",
  isArchived: "integer!",
  isFork: "integer!",
  attributes: "text!",
  selectedBy: "text",
  isVanished: "integer!",
  seenAt: "text!",
};

const profile: Columns = {
  profileId: "text!",
  version: "integer!",
  name: "text!",
  settings: "text!",
  validFrom: "text",
  validTo: "text",
};

const calendar: Columns = {
  id: "text!",
  name: "text!",
  timezone: "text!",
  opens: "text!",
  closes: "text!",
  weekdays: "text!",
  holidays: "text!",
};

const user: Columns = {
  id: "text!",
  name: "text!",
  email: "text",
  role: "text!",
  passwordHash: "text",
  createdAt: "text!",
  disabledAt: "text",
};

const token: Columns = {
  id: "text!",
  name: "text!",
  hash: "text!",
  role: "text!",
  createdBy: "text!",
  createdAt: "text!",
  expiresAt: "text",
  usedAt: "text",
  revokedAt: "text",
};

const task: Columns = {
  id: "text!",
  integrationId: "text!",
  kind: "text!",
  stream: "text",
  scopeId: "text",
  status: "text!",
  scheduledAt: "text!",
  finishedAt: "text",
  row: "text!",
  updatedAt: "text!",
};

const backfill: Columns = {
  id: "text!",
  integrationId: "text!",
  mode: "text!",
  streams: "text",
  scopes: "text",
  since: "text",
  until: "text",
  order: "text!",
  priority: "integer!",
  sharePercent: "integer!",
  status: "text!",
  isAutomatic: "integer!",
  forecast: "text",
  actuals: "text",
  failures: "integer!",
  nextAttemptAt: "text",
  createdBy: "text!",
  createdAt: "text!",
  updatedAt: "text!",
  startedAt: "text",
  finishedAt: "text",
  error: "text",
};

const audit: Columns = {
  id: "text!",
  at: "text!",
  actorKind: "text!",
  actorId: "text!",
  actorName: "text!",
  action: "text!",
  subject: "text!",
  subjectId: "text!",
  changes: "text!",
};

const deletion: Columns = {
  id: "text!",
  name: "text!",
  lifecycleBefore: "text!",
  requestedBy: "text!",
  requestedAt: "text!",
  beginsAt: "text!",
  beganAt: "text",
  rowsTotal: "integer",
  rowsLeft: "integer",
  filesRemoved: "integer!",
  step: "text!",
  finishedAt: "text",
  proof: "text",
};

const watch: Columns = {
  integrationId: "text!",
  failedRuns: "integer!",
  countedRunAt: "text",
  incident: "text",
  incidentAt: "text",
  expiryWarned: "text",
};

const channel: Columns = {
  id: "text!",
  name: "text!",
  kind: "text!",
  settings: "text!",
  sealed: "text!",
  events: "text!",
  isEnabled: "integer!",
  createdAt: "text!",
  updatedAt: "text!",
  lastSentAt: "text",
  lastError: "text",
};

const notification: Columns = {
  id: "text!",
  channelId: "text!",
  incident: "text!",
  event: "text!",
  integrationId: "text",
  message: "text!",
  state: "text!",
  attempts: "integer!",
  createdAt: "text!",
  nextAttemptAt: "text!",
  sentAt: "text",
  error: "text",
};
