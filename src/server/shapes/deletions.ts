import { z } from "zod";

import { instant } from "./shared.ts";

const proof = z
  .object({
    scannedAt: instant,
    tables: z.int().meta({ description: "tables that were looked through" }),
    columns: z.int(),
    files: z.int().meta({ description: "archived pages that stay; each belongs to another integration" }),
    rowsRemoved: z.int(),
    filesRemoved: z.int(),
    left: z
      .array(z.object({ place: z.string(), rows: z.int() }))
      .meta({ description: "where something was found; empty when the deletion is complete" }),
  })
  .meta({ id: "DeletionProof" });

/** A deletion from the request on; its proof stays. */
export const deletion = z
  .object({
    integration: z.string(),
    name: z.string(),
    requestedBy: z.string(),
    requestedAt: instant,
    beginsAt: instant.meta({ description: "nothing is touched before" }),
    beganAt: instant.nullable().meta({ description: "the point of no return" }),
    finishedAt: instant.nullable(),
    step: z.enum(["waiting", "rows", "facts", "scan", "done"]),
    rowsTotal: z.int().nullable(),
    rowsLeft: z.int().nullable(),
    filesRemoved: z.int(),
    share: z.number().nullable().meta({ description: "0…1 of the rows; null until they are counted" }),
    etaSeconds: z.number().nullable(),
    isCancellable: z.boolean(),
    proof: proof.nullable(),
  })
  .meta({ id: "Deletion" });

export const removal = z.object({
  confirm: z.string().optional(),
  graceSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .meta({ description: "time to call it off before the first row goes; default 10" }),
});

export type DeletionBody = z.output<typeof deletion>;
export type Removal = z.output<typeof removal>;
