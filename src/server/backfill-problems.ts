import { Problem } from "../domain/problem.ts";

/* Wishes for history that cannot be meant. */

export const rangeEmpty = (since: string, until: string) =>
  new Problem({
    code: "range_empty",
    what: `since (${since}) is not before until (${until}).`,
    rule: "A range begins before it ends.",
    next: "Exchange the two, or leave until out.",
  });

export const nothingToRead = (streams: readonly string[]) =>
  new Problem({
    code: "nothing_to_read",
    what: `${streams.join(", ")} ${streams.length === 1 ? "belongs" : "belong"} to the integration as a whole, not to single scopes.`,
    rule: "Such streams are read once, whatever scopes are chosen.",
    next: "Leave the scopes out, or choose other streams.",
  });

export const scopeNotChosen = (name: string) =>
  new Problem({
    code: "scope_not_chosen",
    what: `The scope "${name}" is not chosen, so it is not read.`,
    rule: "A backfill reads scopes of the integration's selection.",
    next: "Choose it under Scopes first.",
    status: 409,
  });

export const scopeVanished = (name: string) =>
  new Problem({
    code: "scope_vanished",
    what: `The credential no longer sees the scope "${name}".`,
    rule: "Only what the credential sees can be read; what was read of it is kept.",
    next: "Check whether it was deleted or renamed, or give the credential the right to read it.",
    status: 409,
  });
