import { Problem } from "../domain/problem.ts";

/* What a run meets before the vendor is asked. */

export const noScopeChosen = () =>
  new Problem({
    code: "no_scope_chosen",
    what: "No scope is chosen, so there is nothing to read.",
    rule: "An integration reads the scopes that its names and patterns choose.",
    next: "Open Scopes and choose some, or check that the credential can see them.",
  });

export const unexpected = () =>
  new Problem({
    code: "unexpected_failure",
    what: "The run ended with an error that Leadline does not know.",
    rule: "What was read until then is kept.",
    next: "It is tried again at the next refresh; the log of the server has the details.",
    status: 500,
  });

export const beingRebuilt = () =>
  new Problem({
    code: "being_rebuilt",
    what: "The warehouse is being rebuilt from the archive.",
    rule: "Nothing is read from vendors meanwhile.",
    next: "Try again when it is done; refreshes go on by themselves.",
    status: 409,
  });

export const scopesVanished = (backfill: string, count: number) =>
  new Problem({
    code: "scope_vanished",
    what: `${count === 1 ? "The scope" : `None of the ${count} scopes`} of the backfill ${backfill} ${count === 1 ? "is not" : "is"} there any more.`,
    rule: "Only scopes that are chosen, and that the credential can see, are read.",
    next: "Choose the scope again, or check the credential; otherwise cancel the backfill.",
  });
