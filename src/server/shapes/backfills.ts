import { z } from "zod";

import { instant, pageQuery, problemText, words } from "./shared.ts";

export const backfillStatus = z.enum(["scheduled", "running", "paused", "succeeded", "failed", "cancelled"]);
export const backfillOrder = z.enum(["newest-first", "oldest-first"]);

const priority = z
  .int()
  .min(1, "priority is 1 (goes first) to 9 (goes last)")
  .max(9, "priority is 1 (goes first) to 9 (goes last)");
const maxShare = z.number().gt(0, "the share is more than 0 and at most 1").max(1, "the share is more than 0 and at most 1");

export const backfillCreate = z.strictObject({
  since: z.string().nullable().meta({ description: "day or instant; null: everything the vendor has" }),
  until: z.string().optional().meta({ description: "day or instant; with it a range is read again" }),
  streams: z.array(z.string()).optional().meta({ description: "all unless given" }),
  scopes: z.array(z.string()).optional().meta({ description: "ids or names; all that are chosen unless given" }),
  order: backfillOrder.default("newest-first"),
  priority: priority.default(5).meta({ description: "1 goes first, 9 last" }),
  maxShare: maxShare.default(0.5).meta({ description: "of the quota that remains at the vendor, at most" }),
  again: z.boolean().default(false).meta({ description: "true: read what is there already once more" }),
  dryRun: z.boolean().default(false).meta({ description: "true: answer what it would cost, and begin nothing" }),
});

export const backfillPatch = z.strictObject({ priority: priority.optional(), maxShare: maxShare.optional() });

const known = z.number().nullable();

export const forecast = z
  .object({
    classes: z
      .array(z.object({ class: z.string(), calls: known, points: known, shareOfQuota: known }))
      .meta({ description: "by resource class of the vendor's quota; shareOfQuota: 0…1 of what one period holds" }),
    calls: known,
    records: known,
    seconds: known,
    secondsLow: known,
    secondsHigh: known,
    basis: z.enum(["counted", "learned", "declared", "unknown"]),
    streams: z.array(z.object({ stream: z.string(), scopeId: z.string(), calls: known, records: known, way: z.string() })),
  })
  .meta({ id: "Forecast" });

const readOrder = z.object({
  stream: z.string(),
  order: z.enum(["newest-first", "oldest-first", "as listed"]),
  note: z.string().nullable().meta({ description: "why it is not the order asked for" }),
});

export const backfill = z
  .object({
    id: z.string(),
    integration: z.string(),
    mode: z.enum(["fill", "again"]).meta({ description: "fill: what is missing; again: a range, whether it is there or not" }),
    streams: z.array(z.string()).nullable().meta({ description: "null: all" }),
    scopes: z
      .array(z.object({ id: z.string(), name: z.string().nullable() }))
      .nullable()
      .meta({ description: "null: all that are chosen; a name of null: no longer there" }),
    since: instant.nullable(),
    until: instant.nullable(),
    order: backfillOrder,
    readOrders: z.array(readOrder),
    priority: z.int(),
    maxShare: z.number(),
    status: backfillStatus,
    sentence: z.string().meta({ description: "how it stands, for people" }),
    isAutomatic: z.boolean().meta({ description: "made by Leadline: the first history, or that of new scopes" }),
    isJoined: z.boolean().meta({ description: "true when the same was asked for before and has not ended" }),
    forecast: forecast.nullable(),
    actual: z.object({ requests: z.int(), records: z.int(), entities: z.int(), seconds: z.number() }),
    share: known.meta({ description: "0…1 of it that is done" }),
    etaSeconds: known,
    etaLowSeconds: known,
    etaHighSeconds: known,
    waitingUntil: instant.nullable(),
    measuredAt: instant.nullable(),
    createdBy: z.string(),
    createdAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    nextAttemptAt: instant.nullable().meta({ description: "a failed one is tried again by itself" }),
    error: problemText.nullable(),
  })
  .meta({ id: "Backfill" });

export const backfillPlan = z
  .object({
    backfill: backfill.nullable().meta({ description: "null: a dry run" }),
    forecast: forecast.nullable(),
    sentence: z.string().meta({ description: "what it will cost, for people" }),
    readOrders: z.array(readOrder),
  })
  .meta({ id: "BackfillPlan" });

export const backfillListQuery = z.object({
  status: words("scheduled", "running", "paused", "succeeded", "failed", "cancelled"),
  ...pageQuery,
});

export type BackfillBody = z.output<typeof backfill>;
export type BackfillCreate = z.output<typeof backfillCreate>;
export type BackfillPatch = z.output<typeof backfillPatch>;
export type BackfillPlanBody = z.output<typeof backfillPlan>;
export type BackfillListQuery = z.output<typeof backfillListQuery>;
