import { z } from "zod";

/* Shapes that several routes share. Instants are ISO 8601 text in UTC; durations say their unit in their name. */

export const instant = z.string().meta({ format: "date-time", description: "ISO 8601, UTC" });
export const day = z.string().meta({ format: "date", description: "YYYY-MM-DD" });

/** Every error of every route: what happened (title), the rule (detail), what to do (hint). */
export const problem = z
  .object({
    code: z.string().meta({ description: "stable snake_case word; see docs/errors" }),
    title: z.string().meta({ description: "what happened to which thing" }),
    detail: z.string().nullable().meta({ description: "the rule" }),
    hint: z.string().nullable().meta({ description: "what to do next" }),
    status: z.int(),
    fields: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: "the parts of the request that did not fit" }),
  })
  .meta({ id: "Problem" });

/** An error kept with a task, a check or an integration: the same three parts without an HTTP status. */
export const problemText = z
  .object({ code: z.string(), title: z.string(), detail: z.string().nullable(), hint: z.string().nullable() })
  .meta({ id: "ProblemText" });

export const pageQuery = {
  cursor: z.string().optional().meta({ description: "nextCursor of the page before" }),
  limit: z.coerce.number().int().min(1).max(500).default(50),
};

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    total: z.int().meta({ description: "rows that match, over all pages" }),
  });

/** A query parameter that may be given several times or once with commas: `status=failed,running`. */
export const words = <Word extends string>(...known: readonly [Word, ...Word[]]) =>
  z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((given) =>
      given === undefined
        ? undefined
        : [given]
            .flat()
            .flatMap((part) => part.split(","))
            .filter(Boolean),
    )
    .pipe(z.array(z.enum(known)).optional());

export const flag = z
  .enum(["true", "false"])
  .optional()
  .transform((given) => (given === undefined ? undefined : given === "true"));

/** The path parameter that names an integration: its id, which never changes. */
export const integrationParams = z.object({ integration: z.string() });
export const projectParams = z.object({ project: z.string() });

export const lifecycle = z.enum(["active", "paused", "deleting"]);
export const status = z.enum(["HEALTHY", "UNKNOWN", "FAILED"]);
export const taskKind = z.enum(["backfill", "refresh", "webhook", "push", "import", "reconcile", "delete"]);
export const taskStatus = z.enum(["scheduled", "pending", "running", "succeeded", "failed", "cancelled"]);

export type ProblemBody = z.output<typeof problem>;
export type ProblemTextBody = z.output<typeof problemText>;
