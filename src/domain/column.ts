import { z } from "zod";

/** The column types of the warehouse; each engine spells them its own way (`domain.md` §1.2). */
export type ColumnType = "text" | "text[]" | "bigint" | "double" | "boolean" | "date" | "timestamptz" | "json";

declare module "zod" {
  interface GlobalMeta {
    column?: ColumnType;
  }
}

export const text = z.string().meta({ column: "text" });
export const textArray = z.array(z.string()).meta({ column: "text[]" });
/** A whole number within the safe integers of JavaScript. */
export const bigint = z.int().meta({ column: "bigint" });
export const double = z.number().meta({ column: "double" });
export const boolean = z.boolean().meta({ column: "boolean" });
/** A calendar day, `YYYY-MM-DD`. */
export const date = z.iso.date().meta({ column: "date" });
/** An instant as ISO 8601 text with `Z` or an offset, up to microseconds. */
export const timestamp = z.iso.datetime({ offset: true }).meta({ column: "timestamptz" });
export const json = z.json().meta({ column: "json" });

/** A closed list of our own words; every list ends in `other` unless the words are engine states. */
export const category = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words).meta({ column: "text" });

/** Missing is NULL: the provider did not say, or we may not read it. */
export const orNull = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();
