import { z } from "zod";

import { deletion } from "./deletions.ts";
import { instant, lifecycle, pageQuery, problemText, status, words } from "./shared.ts";

export const selection = z
  .object({
    include: z.array(z.string().min(1)).meta({
      description: 'names or patterns; `*` stands for any characters but `/`, `**` for any; ["**"] is everything',
    }),
    exclude: z.array(z.string().min(1)),
    isWithArchived: z.boolean(),
    isWithForks: z.boolean(),
  })
  .meta({ id: "ScopeSelection" });

/** What is left out: everything is chosen, nothing is left out. */
export const selectionInput = z.object({
  include: selection.shape.include.default(["**"]),
  exclude: selection.shape.exclude.default([]),
  isWithArchived: z.boolean().default(true),
  isWithForks: z.boolean().default(true),
});

/** What an integration is doing right now. */
export const progress = z
  .object({
    state: z.enum(["idle", "queued", "running", "waiting"]).meta({ description: "waiting: for the vendor's budget" }),
    startedAt: instant.nullable(),
    tasksDone: z.int(),
    tasksRunning: z.int(),
    tasksTotal: z.int().nullable().meta({ description: "streams × scopes of this run; null until planned" }),
    share: z.number().nullable().meta({ description: "0…1 of the history asked for; null when it cannot be said" }),
    records: z.int(),
    entities: z.int(),
    requests: z.int(),
    entitiesPerSecond: z.number().nullable(),
    etaSeconds: z.number().nullable(),
    etaLowSeconds: z.number().nullable(),
    etaHighSeconds: z.number().nullable(),
    waitingUntil: instant.nullable(),
  })
  .meta({ id: "Progress" });

export const coverage = z
  .object({
    stream: z.string(),
    from: instant.nullable().meta({ description: "history is complete back to here in every scope" }),
    to: instant.nullable().meta({ description: "and up to here" }),
  })
  .meta({ id: "Coverage" });

export const integration = z
  .object({
    id: z.string().meta({ description: "slug of the first name; never changes" }),
    name: z.string(),
    description: z.string().nullable(),
    tags: z.array(z.string()),
    connector: z.string(),
    connectorLabel: z.string(),
    config: z.record(z.string(), z.unknown()).meta({ description: "without secrets" }),
    secrets: z.array(
      z.object({
        field: z.string(),
        writtenAt: instant,
        rotatedAt: instant.nullable(),
        usedAt: instant.nullable(),
      }),
    ),
    lifecycle,
    status,
    statusReason: z.string().meta({ description: "one sentence" }),
    nextStep: z.string().nullable().meta({ description: "what to do about it" }),
    statusSince: instant,
    error: problemText.nullable().meta({ description: "why it FAILED" }),
    backfill: z.object({ since: instant.nullable().meta({ description: "null: everything the vendor has" }) }),
    history: z
      .object({
        state: z.enum(["complete", "waiting", "running", "paused", "failed", "partial"]).meta({
          description: "of the backfills that have not ended; partial: none is left, and something is missing",
        }),
        since: instant.nullable().meta({ description: "the oldest day asked for; null: everything" }),
        open: z.int().meta({ description: "backfills that have not ended" }),
      })
      .meta({ description: "whether charts will still grow to the left" }),
    everySeconds: z.int(),
    createdAt: instant,
    updatedAt: instant,
    lastRunAt: instant.nullable(),
    lastSuccessAt: instant.nullable(),
    nextRunAt: instant.nullable(),
    freshness: z.object({ dataThrough: instant.nullable(), ageSeconds: z.number().nullable() }),
    coverage: z.array(coverage),
    credentialExpiresAt: instant.nullable(),
    scopes: z.object({ selected: z.int(), known: z.int() }),
    selection,
    projects: z.array(z.object({ key: z.string(), name: z.string() })),
    progress,
    deletion: deletion.nullable().meta({ description: "how its deletion stands; null unless it is deleting" }),
  })
  .meta({ id: "Integration" });

