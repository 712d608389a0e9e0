import type { Answer, Scope } from "../../ingest/connector.ts";
import { ask, dataOf, type Reading, type Thing } from "./graphql.ts";
import { repositories } from "./owners.ts";
import { repository } from "./records-organisation.ts";
import { introspection, type OptionalField } from "./selections.ts";

/** Every repository that the credential can read, with what its host offers. */
export async function* scopes(reading: Reading): AsyncGenerator<Scope> {
  const offered = await whatHostOffers(reading);
  for await (const { nodes } of repositories(reading))
    for (const node of nodes) {
      const found = repository.safeParse(node);
      if (!found.success) continue;
      const { databaseId, id, nameWithOwner, defaultBranchRef, pushedAt, isArchived, isFork, url } = found.data;
      const attributes = {
        nodeId: id,
        defaultBranch: defaultBranchRef?.name ?? null,
        pushedAt: pushedAt ?? null,
        offers: [...offered],
      };
      yield {
        id: String(databaseId),
        name: nameWithOwner,
        kind: "repository",
        isArchived,
        isFork,
        ...(url ? { url } : {}),
        attributes,
      };
    }
}

/** Enterprise Servers lack what is newer than they are, and a classic token may lack the scope for projects. */
async function whatHostOffers(reading: Reading): Promise<readonly OptionalField[]> {
  const answer = await ask(reading, introspection);
  const { issue, statusChange } = dataOf(answer) as {
    issue?: { fields: { name: string }[] } | null;
    statusChange?: Thing | null;
  };
  const names = new Set(issue?.fields.map(({ name }) => name));
  const offered: [OptionalField, boolean][] = [
    ["Issue.issueType", names.has("issueType")],
    ["Issue.parent", names.has("parent")],
    ["ProjectV2ItemStatusChangedEvent", Boolean(statusChange)],
    ["projects", reading.config.projects && names.has("projectItems") && mayRead(answer, "read:project")],
  ];
  return offered.filter(([, isOffered]) => isOffered).map(([name]) => name);
}

/** What a classic token includes beyond the scope's own name. https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
const including: Readonly<Record<string, readonly string[]>> = {
  "read:project": ["project"],
  "read:org": ["write:org", "admin:org"],
  "read:user": ["user"],
  "user:email": ["user"],
};

/** Scopes of a classic token; null for Apps and fine-grained tokens, which have permissions instead. */
export function classicScopes(answer: Answer): ReadonlySet<string> | null {
  const header = answer.headers["x-oauth-scopes"];
  return header === undefined
    ? null
    : new Set(
        header
          .split(",")
          .map((scope) => scope.trim())
          .filter(Boolean),
      );
}

export function mayRead(answer: Answer, scope: string): boolean {
  const granted = classicScopes(answer);
  return granted === null || [scope, ...(including[scope] ?? [])].some((name) => granted.has(name));
}
