import { z } from "zod";

import { coverage, progress, selection, selectionInput } from "./integrations.ts";
import { day, flag, instant, lifecycle, pageQuery, problemText, status, taskKind, taskStatus, words } from "./shared.ts";

/* ── Scopes ── */

const scope = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    url: z.string().nullable(),
    isArchived: z.boolean(),
    isFork: z.boolean(),
    isSelected: z.boolean(),
    selectedBy: z.string().nullable().meta({ description: "the name or pattern that chose it" }),
    isVanished: z.boolean().meta({ description: "chosen, but the credential no longer sees it" }),
  })
  .meta({ id: "Scope" });

export const scopeListQuery = z.object({
  search: z.string().optional(),
  kind: z.string().optional(),
  selected: flag,
  refresh: flag.meta({ description: "true: ask the vendor again" }),
  ...pageQuery,
});

export const scopePage = z
  .object({
    items: z.array(scope),
    nextCursor: z.string().nullable(),
    total: z.int(),
    selectedTotal: z.int(),
    selection,
    discoveredAt: instant.nullable(),
  })
  .meta({ id: "ScopePage" });

/** Discovery before the integration is saved. */
export const scopeDiscovery = z.strictObject({
  connector: z.string(),
  config: z.record(z.string(), z.unknown()),
  selection: selectionInput.optional(),
  search: z.string().optional(),
  cursor: z.string().optional(),
  limit: z.int().min(1).max(500).default(50),
});

export const scopeChange = z.strictObject({
  ...selectionInput.shape,
  isDryRun: z.boolean().default(false).meta({ description: "true: answer what would be chosen and change nothing" }),
});

/* ── Streams ── */

const streamProgress = z
  .object({
    stream: z.string(),
    docs: z.string(),
    level: z.enum(["scope", "integration"]),
    state: z.enum(["waiting", "running", "complete", "partial", "failed", "skipped"]).meta({
      description: "partial: some history is there and more is asked for; skipped: the credential may not read it",
    }),
    status: status.meta({ description: "the worst of its scopes" }),
    reason: z.string().nullable(),
    error: problemText.nullable(),
    lastSuccessAt: instant.nullable().meta({ description: "the oldest of its scopes: since then something has not been read" }),
    lagSeconds: z.number().nullable().meta({ description: "age of the data of the scope that is furthest behind" }),
    lastDay: z
      .object({ requests: z.int(), waitedMs: z.number() })
      .meta({ description: "what it took of the quota within a day" }),
    scopesHealthy: z.int(),
    scopesUnknown: z.int(),
    scopesTotal: z.int(),
    scopesComplete: z.int(),
    scopesRunning: z.int(),
    scopesFailed: z.int(),
    coverage,
    target: instant.nullable().meta({ description: "how far back history is wanted; null: everything" }),
    sentence: z.string().meta({ description: "`complete since 3 March 2024, going back`" }),
    share: z.number().nullable(),
    records: z.int().meta({ description: "distinct records stored" }),
    quarantined: z.int(),
    unfinished: z.int().meta({ description: "records that will be read again until they are final" }),
    counted: z
      .object({ expected: z.int(), stored: z.int(), differing: z.int(), countedAt: instant })
      .nullable()
      .meta({ description: "the vendor's lists against what is stored, over the scopes that were compared; differing = scopes" }),
    lastTaskAt: instant.nullable(),
    fills: z.array(z.string()),
  })
  .meta({ id: "StreamProgress" });

export const streamList = z.object({ items: z.array(streamProgress), progress });

export const streamScope = z
  .object({
    scopeId: z.string(),
    scope: z.string(),
    from: instant.nullable(),
    to: instant.nullable(),
    updatedAt: instant.nullable(),
    state: z.enum(["waiting", "running", "complete", "differs", "partial", "failed", "skipped"]).meta({
      description:
        "complete: all history asked for was read, and where the vendor's list was compared it is all stored; differs: it is not",
    }),
    expected: z.int().nullable().meta({ description: "things in the vendor's list; null: not compared yet" }),
    stored: z.int().nullable(),
    countedAt: instant.nullable(),
    status,
    reason: z.string(),
    lastSuccessAt: instant.nullable(),
    lagSeconds: z.number().nullable(),
    error: problemText.nullable(),
  })
  .meta({ id: "StreamScope" });

/* ── Health of each scope ── */

export const scopeHealth = z
  .object({
    scopeId: z.string(),
    scope: z.string(),
    status: status.meta({ description: "the worst of its streams" }),
    reason: z.string(),
    nextStep: z.string().nullable(),
    lastSuccessAt: instant.nullable(),
    lagSeconds: z.number().nullable(),
    streams: z.array(
      z.object({
        stream: z.string(),
        status,
        reason: z.string(),
        lastSuccessAt: instant.nullable(),
        lagSeconds: z.number().nullable(),
        error: problemText.nullable(),
      }),
    ),
  })
  .meta({ id: "ScopeHealth" });

export const scopeHealthQuery = z.object({
  status: words("HEALTHY", "UNKNOWN", "FAILED"),
  search: z.string().optional(),
  ...pageQuery,
});

/* ── Ingestion log ── */

export const task = z
  .object({
    id: z.string(),
    integration: z.string(),
    kind: taskKind,
    stream: z.string().nullable(),
    scopeId: z.string().nullable(),
    scope: z.string().nullable().meta({ description: "today's name of the scope" }),
    scanFrom: instant.nullable(),
    scanTo: instant.nullable(),
    status: taskStatus,
    scheduledAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    durationMs: z.number().nullable(),
    nextAttemptAt: instant.nullable(),
    attempts: z.int(),
    retries: z.int(),
    requests: z.int(),
    records: z.int(),
    entities: z.int(),
    unchanged: z.int(),
    skipped: z.int(),
    quarantined: z.int(),
    tombstoned: z.int(),
    waitedMs: z.number(),
    firstChangeAt: instant.nullable(),
    lastChangeAt: instant.nullable(),
    error: problemText.nullable(),
    isStuck: z.boolean().meta({ description: "running, but without a request, a record or an allowed wait for minutes" }),
  })
  .meta({ id: "Task" });

