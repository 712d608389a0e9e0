import type { ColumnType } from "kysely";

/* Rows as code sees them: camelCase; instants are ISO text, JSON is text, booleans are 0 or 1 on both engines. */

type Bit = 0 | 1;
type Instant = string;
/** Set when the row is made, never changed. */
type Fixed<T> = ColumnType<T, T, never>;

export interface IntegrationRow {
  id: Fixed<string>;
  connector: Fixed<string>;
  name: string;
  description: string | null;
  tags: string;
  config: string;
  lifecycle: "active" | "paused" | "deleting";
  status: "HEALTHY" | "UNKNOWN" | "FAILED";
  statusReason: string;
  nextStep: string | null;
  statusSince: Instant;
  error: string | null;
  backfillSince: Instant | null;
  everySeconds: number;
  selection: string;
  scopesDiscoveredAt: Instant | null;
  credentialExpiresAt: Instant | null;
  createdAt: Fixed<Instant>;
  updatedAt: Instant;
  lastRunAt: Instant | null;
  lastSuccessAt: Instant | null;
  /** When people asked for a run that has not begun. */
  runRequest: string | null;
}

interface IntegrationSecretRow {
  id: Fixed<string>;
  integrationId: Fixed<string>;
  field: Fixed<string>;
  sealed: string;
  writtenAt: Fixed<Instant>;
  rotatedAt: Instant | null;
  usedAt: Instant | null;
  leasedUntil: Instant | null;
}

interface IntegrationScopeRow {
  integrationId: Fixed<string>;
  scopeId: Fixed<string>;
  name: string;
  kind: string;
  url: string | null;
  isArchived: Bit;
  isFork: Bit;
  attributes: string;
  selectedBy: string | null;
  isVanished: Bit;
  seenAt: Instant;
}

interface ProjectRow {
  key: Fixed<string>;
  name: string;
  description: string | null;
  createdAt: Fixed<Instant>;
  updatedAt: Instant;
}

interface IntegrationMappingRow {
  projectKey: string;
  integrationId: string;
  mappedAt: Instant;
}

interface ProfileRow {
  profileId: string;
  version: number;
  name: string;
  settings: string;
  validFrom: Instant | null;
  validTo: Instant | null;
}

interface CalendarRow {
  id: string;
  name: string;
  timezone: string;
  opens: string;
  closes: string;
  weekdays: string;
  holidays: string;
}

interface UserRow {
  id: Fixed<string>;
  name: string;
  email: string | null;
  role: string;
  passwordHash: string | null;
  createdAt: Fixed<Instant>;
  disabledAt: Instant | null;
}

interface SessionRow {
  hash: string;
  userId: string;
  createdAt: Instant;
  expiresAt: Instant;
}

interface SignInLinkRow {
  hash: string;
  userId: string;
  createdAt: Instant;
  expiresAt: Instant;
  usedAt: Instant | null;
}

interface ApiTokenRow {
  id: Fixed<string>;
  name: string;
  hash: Fixed<string>;
  role: string;
  createdBy: Fixed<string>;
  createdAt: Fixed<Instant>;
  expiresAt: Instant | null;
  usedAt: Instant | null;
  revokedAt: Instant | null;
}

/** A task while it waits, runs, or when the process ended before the ledger heard of it. */
interface IngestionTaskRow {
  id: string;
  integrationId: string;
  kind: string;
  stream: string | null;
  scopeId: string | null;
  status: "scheduled" | "pending" | "running" | "succeeded" | "failed" | "cancelled";
  scheduledAt: Instant;
  finishedAt: Instant | null;
  /** The whole ledger row as JSON. */
  row: string;
  updatedAt: Instant;
}

export interface WebhookEndpointRow {
  integrationId: Fixed<string>;
  /** Bound into the sealed text, so that a secret cannot be moved. */
  secretId: string;
  sealed: string;
  secretMadeAt: Instant;
  /** The secret before it, accepted until `previousUntil`. */
  previousId: string | null;
  previousSealed: string | null;
  previousUntil: Instant | null;
  received: number;
  duplicates: number;
  refused: number;
  lastReceivedAt: Instant | null;
  lastRefusedAt: Instant | null;
  lastRefusedReason: string | null;
  /** When the vendor was last asked what it could not deliver, and what it said. */
  missedAskedAt: Instant | null;
  missedFound: number;
  missedProblem: string | null;
}

/** One delivery of a vendor; the queue of what is still to be read. */
export interface WebhookDeliveryRow {
  integrationId: Fixed<string>;
  deliveryId: Fixed<string>;
  event: string;
  receivedAt: Fixed<Instant>;
  status: "received" | "processing" | "done" | "ignored" | "dead";
  /** `delivery`: it arrived; `missed`: the vendor's list of failed deliveries names it. */
  via: "delivery" | "missed";
  attempts: number;
  nextAttemptAt: Instant | null;
  finishedAt: Instant | null;
  /** What to read again, as JSON; null until the body was understood. */
  hints: string | null;
  /** Ids of the tasks that read it, as JSON. */
  tasks: string;
  /** One sentence: what came of it. */
  outcome: string | null;
  error: string | null;
  /** SHA-256 of the stored body; null for missed ones. */
  bodyHash: string | null;
  bodyBytes: number;
  /** How often the same delivery came. */
  copies: number;
}

