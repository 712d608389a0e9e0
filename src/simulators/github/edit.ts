import { issueEdits, repositoryEdits } from "./edit-rest.ts";
import { requestEdits } from "./edit-requests.ts";
import { Editor, type EditParts } from "./editor.ts";
import type { GithubState } from "./state.ts";

/**
 * Changes a test can make while somebody reads. Repositories are named `acme/pay`; every edit sets `updated_at` to the vendor's
 * clock, later than before, and returns the webhook event it causes.
 */
export function createEdits(state: GithubState, parts: EditParts) {
  const editor = new Editor(state, parts);
  return { ...requestEdits(editor), ...issueEdits(editor), ...repositoryEdits(editor) };
}

export type Edits = ReturnType<typeof createEdits>;