export const integrationListQuery = z.object({
  search: z.string().optional().meta({ description: "in id, name, description, tags and connector" }),
  connector: z.string().optional(),
  status: words("HEALTHY", "UNKNOWN", "FAILED"),
  lifecycle: words("active", "paused", "deleting"),
  project: z.string().optional(),
  sort: z.enum(["name", "-name", "createdAt", "-createdAt", "lastSuccessAt", "-lastSuccessAt"]).default("name"),
  ...pageQuery,
});

const config = z.record(z.string(), z.unknown());
const name = z.string().trim().min(1).max(100);
const details = {
  description: z.string().max(1000).nullable().optional(),
  tags: z.array(z.string().min(1).max(50)).max(50).optional(),
  backfill: z.strictObject({ since: z.string().nullable().meta({ description: "day or instant; null: everything" }) }).optional(),
  everySeconds: z
    .int()
    .min(30, "an integration is read every 30 seconds at most")
    .max(604_800, "an integration is read once a week at least")
    .optional(),
};

export const integrationCreate = z.strictObject({
  connector: z.string(),
  name,
  config: config.meta({ description: "every field of the connector's form, secrets too" }),
  ...details,
  selection: selectionInput.optional(),
  isChecked: z.boolean().default(true).meta({ description: "false: save without asking the vendor first" }),
});

export const integrationPatch = z.strictObject({
  name: name.optional(),
  config: config.optional().meta({ description: "only the fields that change; a secret that is left out stays" }),
  ...details,
  isChecked: z.boolean().default(true),
});

export const changePreview = z
  .object({ changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })) })
  .meta({ id: "ChangePreview" });

export const checkRequest = z.strictObject({ connector: z.string(), config });

export const checkAnswer = z
  .object({
    ok: z.boolean(),
    sentence: z.string().meta({ description: "who the credential is and what it can see" }),
    missing: z.array(z.object({ permission: z.string(), streams: z.array(z.string()) })),
    expiresAt: instant.nullable(),
    version: z.string().nullable(),
    problem: problemText.nullable().meta({ description: "why it cannot work; null when ok" }),
  })
  .meta({ id: "CheckAnswer" });

export const impact = z
  .object({
    integration: z.string(),
    projects: z.array(z.object({ key: z.string(), name: z.string() })),
    teams: z.array(z.object({ id: z.string(), name: z.string() })),
    dashboards: z.array(z.object({ name: z.string(), path: z.string() })).meta({ description: "pages that show its numbers" }),
    metrics: z.array(z.object({ name: z.string(), label: z.string() })).meta({ description: "whose numbers will change" }),
    tables: z.array(z.object({ table: z.string(), rows: z.int() })),
    rows: z.int(),
    sentence: z.string(),
  })
  .meta({ id: "Impact" });

export const run = z
  .object({
    integration: z.string(),
    kind: z
      .enum(["refresh", "backfill", "both"])
      .meta({ description: "what changed, history, or both (without a server that keeps lanes)" }),
    backfill: z.string().nullable().meta({ description: "the backfill that it goes on with" }),
    state: z.enum(["never", "queued", "running", "succeeded", "failed", "cancelled"]),
    isJoined: z.boolean().meta({ description: "true when a run was under way already and this request joined it" }),
    requestedAt: instant.nullable(),
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    progress,
    failures: z.array(z.object({ stream: z.string(), scope: z.string().nullable(), problem: problemText })),
  })
  .meta({ id: "Run" });

export const runRequest = z.strictObject({
  streams: z.array(z.string()).optional(),
  scopes: z.array(z.string()).optional().meta({ description: "scope ids or names" }),
  since: z.string().optional(),
  until: z.string().optional(),
  full: z.boolean().default(false).meta({ description: "read again from the beginning" }),
});

export type IntegrationBody = z.output<typeof integration>;
export type IntegrationCreate = z.output<typeof integrationCreate>;
export type IntegrationPatch = z.output<typeof integrationPatch>;
export type IntegrationListQuery = z.output<typeof integrationListQuery>;
export type ChangePreview = z.output<typeof changePreview>;
export type ProgressBody = z.output<typeof progress>;
export type CheckAnswer = z.output<typeof checkAnswer>;
export type Impact = z.output<typeof impact>;
export type RunBody = z.output<typeof run>;
export type RunRequest = z.output<typeof runRequest>;