/** What a run or backfill was expected to take, and what it took; both as JSON. */
interface ForecastRow {
  id: Fixed<string>;
  integrationId: Fixed<string>;
  subject: string;
  madeAt: Instant;
  forecast: string;
  actual: string | null;
  outcome: string | null;
  finishedAt: Instant | null;
}

export interface BackfillRow {
  id: Fixed<string>;
  integrationId: Fixed<string>;
  mode: Fixed<"fill" | "again">;
  streams: Fixed<string | null>;
  scopes: Fixed<string | null>;
  since: Instant | null;
  until: Fixed<Instant | null>;
  order: Fixed<"newest-first" | "oldest-first">;
  priority: number;
  sharePercent: number;
  status: "scheduled" | "running" | "paused" | "succeeded" | "failed" | "cancelled";
  isAutomatic: Fixed<Bit>;
  forecast: string | null;
  actuals: string | null;
  failures: number;
  nextAttemptAt: Instant | null;
  createdBy: Fixed<string>;
  createdAt: Fixed<Instant>;
  updatedAt: Instant;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  error: string | null;
}

export interface AuditRow {
  id: string;
  at: Instant;
  actorKind: string;
  actorId: string;
  actorName: string;
  action: string;
  subject: string;
  subjectId: string;
  changes: string;
}

export interface SettingRow {
  name: string;
  value: string;
}

interface ReconciliationRow {
  integrationId: Fixed<string>;
  everySeconds: number;
  requestedAt: Instant | null;
  request: string | null;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  outcome: "succeeded" | "partly" | "failed" | null;
  error: string | null;
}

/** A deletion from the request on; kept afterwards as its record. `id` is that of the integration. */
export interface IntegrationDeletionRow {
  id: Fixed<string>;
  name: string;
  lifecycleBefore: "active" | "paused";
  requestedBy: string;
  requestedAt: Instant;
  /** Until then nothing is touched, so that people can think again. */
  beginsAt: Instant;
  /** The point of no return: the first row goes right after it. */
  beganAt: Instant | null;
  rowsTotal: number | null;
  rowsLeft: number | null;
  filesRemoved: number;
  step: "waiting" | "rows" | "facts" | "scan" | "done";
  finishedAt: Instant | null;
  proof: string | null;
}

/** What people were told of one integration, so that nobody hears the same twice. */
export interface IntegrationWatchRow {
  integrationId: Fixed<string>;
  /** Failed runs in a row. */
  failedRuns: number;
  /** Start of the last run that was counted. */
  countedRunAt: Instant | null;
  incident: "failed" | "stale" | null;
  incidentAt: Instant | null;
  /** `<end of the credential>/<days>` of the last warning. */
  expiryWarned: string | null;
}

export type ChannelKind = "email" | "slack" | "webhook";

export interface NotificationChannelRow {
  id: Fixed<string>;
  name: string;
  kind: Fixed<ChannelKind>;
  /** What may be shown. */
  settings: string;
  /** The secret part, sealed. */
  sealed: string;
  events: string;
  isEnabled: Bit;
  createdAt: Fixed<Instant>;
  updatedAt: Instant;
  lastSentAt: Instant | null;
  lastError: string | null;
}

export interface NotificationRow {
  id: Fixed<string>;
  channelId: Fixed<string>;
  /** What it is about; once on each channel. */
  incident: Fixed<string>;
  event: Fixed<string>;
  integrationId: string | null;
  message: Fixed<string>;
  state: "pending" | "sent" | "failed";
  attempts: number;
  createdAt: Fixed<Instant>;
  nextAttemptAt: Instant;
  sentAt: Instant | null;
  error: string | null;
}

/** Which process does the work; one row at most. */
interface LeaseRow {
  name: Fixed<string>;
  owner: string;
  place: string;
  address: string | null;
  takenAt: Instant;
  until: Instant;
}

export interface Database {
  integration: IntegrationRow;
  integrationSecret: IntegrationSecretRow;
  integrationScope: IntegrationScopeRow;
  project: ProjectRow;
  integrationMapping: IntegrationMappingRow;
  profile: ProfileRow;
  calendar: CalendarRow;
  user: UserRow;
  session: SessionRow;
  signInLink: SignInLinkRow;
  apiToken: ApiTokenRow;
  ingestionTask: IngestionTaskRow;
  webhookEndpoint: WebhookEndpointRow;
  webhookDelivery: WebhookDeliveryRow;
  forecast: ForecastRow;
  backfill: BackfillRow;
  audit: AuditRow;
  setting: SettingRow;
  reconciliation: ReconciliationRow;
  integrationDeletion: IntegrationDeletionRow;
  integrationWatch: IntegrationWatchRow;
  notificationChannel: NotificationChannelRow;
  notification: NotificationRow;
  lease: LeaseRow;
}

export const tableNames = [
  "integration",
  "integrationSecret",
  "integrationScope",
  "project",
  "integrationMapping",
  "profile",
  "calendar",
  "user",
  "session",
  "signInLink",
  "apiToken",
  "ingestionTask",
  "webhookEndpoint",
  "webhookDelivery",
  "forecast",
  "backfill",
  "audit",
  "setting",
  "reconciliation",
  "integrationDeletion",
  "integrationWatch",
  "notificationChannel",
  "notification",
  "lease",
] as const satisfies readonly (keyof Database)[];
