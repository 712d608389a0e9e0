import type { IngestIntegration } from "../ingest/engine.ts";
import { chooseScopes, listScopes, saveDiscovery, type FoundScope, type KnownScope } from "../workspace/integration-scopes.ts";
import { getIntegration } from "../workspace/integrations.ts";
import { everything, selectedBy, unmatchedNames, type Selection } from "../workspace/selection.ts";
import type { Actor } from "./access.ts";
import type { Context } from "./context.ts";
import { connectorOf, openIntegration, toFound, unsaved } from "./integration-access.ts";
import { pageOfList } from "./paging.ts";
import { scopeNamesUnknown } from "./problems.ts";
import type { ScopeBody, ScopeChange, ScopeDiscovery, ScopeListQuery, ScopePage } from "./shapes/monitoring.ts";

/** What a credential can see before it is saved, with what a selection would choose. */
export async function discover(context: Context, request: ScopeDiscovery): Promise<ScopePage> {
  const selection = request.selection ?? everything;
  const open = unsaved(connectorOf(context.connectors, request.connector), request.config);
  const found = await collect(context, open);
  const known = found.map((scope) => ({ ...scope, selectedBy: selectedBy(selection, scope), isVanished: false }));
  return pageOfScopes(known, { ...request, selection, discoveredAt: context.workspace.now() });
}

async function collect(context: Context, open: IngestIntegration): Promise<FoundScope[]> {
  const found: FoundScope[] = [];
  for await (const scope of context.engine.listScopes(open)) found.push(toFound(scope));
  return found.sort((a, b) => a.name.localeCompare(b.name, "en", { sensitivity: "base", numeric: true }));
}

/** Known scopes; asks the vendor when it never was asked, or when people want it. */
export async function list(context: Context, id: string, query: ScopeListQuery): Promise<ScopePage> {
  const saved = await getIntegration(context.workspace, id);
  if (query.refresh || saved.scopesDiscoveredAt === null)
    await saveDiscovery(context.workspace, id, await collect(context, await openIntegration(context, saved)));
  const { selection, scopesDiscoveredAt } = await getIntegration(context.workspace, id);
  return pageOfScopes(await listScopes(context.workspace, id), { ...query, selection, discoveredAt: scopesDiscoveredAt });
}

export async function choose(context: Context, actor: Actor, asked: { id: string; change: ScopeChange }): Promise<ScopePage> {
  const {
    id,
    change: { isDryRun, ...selection },
  } = asked;
  const { workspace } = context;
  const saved = await getIntegration(workspace, id);
  const known = await listScopes(workspace, id);
  const missing = known.length > 0 ? unmatchedNames(selection, known) : [];
  if (missing.length > 0)
    throw scopeNamesUnknown(
      missing,
      known.map((scope) => scope.name),
    );
  const page = { selection, discoveredAt: saved.scopesDiscoveredAt, limit: 500 };
  if (isDryRun)
    return pageOfScopes(
      known.map((scope) => ({ ...scope, selectedBy: selectedBy(selection, scope) })),
      page,
    );
  const chosen = await chooseScopes(workspace, actor, { id, selection });
  await context.scheduler.soon(id);
  return pageOfScopes(chosen, page);
}

interface PageRequest {
  readonly search?: string | undefined;
  readonly kind?: string | undefined;
  readonly selected?: boolean | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly selection: Selection;
  readonly discoveredAt: string | null;
}

function pageOfScopes(known: readonly KnownScope[], request: PageRequest): ScopePage {
  const words = request.search?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  const found = known
    .filter((scope) => words.every((word) => scope.name.toLowerCase().includes(word)))
    .filter((scope) => request.kind === undefined || scope.kind === request.kind)
    .filter((scope) => request.selected === undefined || (scope.selectedBy !== null) === request.selected);
  const { items, nextCursor, total } = pageOfList(found, request);
  const { include, exclude, ...rest } = request.selection;
  return {
    items: items.map(toBody),
    nextCursor,
    total,
    selectedTotal: known.filter((scope) => scope.selectedBy !== null).length,
    selection: { ...rest, include: [...include], exclude: [...exclude] },
    discoveredAt: request.discoveredAt,
  };
}

const toBody = ({ attributes: _attributes, ...scope }: KnownScope): ScopeBody => ({
  ...scope,
  isSelected: scope.selectedBy !== null,
});