/** What one task read, page by page. */
export const taskDetail = z
  .object({
    task,
    pages: z.array(
      z.object({
        id: z.string(),
        request: z.string().nullable(),
        status: z.int().nullable(),
        via: z.string(),
        fetchedAt: instant,
        records: z.int(),
        hash: z.string().meta({ description: "of the archived body; open it with the payload route" }),
      }),
    ),
    pagesTotal: z.int(),
    quarantined: z.array(
      z.object({ nativeKey: z.string().nullable(), path: z.string(), message: z.string(), seenAt: instant, hash: z.string() }),
    ),
  })
  .meta({ id: "TaskDetail" });

export const taskListQuery = z.object({
  status: words("scheduled", "pending", "running", "succeeded", "failed", "cancelled"),
  kind: words("backfill", "refresh", "webhook", "push", "import", "reconcile", "delete"),
  stream: z.string().optional(),
  scope: z.string().optional().meta({ description: "scope id or name" }),
  from: z.string().optional().meta({ description: "started at or after" }),
  to: z.string().optional().meta({ description: "started before" }),
  ...pageQuery,
});

export const allTasksQuery = taskListQuery.extend({ integration: z.string().optional() });

/* ── Health ── */

export const health = z
  .object({
    status,
    statusReason: z.string(),
    nextStep: z.string().nullable(),
    statusSince: instant,
    lifecycle,
    error: problemText.nullable(),
    lastRunAt: instant.nullable(),
    lastSuccessAt: instant.nullable(),
    nextRunAt: instant.nullable(),
    dataThrough: instant.nullable(),
    credentialExpiresAt: instant.nullable(),
    staleAfterSeconds: z.int().meta({ description: "without a success for so long the status becomes UNKNOWN" }),
    scopes: z
      .object({ total: z.int(), healthy: z.int(), unknown: z.int(), failed: z.int() })
      .meta({ description: "chosen scopes by the worst of their streams" }),
    stuck: z
      .array(z.object({ task: z.string(), stream: z.string().nullable(), scopeId: z.string().nullable(), stillSeconds: z.int() }))
      .meta({ description: "tasks that neither move nor wait for a budget" }),
    budgets: z.array(
      z.object({
        class: z.string(),
        limit: z.number().nullable(),
        remaining: z.number().nullable(),
        resetAt: instant.nullable(),
        blockedUntil: instant.nullable(),
      }),
    ),
    timeline: z
      .array(
        z.object({
          day,
          state: z.enum(["healthy", "failed", "pending", "none"]).meta({ description: "none: nothing ran that day" }),
          tasks: z.int(),
          failed: z.int(),
          records: z.int(),
          entities: z.int(),
          requests: z.int(),
        }),
      )
      .meta({ description: "the last `days` days, oldest first" }),
    lastDay: z.object({
      tasks: z.int(),
      failed: z.int(),
      requests: z.int(),
      retries: z.int(),
      records: z.int(),
      entities: z.int(),
      waitedMs: z.number(),
    }),
    quarantined: z.array(
      z.object({ stream: z.string(), path: z.string(), message: z.string(), records: z.int(), lastSeenAt: instant }),
    ),
  })
  .meta({ id: "Health" });

export const healthQuery = z.object({ days: z.coerce.number().int().min(1).max(90).default(30) });

/* ── Forecasts ── */

const toll = z.object({
  calls: z.number().nullable(),
  points: z.number().nullable().meta({ description: "as the vendor charges" }),
  records: z.number().nullable(),
  seconds: z.number().nullable(),
});

/** Newest first; numbers that are not known are null. */
export const forecast = z
  .object({
    id: z.string(),
    subject: z.enum(["run", "backfill"]),
    madeAt: instant,
    forecast: toll.extend({
      secondsLow: z.number().nullable(),
      secondsHigh: z.number().nullable(),
      basis: z.string().meta({ description: "counted, learned, declared or unknown: what the weakest part rests on" }),
    }),
    actual: toll.nullable().meta({ description: "null: it is still reading" }),
    outcome: z.string().nullable(),
    finishedAt: instant.nullable(),
  })
  .meta({ id: "ForecastOutcome" });

/* ── Data ── */

export const dataTable = z
  .object({
    table: z.string(),
    rows: z.int(),
    deleted: z.int().meta({ description: "tombstones" }),
    newestAt: instant.nullable().meta({ description: "last change at the vendor" }),
    ingestedAt: instant.nullable(),
  })
  .meta({ id: "DataTable" });

export type ScopeBody = z.output<typeof scope>;
export type ScopePage = z.output<typeof scopePage>;
export type ScopeListQuery = z.output<typeof scopeListQuery>;
export type ScopeDiscovery = z.output<typeof scopeDiscovery>;
export type ScopeChange = z.output<typeof scopeChange>;
export type StreamProgressBody = z.output<typeof streamProgress>;
export type StreamScopeBody = z.output<typeof streamScope>;
export type TaskBody = z.output<typeof task>;
export type TaskDetail = z.output<typeof taskDetail>;
export type ScopeHealthBody = z.output<typeof scopeHealth>;
export type ScopeHealthQuery = z.output<typeof scopeHealthQuery>;
export type TaskListQuery = z.output<typeof allTasksQuery>;
export type ForecastBody = z.output<typeof forecast>;
export type HealthBody = z.output<typeof health>;
export type DataTable = z.output<typeof dataTable>;
