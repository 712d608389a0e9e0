import { Problem } from "../domain/problem.ts";

export const unknownConnector = (name: string, known: readonly string[]) =>
  new Problem({
    code: "unknown_connector",
    what: `There is no connector named "${name}".`,
    rule: `Known are: ${known.join(", ")}.`,
    next: "Give one of them.",
    status: 404,
  });
