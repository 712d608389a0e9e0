import { deletionRule } from "../ingest/compare-keys.ts";
import { wholeIntegration } from "../ingest/connector.ts";
import type { SourceCount } from "../ingest/sink.ts";
import { listScopes, type KnownScope } from "../workspace/integration-scopes.ts";
import { getIntegration, type Integration } from "../workspace/integrations.ts";
import { readReconciliation, setReconcileEvery, type Reconciliation } from "../workspace/reconciliations.ts";
import type { Actor } from "./access.ts";
import type { Context } from "./context.ts";
import { connectorOf } from "./integration-access.ts";
import { pageOfList } from "./paging.ts";
import { notFound, notPaused } from "./problems.ts";
import type { Services } from "./services.ts";
import type { ReconciliationBody, ReconciliationQuery, ReconcileRequestBody } from "./shapes/reconciliation.ts";

type Item = ReconciliationBody["items"][number];
type Sequence = ReconciliationBody["sequences"][number];

const MOST_SEQUENCES = 500;
const wholePage: ReconciliationQuery = { limit: 50, differs: undefined };

/** What a comparison with the vendor's lists found, and when the next one is due. */
export function reconciliationService(context: Context): Services["reconciliation"] {
  return {
    get: (id, query) => reconciliationBody(context, id, query),
    async run(id, request) {
      const integration = await getIntegration(context.workspace, id);
      if (integration.lifecycle !== "active") throw notPaused(id, integration.name, integration.lifecycle);
      await known(context, integration, request);
      const { streams, scopes } = request;
      await context.reconciler.trigger(id, { ...(streams?.length ? { streams } : {}), ...(scopes?.length ? { scopes } : {}) });
      return reconciliationBody(context, id, wholePage);
    },
    async change(actor: Actor, id, { everySeconds }) {
      await setReconcileEvery(context.workspace, actor, { id, everySeconds });
      return reconciliationBody(context, id, wholePage);
    },
  };
}

async function known(
  context: Context,
  integration: Integration,
  { streams = [], scopes = [] }: ReconcileRequestBody,
): Promise<void> {
  const listable = connectorOf(context.connectors, integration.connector).streams.filter(({ sweep }) => sweep);
  const chosen = (await listScopes(context.workspace, integration.id)).filter(({ selectedBy }) => selectedBy !== null);
  const lists: [string, readonly string[], readonly string[]][] = [
    ["stream", streams, listable.map(({ name }) => name)],
    ["scope", scopes, chosen.flatMap(({ id, name }) => [name, id])],
  ];
  for (const [kind, given, names] of lists)
    for (const name of given) if (!names.includes(name)) throw notFound(kind, name, names);
}

/** The newest comparison of every scope and stream that is chosen now. */
export async function newestCounts({ warehouse }: Context, id: string): Promise<readonly SourceCount[]> {
  return warehouse.reconciliation.newestCounts(id);
}

async function reconciliationBody(context: Context, id: string, query: ReconciliationQuery): Promise<ReconciliationBody> {
  const { workspace, reconciler } = context;
  const integration = await getIntegration(workspace, id);
  // In this order: whatever is no longer under way has noted its end.
  const progress = reconciler.progress(id);
  const state = await readReconciliation(workspace, id);
  const scopes = (await listScopes(workspace, id)).filter(({ selectedBy }) => selectedBy !== null);
  const names = new Map([
    [wholeIntegration.id, "whole integration"],
    ...scopes.map((scope): [string, string] => [scope.id, scope.name]),
  ]);
  const counts = (await newestCounts(context, id)).filter(({ scopeId }) => names.has(scopeId));
  const all = counts.filter(({ stream }) => stream != null).map((count) => itemOf(count, names));
  const sequences = counts.filter(({ stream }) => stream == null).map((count) => sequenceOf(count, names));
  const fits = filterOf(query);
  const items = all
    .filter(fits)
    .sort(
      (a, b) =>
        Number(b.state === "differs") - Number(a.state === "differs") ||
        (a.scope < b.scope ? -1 : a.scope > b.scope ? 1 : a.stream < b.stream ? -1 : 1),
    );
  return {
    ...pageOfList(items, query),
    integration: id,
    state:
      progress || isElsewhere(context, state)
        ? "running"
        : state.requestedAt !== null
          ? "queued"
          : state.startedAt === null
            ? "never"
            : "idle",
    everySeconds: state.everySeconds,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    nextAt: progress ? null : reconciler.nextAt(integration, state),
    outcome: state.outcome,
    error: state.error,
    progress,
    sentence: sentenceOf(all, sequences),
    rule: deletionRule,
    totals: totalsOf(all),
    sequences: sequences
      .filter((one) => fits({ ...one, stream: "numbers", state: one.lost > 0 ? "differs" : "complete" }))
      .sort((a, b) => b.lost - a.lost || (a.scope < b.scope ? -1 : 1))
      .slice(0, MOST_SEQUENCES),
    vanished: scopes.filter(({ isVanished }) => isVanished).map(vanishedOf),
  };
}

