import { bigint, boolean, category, date, double, json, orNull, text, textArray } from "../column.ts";
import { table } from "../table.ts";

/** One person's use of one AI coding tool on one day. */
export const assistantUsage = table({
  name: "assistant_usage",
  kind: "E",
  key: "<account>/<tool>/<day>/<model or ->",
  columns: {
    accountId: text,
    tool: text,
    /** provider's reporting day */
    day: date,
    model: orNull(text),
    /** licence assigned; used that day */
    hasSeat: orNull(boolean),
    isActive: orNull(boolean),
    sessionCount: orNull(bigint),
    requestCount: orNull(bigint),
    suggestionCount: orNull(bigint),
    acceptanceCount: orNull(bigint),
    errorCount: orNull(bigint),
    suggestedLines: orNull(bigint),
    acceptedLines: orNull(bigint),
    committedLines: orNull(bigint),
    inputTokenCount: orNull(bigint),
    outputTokenCount: orNull(bigint),
    cachedTokenCount: orNull(bigint),
    costUsd: orNull(double),
  },
});

/** Registry of imported tables; the rows live in `custom_<name>`. */
export const customTable = table({
  name: "custom_table",
  kind: "S",
  key: "table name",
  columns: {
    /** `[a-z][a-z0-9_]{0,40}`; the table is `custom_<name>` */
    name: text,
    /** list of `{name, type, unit, required, nullable, allowed, default, min, max, description}`; types text, bigint, double, boolean, date, timestamptz */
    columns: json,
    /** upsert key; NULL = rows are keyed by line number of the import */
    keyColumns: orNull(textArray),
    /** columns that give time, team (id or name) and person (id or e-mail); make the table a fact (`metrics.md` §3.6) */
    timeColumn: orNull(text),
    teamColumn: orNull(text),
    personColumn: orNull(text),
    modeCategory: category("append", "replace", "upsert", "other"),
    mode: orNull(text),
    /** raised by every import */
    version: bigint,
  },
});
