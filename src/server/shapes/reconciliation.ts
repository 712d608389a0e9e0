import { z } from "zod";

import { flag, instant, pageOf, pageQuery, problemText } from "./shared.ts";

/* Completeness: what the provider lists against what is stored. */

const figures = {
  expected: z.int().meta({ description: "things that the provider lists, inside the range that has been read" }),
  stored: z.int().meta({ description: "of them, stored after the comparison" }),
  missing: z.int().meta({ description: "listed and not stored when the comparison began" }),
  healed: z.int().meta({ description: "of the missing, read at once" }),
  stale: z.int().meta({ description: "read again, because the list knew a later change" }),
  candidates: z.int().meta({ description: "stored and no longer listed, not yet sure to be deleted" }),
  gone: z.int().meta({ description: "found to be deleted by this comparison" }),
  outside: z.int().meta({ description: "older than what has been read so far" }),
};

export const comparedScope = z
  .object({
    stream: z.string(),
    entity: z.string(),
    scopeId: z.string(),
    scope: z.string().meta({ description: "today's name of the scope" }),
    ...figures,
    state: z.enum(["complete", "differs"]),
    remark: z.string().nullable(),
    countedAt: instant,
    taskId: z.string().nullable(),
  })
  .meta({ id: "ComparedScope" });

const sequence = z
  .object({
    scopeId: z.string(),
    scope: z.string(),
    highest: z.int(),
    present: z.int(),
    gone: z.int().meta({ description: "numbers that belong to nothing that is read: deleted, moved, or of another kind" }),
    goneNumbers: z.string().meta({ description: "`3,7-9`" }),
    notRead: z.int().meta({ description: "numbers of things older than what has been read so far" }),
    lost: z.int().meta({ description: "numbers that nothing accounts for" }),
    healed: z.int().meta({ description: "things that no list showed and that their number led to" }),
    countedAt: instant,
    sentence: z.string(),
  })
  .meta({ id: "NumberSequence" });

export const reconciliation = pageOf(comparedScope)
  .extend({
    integration: z.string(),
    state: z.enum(["never", "queued", "running", "idle"]),
    everySeconds: z.int(),
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    nextAt: instant.nullable(),
    outcome: z.enum(["succeeded", "partly", "failed"]).nullable(),
    error: problemText.nullable(),
    progress: z.object({ total: z.int(), done: z.int(), failed: z.int() }).nullable(),
    sentence: z.string(),
    rule: z.string().meta({ description: "when a thing that is no longer listed counts as deleted" }),
    totals: z.object({ ...figures, scopes: z.int(), differing: z.int() }),
    sequences: z.array(sequence).meta({ description: "of the scopes on this page and filter, at most 500" }),
    vanished: z
      .array(z.object({ scopeId: z.string(), scope: z.string() }))
      .meta({ description: "chosen scopes that the credential no longer shows; what was read of them is kept" }),
  })
  .meta({ id: "Reconciliation" });

export const reconciliationQuery = z.object({
  search: z.string().optional().meta({ description: "words of the scope or stream" }),
  differs: flag.meta({ description: "true: only where something differs" }),
  ...pageQuery,
});

export const reconcileRequest = z.strictObject({
  streams: z.array(z.string()).optional(),
  scopes: z.array(z.string()).optional().meta({ description: "ids or names" }),
});

export const reconcileSetting = z.strictObject({
  everySeconds: z.int().min(3600).max(2_592_000).meta({ description: "an hour to thirty days" }),
});

export type ReconciliationBody = z.output<typeof reconciliation>;
export type ReconciliationQuery = z.output<typeof reconciliationQuery>;
export type ReconcileRequestBody = z.output<typeof reconcileRequest>;
