import { z } from "zod";

const words = z.enum(["never", "when_cheaper", "always"]);

/**
 * A field of a configuration: whether commits are read by git instead of the provider's list. `when_cheaper` leaves it to the planner. Yes
 * and no stand for `always` and `never`.
 */
export const gitUse = z
  .union([words, z.union([z.boolean(), z.stringbool()]).transform((isWanted) => words.enum[isWanted ? "always" : "never"])])
  .default("never");
