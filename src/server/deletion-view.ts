import type { Instant } from "../domain/instant.ts";
import { findDeletion, type IntegrationDeletion } from "../workspace/integration-deletions.ts";
import type { Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { unknownDeletion } from "../workspace/problems.ts";
import type { Context } from "./context.ts";
import type { DeletionBody } from "./shapes/deletions.ts";

/** How a deletion stands; afterwards its proof. */
export async function deletionBody({ workspace }: Pick<Context, "workspace">, id: string): Promise<DeletionBody> {
  const deletion = await findDeletion(workspace, id);
  if (!deletion) throw unknownDeletion(id);
  return bodyOf(deletion, workspace.now());
}

/** Null unless the integration is being deleted. */
export async function currentDeletion(workspace: Workspace, { id, lifecycle }: Integration): Promise<DeletionBody | null> {
  const deletion = lifecycle === "deleting" ? await findDeletion(workspace, id) : null;
  return deletion && bodyOf(deletion, workspace.now());
}

function bodyOf(deletion: IntegrationDeletion, now: Instant): DeletionBody {
  const { id, lifecycleBefore: _, proof, ...rest } = deletion;
  const { rowsTotal, rowsLeft, beganAt, finishedAt } = deletion;
  const removed = rowsTotal === null || rowsLeft === null ? 0 : rowsTotal - rowsLeft;
  const seconds = beganAt === null ? 0 : (Date.parse(now) - Date.parse(beganAt)) / 1000;
  return {
    integration: id,
    ...rest,
    share: finishedAt !== null ? 1 : rowsTotal === null ? null : rowsTotal === 0 ? 0.99 : Math.min(0.99, removed / rowsTotal),
    etaSeconds: finishedAt !== null || removed === 0 || rowsLeft === null ? null : (seconds / removed) * rowsLeft,
    isCancellable: beganAt === null,
    proof: proof && { ...proof, left: proof.left.map((each) => ({ ...each })) },
  };
}
