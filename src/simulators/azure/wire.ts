import { createHash } from "node:crypto";

import type { Person, Seconds } from "../organisation/index.ts";

export type Json = Record<string, unknown>;

/** A GUID that is always the same for a name. */
export function guid(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Azure writes hundredths; the simulated world knows whole seconds. */
export const iso = (at: Seconds): string => `${new Date(at * 1000).toISOString().slice(0, 19)}.000Z`;
export const isoOrNull = (at: Seconds | null | undefined): string | null => (at === null || at === undefined ? null : iso(at));

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/core/teams/get-team-members-with-extended-properties#identityref */
export function identity(person: Person | null, leavers: ReadonlySet<Person> = new Set()): Json | undefined {
  if (!person) return undefined;
  const isService = person.kind !== "User" || person.role === "bot";
  return {
    displayName: person.name ?? person.login,
    id: guid(`person:${person.login}`),
    uniqueName: person.email ?? person.login,
    descriptor: `${isService ? "svc" : "aad"}.${Buffer.from(person.login).toString("base64url")}`,
    ...(leavers.has(person) && { inactive: true }),
  };
}

/** Without identity references Azure writes people as text. */
export const personText = (person: Person): string => `${person.name ?? person.login} <${person.email ?? person.login}>`;

export const listOf = (value: readonly unknown[]): Json => ({ count: value.length, value });

export interface SimulatedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  /** Instead of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Errors as Azure words them. */
export const refusal = (status: number, message: string, typeKey = "VssServiceException"): SimulatedAnswer => ({
  status,
  body: {
    $id: "1",
    innerException: null,
    message,
    typeName: `Microsoft.VisualStudio.Services.${typeKey}`,
    typeKey,
    errorCode: 0,
    eventId: 3000,
  },
});

export interface Asked {
  readonly method: string;
  /** Without organisation or collection. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Address of the organisation or collection. */
  readonly base: string;
}

/** A number of the query within limits. */
export function limited(query: URLSearchParams, name: string, { usual, most }: { usual: number; most: number }): number {
  const given = Number(query.get(name) ?? usual);
  return Number.isInteger(given) && given > 0 ? Math.min(given, most) : usual;
}

export const instantIn = (query: URLSearchParams, name: string): Seconds | null => {
  const text = query.get(name);
  return text === null ? null : Date.parse(text) / 1000;
};

/** Pages that go on with a token in `x-ms-continuationtoken`. */
export function tokenPage<Thing>(
  things: readonly Thing[],
  query: URLSearchParams,
  { size, render }: { size: number; render: (thing: Thing) => unknown },
): SimulatedAnswer {
  const from = Number(/^\d+/.exec(query.get("continuationToken") ?? "0")?.[0] ?? 0);
  const page = things.slice(from, from + size);
  const isLast = from + size >= things.length;
  return { body: listOf(page.map(render)), headers: isLast ? {} : { "x-ms-continuationtoken": String(from + size) } };
}
