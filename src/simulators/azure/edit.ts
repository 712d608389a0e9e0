import { itemEdits } from "./edit-items.ts";
import { pipelineEdits } from "./edit-pipelines.ts";
import { requestEdits } from "./edit-requests.ts";
import { editingOf } from "./editor.ts";
import type { ServiceHooks } from "./hooks.ts";
import type { World } from "./model.ts";

export type AzureEdits = ReturnType<typeof createEdits>;

/** Changes the world as users of Azure DevOps would; each returns the service hook's event that it causes. */
export function createEdits(world: World, hooks: ServiceHooks) {
  const editing = editingOf(world, hooks);
  return { ...itemEdits(editing), ...requestEdits(editing), ...pipelineEdits(editing) };
}
