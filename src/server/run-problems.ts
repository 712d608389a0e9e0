import { Problem } from "../domain/problem.ts";
import { nearest } from "./problems.ts";

/* What a run meets before the vendor is asked. */

export const noScopeChosen = () =>
  new Problem({
    code: "no_scope_chosen",
    what: "No scope is chosen, so there is nothing to read.",
    rule: "An integration reads the scopes that its names and patterns choose.",
    next: "Open Scopes and choose some, or check that the credential can see them.",
  });

const unknown = (kind: "scope" | "stream", name: string, known: readonly string[]) =>
  new Problem({
    code: `unknown_${kind}`,
    what: `There is no ${kind === "scope" ? "chosen scope" : "stream"} named "${name}".`,
    rule: `Known: ${known.slice(0, 20).join(", ") || "none"}${known.length > 20 ? " …" : ""}.`,
    next: nearest(name, known) ? `Did you mean "${nearest(name, known)}"?` : "Give one of them.",
    status: 404,
  });

export const scopeUnknown = (name: string, known: readonly string[]) => unknown("scope", name, known);
export const streamUnknown = (name: string, known: readonly string[]) => unknown("stream", name, known);

export const unexpected = () =>
  new Problem({
    code: "unexpected_failure",
    what: "The run ended with an error that Leadline does not know.",
    rule: "What was read until then is kept.",
    next: "It is tried again at the next refresh; the log of the server has the details.",
    status: 500,
  });
