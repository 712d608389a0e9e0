import { Problem } from "../../domain/problem.ts";
import { toSnake } from "../../domain/table.ts";

/** A profile's filter names a column that its entity does not have. */
export const unknownColumn = (column: string, table: string, known: readonly string[]) =>
  new Problem({
    code: "unknown_column",
    what: `A filter of the profile names "${column}", which ${table} does not have.`,
    rule: `Filters of a profile name columns of the entity: ${known.map(toSnake).join(", ")}.`,
    next: "Correct the name in the profile.",
  });

/** A fact file holds `{{…}}` that nothing fills. */
export const unknownPlaceholder = (placeholder: string, known: readonly string[]) =>
  new Problem({
    code: "unknown_placeholder",
    what: `"{{${placeholder}}}" is no placeholder.`,
    rule: `Placeholders are ${known.join(", ")}.`,
    next: "Correct the fact file, or add the placeholder to render.ts.",
    status: 500,
  });

/** A build was asked for a fact that does not exist. */
export const unknownFact = (fact: string, known: readonly string[]) =>
  new Problem({
    code: "unknown_fact",
    what: `There is no fact named "${fact}".`,
    rule: `Facts are ${known.join(", ")}.`,
    next: "Correct the name.",
  });

/** The stored settings of a profile do not fit the schema. */
export const badProfile = (profileId: string, detail: string) =>
  new Problem({
    code: "bad_profile",
    what: `Profile "${profileId}" cannot be used: ${detail}`,
    rule: "Settings are those of docs/design/metrics.md §5.",
    next: "Correct the setting and save the profile again.",
  });

/** A hygiene check without a filter has a name that no built-in check has. */
export const unknownCheck = (name: string, known: readonly string[]) =>
  new Problem({
    code: "unknown_check",
    what: `The hygiene check "${name}" of the profile has no filter and is none of the built-in checks.`,
    rule: `Built-in checks are ${known.join(", ")}; every other check needs a filter over the columns of issue.`,
    next: "Correct the name, or give the check a filter.",
  });