/** Under way in the process that does the work; what an ended process left is interrupted, not under way. */
const isElsewhere = ({ lease }: Context, { startedAt, finishedAt }: Reconciliation): boolean =>
  startedAt !== null && finishedAt === null && !lease.isHeld();

const vanishedOf = ({ id, name }: KnownScope) => ({ scopeId: id, scope: name });

/** True where the last comparison left something unexplained. */
export const differs = ({ sourceCount, storedCount, candidateCount }: SourceCount): boolean =>
  (sourceCount != null && sourceCount !== storedCount) || (candidateCount ?? 0) > 0;

function itemOf(count: SourceCount, names: ReadonlyMap<string, string>): Item {
  const { stream, entity, scopeId, sourceCount, storedCount } = count;
  return {
    stream: stream!,
    entity,
    scopeId,
    scope: names.get(scopeId)!,
    expected: sourceCount ?? storedCount,
    stored: storedCount,
    missing: count.missingCount ?? 0,
    healed: count.healedCount ?? 0,
    stale: count.staleCount ?? 0,
    candidates: count.candidateCount ?? 0,
    gone: count.tombstonedCount ?? 0,
    outside: count.outsideCount ?? 0,
    state: differs(count) ? "differs" : "complete",
    remark: count.remark ?? null,
    countedAt: count.countedAt,
    taskId: count.taskId ?? null,
  };
}

function sequenceOf(count: SourceCount, names: ReadonlyMap<string, string>): Sequence {
  const highest = count.highestNumber ?? 0;
  const gone = count.tombstonedCount ?? 0;
  const present = count.storedCount - gone;
  const lost = Math.max(0, (count.sourceCount ?? 0) - count.storedCount);
  const notRead = count.outsideCount ?? 0;
  const parts = [
    `${present} present`,
    ...(gone > 0 ? [`${gone} gone or of another kind (${count.goneNumbers})`] : []),
    ...(notRead > 0 ? [`${notRead} older than what has been read`] : []),
    ...(lost > 0 ? [`${lost} lost`] : []),
  ];
  const scope = names.get(count.scopeId)!;
  return {
    scopeId: count.scopeId,
    scope,
    highest,
    present,
    gone,
    goneNumbers: count.goneNumbers ?? "",
    notRead,
    lost,
    healed: count.healedCount ?? 0,
    countedAt: count.countedAt,
    sentence: highest === 0 ? `${scope} has no numbers yet.` : `${scope} #1…#${highest}: ${parts.join(", ")}.`,
  };
}

function totalsOf(items: readonly Item[]): ReconciliationBody["totals"] {
  const sum = (of: (item: Item) => number) => items.reduce((total, item) => total + of(item), 0);
  return {
    expected: sum(({ expected }) => expected),
    stored: sum(({ stored }) => stored),
    missing: sum(({ missing }) => missing),
    healed: sum(({ healed }) => healed),
    stale: sum(({ stale }) => stale),
    candidates: sum(({ candidates }) => candidates),
    gone: sum(({ gone }) => gone),
    outside: sum(({ outside }) => outside),
    scopes: new Set(items.map(({ scopeId }) => scopeId)).size,
    differing: items.filter(({ state }) => state === "differs").length,
  };
}

function sentenceOf(items: readonly Item[], sequences: readonly Sequence[]): string {
  if (items.length === 0) return "Nothing has been compared with the vendor's lists yet.";
  const differing = items.filter(({ state }) => state === "differs").length;
  const { expected, outside } = totalsOf(items);
  const rest = outside > 0 ? ` ${outside} older ones have not been read yet.` : "";
  if (differing > 0) return `${differing} of ${items.length} lists differ from what is stored.${rest}`;
  const lost = sequences.reduce((sum, one) => sum + one.lost, 0);
  const numbers = sequences.length > 0 && lost === 0 ? " Every number from #1 on is present or known to be gone." : "";
  return `All ${expected} things that the vendor lists are stored.${numbers}${rest}`;
}

function filterOf({ search, differs: onlyDiffering }: ReconciliationQuery) {
  const words = (search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return ({ scope, stream, state }: { scope: string; stream: string; state: string }): boolean =>
    (onlyDiffering !== true || state === "differs") && words.every((word) => `${scope} ${stream}`.toLowerCase().includes(word));
}
