import { bigint, boolean, category, date, double, json, orNull, text, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One stream of one scope. */
export const progress = table({
  name: "progress",
  kind: "C",
  key: "first three",
  columns: {
    /** `cursor`: opaque position; everything changed before `cursor_at` has been read; history is complete back to `covered_from`; NULL before the first page */
    integrationId: text,
    scopeId: text,
    stream: text,
    cursor: orNull(json),
    cursorAt: orNull(timestamp),
    coveredFrom: orNull(timestamp),
    updatedAt: timestamp,
  },
});

/** A record that was not final when read and must be read again by key. */
export const unfinishedRecord = table({
  name: "unfinished_record",
  kind: "C",
  key: "first four",
  columns: {
    integrationId: text,
    scopeId: text,
    stream: text,
    nativeKey: text,
    firstSeenAt: timestamp,
    nextReadAt: timestamp,
    attempts: bigint,
  },
});

/** One answer of a provider, or one delivery to us; the index of the archive, whose files are named by `body_hash`. */
export const rawPage = table({
  name: "raw_page",
  kind: "C",
  key: "id",
  columns: {
    /** via `poll`, `webhook`, `push`, `satellite`, `import`; `request` = method and URL without secrets; `body_hash` = SHA-256 of the archived body, secrets and switched-off fields removed */
    id: text,
    integrationId: text,
    scopeId: text,
    stream: text,
    taskId: orNull(text),
    via: category("poll", "webhook", "push", "satellite", "import"),
    request: orNull(text),
    status: orNull(bigint),
    fetchedAt: timestamp,
    bodyHash: text,
    recordCount: bigint,
  },
});

/** One distinct content of one record; the content itself is element `position` of the archived page. */
export const rawRecord = table({
  name: "raw_record",
  kind: "C",
  key: "hash and key",
  columns: {
    /** `hash` = SHA-256 of the record's canonical JSON; pages that hold the latest content of a record are never pruned; `mapped_version` = mapper version that last ran on it */
    hash: text,
    integrationId: text,
    scopeId: text,
    stream: text,
    nativeKey: text,
    pageId: text,
    position: bigint,
    /** the provider's own last-change time of this content; NULL where it has none */
    changedAt: orNull(timestamp),
    firstSeenAt: timestamp,
    lastSeenAt: timestamp,
    isLatest: boolean,
    mappedVersion: bigint,
  },
});

/** The ledger: one run of one stream of one scope. */
export const ingestionTask = table({
  name: "ingestion_task",
  kind: "C",
  key: "id",
  columns: {
    /** kind `backfill`, `refresh`, `webhook`, `push`, `import`, `reconcile`, `delete`; status `scheduled`, `pending`, `running`, `succeeded`, `failed`, `cancelled`; scan = source time asked for */
    id: text,
    integrationId: text,
    kind: category("backfill", "refresh", "webhook", "push", "import", "reconcile", "delete"),
    stream: orNull(text),
    scopeId: orNull(text),
    status: category("scheduled", "pending", "running", "succeeded", "failed", "cancelled"),
    scanFrom: orNull(timestamp),
    scanTo: orNull(timestamp),
    scheduledAt: timestamp,
    startedAt: orNull(timestamp),
    finishedAt: orNull(timestamp),
    nextAttemptAt: orNull(timestamp),
    /** attempts = tries of the task, retries = repeated requests inside it; waited = for budgets; changes = oldest and newest source change seen */
    attempts: bigint,
    retries: bigint,
    requests: bigint,
    records: bigint,
    entities: bigint,
    unchanged: bigint,
    skipped: bigint,
    quarantined: bigint,
    tombstoned: bigint,
    waitedSeconds: double,
    /** points = what the requests were charged by the connector's figures; way = in which of the stream's ways it was read */
    points: orNull(double),
    way: orNull(text),
    firstChangeAt: orNull(timestamp),
    lastChangeAt: orNull(timestamp),
    errorCode: orNull(text),
    errorMessage: orNull(text),
  },
});

/** A record that did not fit its schema; `native_key` NULL if unreadable; `resolved_at` when mapped later. */
export const quarantinedRecord = table({
  name: "quarantined_record",
  kind: "C",
  key: "hash and stream",
  columns: {
    hash: text,
    integrationId: text,
    scopeId: text,
    stream: text,
    nativeKey: orNull(text),
    errorPath: text,
    errorMessage: text,
    seenAt: timestamp,
    resolvedAt: orNull(timestamp),
  },
});

/** An entity that sweeps did not find, not yet a tombstone. */
export const missingRecord = table({
  name: "missing_record",
  kind: "C",
  key: "first two",
  columns: {
    entity: text,
    entityId: text,
    /** the provider's clock at the first sweep that did not find it; `sweeps` = how many in a row did not */
    missingSince: timestamp,
    sweeps: bigint,
    /** the provider's clock at the last sweep that counted */
    lastMissedAt: timestamp,
    integrationId: text,
    scopeId: text,
    stream: text,
    nativeKey: text,
  },
});

/** One comparison of what a provider lists with what is stored; NULL source = the provider gives none. */
export const sourceCount = table({
  name: "source_count",
  kind: "C",
  key: "first four",
  columns: {
    /** entity `number` = a numbered sequence that several streams share: expected are all numbers up to the highest */
    integrationId: text,
    scopeId: text,
    entity: text,
    countedAt: timestamp,
    sourceCount: orNull(bigint),
    storedCount: bigint,
    /** NULL for a sequence */
    stream: orNull(text),
    /** missing = listed inside the covered range, not stored; healed = read at once; stale = read again, since the list knew a later change */
    missingCount: orNull(bigint),
    healedCount: orNull(bigint),
    staleCount: orNull(bigint),
    /** candidates = stored, not listed, not yet sure to be deleted; tombstoned = sure since this comparison; outside = older than what was read so far */
    candidateCount: orNull(bigint),
    tombstonedCount: orNull(bigint),
    outsideCount: orNull(bigint),
    /** of a sequence: its highest number, and the numbers that the provider says belong to nothing that is read, `3,7-9` */
    highestNumber: orNull(bigint),
    goneNumbers: orNull(text),
    /** why candidates wait, in a sentence */
    remark: orNull(text),
    taskId: orNull(text),
  },
});

/** State of one fact; `data_through` = least `cursor_at` of the streams that feed it. */
export const factBuild = table({
  name: "fact_build",
  kind: "C",
  key: "first two",
  columns: {
    fact: text,
    profileId: text,
    profileVersion: bigint,
    ruleVersion: bigint,
    rowCount: bigint,
    builtAt: timestamp,
    dataThrough: orNull(timestamp),
    seconds: double,
  },
});

/** An answer kept as reported; `scope_key` = normalised filters; `bucket` NULL = whole range. */
export const metricSnapshot = table({
  name: "metric_snapshot",
  kind: "C",
  key: "all but value, n, taken_at",
  columns: {
    metric: text,
    scopeKey: text,
    grain: text,
    statistic: text,
    ruleVersion: bigint,
    profileId: text,
    profileVersion: bigint,
    bucket: orNull(date),
    value: orNull(double),
    n: bigint,
    takenAt: timestamp,
  },
});

/** One applied migration. */
export const schemaMigration = table({
  name: "schema_migration",
  kind: "C",
  key: "number",
  columns: {
    number: bigint,
    name: text,
    checksum: text,
    appliedAt: timestamp,
  },
});
