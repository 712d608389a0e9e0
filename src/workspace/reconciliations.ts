import type { Instant } from "../domain/instant.ts";
import { change, type Actor } from "./audit.ts";
import { getIntegration, type ErrorText } from "./integrations.ts";
import type { Workspace } from "./open.ts";

/** When an integration was compared with its provider's lists, and how often it shall be. */
export interface Reconciliation {
  readonly everySeconds: number;
  /** Asked for by people, and not begun. */
  readonly requestedAt: Instant | null;
  readonly request: ReconcileWish | null;
  /** The one under way, or the last one. */
  readonly startedAt: Instant | null;
  /** Null while one is under way or was interrupted. */
  readonly finishedAt: Instant | null;
  readonly outcome: "succeeded" | "partly" | "failed" | null;
  readonly error: ErrorText | null;
}

export interface ReconcileWish {
  readonly streams?: readonly string[];
  readonly scopes?: readonly string[];
}

const A_DAY = 86_400;
const never: Reconciliation = {
  everySeconds: A_DAY,
  requestedAt: null,
  request: null,
  startedAt: null,
  finishedAt: null,
  outcome: null,
  error: null,
};

export async function readReconciliation({ db }: Workspace, integrationId: string): Promise<Reconciliation> {
  const row = await db.selectFrom("reconciliation").selectAll().where("integrationId", "=", integrationId).executeTakeFirst();
  if (!row) return never;
  const { integrationId: _id, request, error, ...plain } = row;
  return {
    ...plain,
    request: request === null ? null : (JSON.parse(request) as ReconcileWish),
    error: error === null ? null : (JSON.parse(error) as ErrorText),
  };
}

/** What the process learned; no audit row, because nobody changed anything. */
export async function noteReconciliation(
  workspace: Workspace,
  integrationId: string,
  state: Partial<Reconciliation>,
): Promise<void> {
  const { request, error, ...plain } = { ...(await readReconciliation(workspace, integrationId)), ...state };
  const columns = { ...plain, request: request && JSON.stringify(request), error: error && JSON.stringify(error) };
  await workspace.db
    .insertInto("reconciliation")
    .values({ integrationId, ...columns })
    .onConflict((conflict) => conflict.column("integrationId").doUpdateSet(columns))
    .execute();
}

/** How often, decided by people. */
export async function setReconcileEvery(
  workspace: Workspace,
  actor: Actor,
  asked: { id: string; everySeconds: number },
): Promise<void> {
  const { id, everySeconds } = asked;
  await getIntegration(workspace, id);
  const { everySeconds: before } = await readReconciliation(workspace, id);
  if (before === everySeconds) return;
  await change(workspace, actor, async (db, record) => {
    await db
      .insertInto("reconciliation")
      .values({ integrationId: id, ...never, request: null, error: null, everySeconds })
      .onConflict((conflict) => conflict.column("integrationId").doUpdateSet({ everySeconds }))
      .execute();
    await record({
      action: "integration.reconcile-every",
      subject: "integration",
      subjectId: id,
      changes: { reconcileEverySeconds: { before, after: everySeconds } },
    });
  });
}
