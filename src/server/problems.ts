import { Problem } from "../domain/problem.ts";

/* Every code of this folder. */

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");

export const notFound = (thing: string, name: string, known: readonly string[] = []) =>
  new Problem({
    code: `unknown_${thing.replaceAll(" ", "_")}`,
    what: `There is no ${thing} named "${name}".`,
    ...(known.length ? { rule: `Known: ${quoted(known.slice(0, 20))}${known.length > 20 ? " …" : ""}.` } : {}),
    ...(nearest(name, known) ? { next: `Did you mean "${nearest(name, known)}"?` } : {}),
    status: 404,
  });

export const unknownRoute = (method: string, path: string) =>
  new Problem({
    code: "unknown_route",
    what: `There is no ${method} ${path}.`,
    rule: "Routes of the API begin with /api/v1/.",
    next: "Open /api/docs for all of them.",
    status: 404,
  });

export const signInNeeded = () =>
  new Problem({
    code: "sign_in_needed",
    what: "This request carries no valid session or token.",
    rule: "Every route of the API needs one.",
    next: "Open the one-time link that the server printed when it started, or send `Authorization: Bearer <token>`.",
    status: 401,
  });

export const linkUsedUp = () =>
  new Problem({
    code: "link_used_up",
    what: "This sign-in link is wrong, too old or was used already.",
    rule: "A link works once, for an hour.",
    next: "Run `leadline open` in the data folder, or start the server again, for a new one.",
    status: 401,
  });

export const notAllowed = (permission: string, role: string) =>
  new Problem({
    code: "not_allowed",
    what: `The role "${role}" may not do this.`,
    rule: `The route needs the permission "${permission}".`,
    next: "Ask an owner for a role or a token that has it.",
    status: 403,
  });

export const foreignHost = (host: string) =>
  new Problem({
    code: "foreign_host",
    what: `The request names the host "${host}", which is not an address of this server.`,
    rule: "Requests must use a loopback address, an IP address or the host of LEADLINE_PUBLIC_URL, so that a foreign page cannot reach the server through a name of its own.",
    next: "Use the address the server printed, or set LEADLINE_PUBLIC_URL.",
    status: 421,
  });

export const foreignOrigin = (origin: string) =>
  new Problem({
    code: "foreign_origin",
    what: `The request comes from a page of "${origin}".`,
    rule: "Only pages of this server may change things with a browser's session.",
    next: "Use the web app, or send a token instead of a cookie.",
    status: 403,
  });

export const noPermissionDeclared = (route: string) =>
  new Error(`the route ${route} declares no permission: set config.permission, or "public" if everybody may call it`);

export const checkRefused = (answer: {
  sentence: string;
  problem: { code: string; detail: string | null; hint: string | null } | null;
  missing: { permission: string }[];
}) =>
  new Problem({
    code: answer.problem?.code ?? "check_failed",
    what: answer.sentence,
    rule: answer.problem?.detail ?? "An integration is saved when its credential can read something.",
    next:
      answer.problem?.hint ??
      (answer.missing.length > 0
        ? `Give the credential: ${answer.missing.map((missing) => missing.permission).join(", ")}.`
        : "Correct the configuration, or save it unchecked."),
    status: 422,
  });

export const confirmationNeeded = (id: string, sentence: string) =>
  new Problem({
    code: "confirmation_needed",
    what: sentence,
    rule: "A deletion wants the id of the integration as a confirmation.",
    next: `Repeat with confirm=${id} if you mean it.`,
    status: 409,
  });

/** The known name that is closest to the given one, if it is close at all. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

export const scopeNamesUnknown = (missing: readonly string[], known: readonly string[]) => {
  const near = nearest(missing[0]!, known);
  return new Problem({
    code: "unknown_scope",
    what: `The credential sees no scope named ${quoted(missing)}.`,
    rule: "A name without * must be that of a scope the credential can see.",
    next: near ? `Did you mean "${near}"?` : "List the scopes, or use a pattern.",
    status: 404,
  });
};

export const notPaused = (id: string, name: string, lifecycle: string) =>
  new Problem({
    code: "integration_not_active",
    what: `The integration "${name}" is ${lifecycle}.`,
    rule: "Only an active integration is read.",
    next: lifecycle === "paused" ? `Resume it first: leadline integrations resume ${id}.` : "Wait until it is gone.",
    status: 409,
  });

export const channelFieldUnknown = (kind: string, reason: string) =>
  new Problem({
    code: "invalid_request",
    what: `The change does not fit a channel of the kind "${kind}": ${reason}`,
    rule: "Each kind of channel has fields of its own; the kind itself cannot be changed.",
    next: "Leave the field out, or add a channel of another kind.",
  });
