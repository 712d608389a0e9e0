import { canonicalInstant, type Instant } from "../domain/instant.ts";
import { Problem } from "../domain/problem.ts";
import type { Scope } from "../ingest/connector.ts";
import type { IngestIntegration } from "../ingest/engine.ts";
import { listScopes, type FoundScope, type KnownScope } from "../workspace/integration-scopes.ts";
import { useSecrets } from "../workspace/integration-secrets.ts";
import type { Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { parseConfig, splitConfig, type AnyConnector } from "./connector-form.ts";
import { notFound } from "./problems.ts";

export type Connectors = readonly AnyConnector[];

export function connectorOf(connectors: Connectors, name: string): AnyConnector {
  const found = connectors.find((connector) => connector.name === name);
  if (!found)
    throw notFound(
      "connector",
      name,
      connectors.map((connector) => connector.name),
    );
  return found;
}

/** Decrypts and parses what is saved, without scopes; `changes` are tried in its place without being saved. */
export async function openIntegration(
  { workspace, connectors }: { workspace: Workspace; connectors: Connectors },
  saved: Integration,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<IngestIntegration> {
  const connector = connectorOf(connectors, saved.connector);
  const given = { ...saved.config, ...(await useSecrets(workspace, saved.id)), ...changes };
  const isTried = Object.keys(splitConfig(connector, changes).secrets).length > 0;
  return {
    id: saved.id,
    isTried,
    connector,
    config: parseConfig(connector, given),
    scopes: [],
    backfill: { since: saved.backfillSince },
  };
}

/** A configuration that is not saved yet. */
export const unsaved = (connector: AnyConnector, given: Record<string, unknown>): IngestIntegration => ({
  id: "unsaved",
  isTried: true,
  connector,
  config: parseConfig(connector, given),
  scopes: [],
  backfill: { since: null },
});

export const toFound = (scope: Scope): FoundScope => ({
  id: scope.id,
  name: scope.name,
  kind: scope.kind,
  url: scope.url ?? null,
  isArchived: scope.isArchived ?? false,
  isFork: scope.isFork ?? false,
  attributes: scope.attributes ?? {},
});

export const toScope = (known: KnownScope): Scope => ({
  id: known.id,
  name: known.name,
  kind: known.kind,
  isArchived: known.isArchived,
  isFork: known.isFork,
  ...(known.url === null ? {} : { url: known.url }),
  attributes: known.attributes as NonNullable<Scope["attributes"]>,
});

/** The scopes to read: chosen ones that the credential still sees. */
export const chosenScopes = async (workspace: Workspace, id: string): Promise<KnownScope[]> =>
  (await listScopes(workspace, id)).filter((scope) => scope.selectedBy !== null && !scope.isVanished);

/** A day or an instant that people wrote, as an instant; the error says which forms there are. */
export function readInstant(name: string, text: string, now: Instant): Instant {
  const form = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  if (!/^\d{4}-\d{2}-\d{2}T/.test(form) || Number.isNaN(Date.parse(form)))
    throw new Problem({
      code: "bad_instant",
      what: `${name} is "${text}", which is neither a day nor an instant.`,
      rule: "Days are written 2026-01-31, instants 2026-01-31T09:00:00Z.",
      next: "Correct it and ask again.",
    });
  if (Date.parse(form) > Date.parse(now))
    throw new Problem({
      code: "instant_in_future",
      what: `${name} is ${text}, which is in the future.`,
      rule: "Only the past can be read.",
      next: "Give an earlier day.",
    });
  return canonicalInstant(form);
}

/** How far back history is wanted, refused when the vendor was not there yet. */
export function readBackfill(
  connector: AnyConnector,
  since: string | null,
  now: Instant,
  name = "backfill.since",
): Instant | null {
  if (since === null) return null;
  const instant = readInstant(name, since, now);
  if (instant.slice(0, 10) < connector.launchedOn)
    throw new Problem({
      code: "since_before_vendor",
      what: `${name} is ${since}, but ${connector.label} exists since ${connector.launchedOn}.`,
      rule: "History cannot begin before the vendor did.",
      next: `Give ${connector.launchedOn} or later, or null for everything.`,
    });
  return instant;
}

/** Any day or instant, also one in the future. */
export const readInstantOrNull = (name: string, text: string | null): Instant | null =>
  text === null ? null : readInstant(name, text, "9999-12-31T00:00:00Z");
