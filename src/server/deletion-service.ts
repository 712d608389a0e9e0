import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { Problem } from "../domain/problem.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { cancelDeletion, requestDeletion } from "../workspace/integration-deletions.ts";
import { getIntegration, noteRun, type Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import type { Actor } from "./access.ts";
import type { Context } from "./context.ts";
import { erase } from "./erasure.ts";
import type { EventStream } from "./events.ts";
import { announced, impact } from "./integration-edit.ts";
import { confirmationNeeded } from "./problems.ts";
import { systemActor } from "./session-service.ts";
import type { Removal } from "./shapes/deletions.ts";
import type { IntegrationBody } from "./shapes/integrations.ts";

/** Time to think again before the first row goes. */
const GRACE_SECONDS = 10;
const AGAIN_MS = 60_000;
const TELL_EVERY_MS = 500;

/** Names everything that will change and wants the id as a confirmation; then the integration is deleting. */
export async function remove(
  context: Context,
  actor: Actor,
  { id, confirm, graceSeconds }: Removal & { id: string },
): Promise<IntegrationBody> {
  const { workspace, scheduler } = context;
  const saved = await getIntegration(workspace, id);
  if (confirm !== saved.id && confirm !== saved.name) throw confirmationNeeded(id, (await impact(context, id)).sentence);
  const wait = (graceSeconds ?? GRACE_SECONDS) * 1000;
  await requestDeletion(workspace, actor, { id, beginsAt: new Date(Date.parse(workspace.now()) + wait).toISOString() });
  await scheduler.interrupt(id);
  const body = await announced(context, id);
  scheduler.erase(await getIntegration(workspace, id));
  return body;
}

/** Works until the first row is gone. */
export async function cancel(context: Context, actor: Actor, id: string): Promise<IntegrationBody> {
  await cancelDeletion(context.workspace, actor, id);
  await context.publish();
  await context.scheduler.soon(id);
  return announced(context, id);
}

export interface DeletionParts {
  readonly workspace: Workspace;
  readonly warehouse: Warehouse;
  readonly archive: string;
  readonly events: EventStream;
  readonly log: FastifyBaseLogger;
  publish(): Promise<void>;
  rebuild(): Promise<void>;
  /** Removes the bodies of deliveries. */
  eraseBodies?(id: string): Promise<void>;
  oldestRun(): Instant | null;
  onDone(deletion: { id: string; name: string; rows: number }): Promise<void>;
}

/** What the scheduler calls for a deleting integration, again and again until it is gone. */
export function createDeletions(parts: DeletionParts): (integration: Integration, signal: AbortSignal) => Promise<void> {
  const { workspace, events, log } = parts;
  const notBefore = new Map<string, number>();
  const told = { at: 0 };
  const tell = (integration: Integration, isDone = false) => {
    if (!isDone && performance.now() - told.at < TELL_EVERY_MS) return;
    told.at = performance.now();
    events.publish({ type: "integration", integration: integration.id, status: integration.status, lifecycle: "deleting" });
  };
  return async (integration, signal) => {
    const { id, name } = integration;
    if (performance.now() < (notBefore.get(id) ?? 0)) return;
    try {
      const proof = await erase({ ...parts, actor: systemActor, onStep: () => tell(integration) }, id, signal);
      if (!proof) return;
      notBefore.delete(id);
      log.info({ integration: id, rows: proof.rowsRemoved, tables: proof.tables }, "integration deleted, nothing is left");
      await parts.onDone({ id, name, rows: proof.rowsRemoved });
      tell(integration, true);
    } catch (error) {
      notBefore.set(id, performance.now() + AGAIN_MS);
      const reason = error instanceof Problem ? error.what : "the log of the server says why";
      await noteRun(workspace, id, { statusReason: `Its deletion stopped: ${reason}`, nextStep: "It goes on within a minute." });
      throw error;
    }
  };
}
