import { listScopes } from "../workspace/integration-scopes.ts";
import type { Workspace } from "../workspace/open.ts";

/** Names of chosen scopes that the credential no longer shows. */
export const vanishedScopes = async (workspace: Workspace, id: string): Promise<string[]> =>
  (await listScopes(workspace, id)).filter((scope) => scope.selectedBy !== null && scope.isVanished).map(({ name }) => name);

const NAMED = 3;

export function vanishedSentence(names: readonly string[]): string {
  const [count, are] = names.length === 1 ? ["1 chosen scope", "is"] : [`${names.length} chosen scopes`, "are"];
  const more = names.length > NAMED ? " …" : "";
  return `${count} ${are} no longer visible to the credential: ${names.slice(0, NAMED).join(", ")}${more}. What was read of ${names.length === 1 ? "it" : "them"} is kept; everything else was read.`;
}

export const VANISHED_NEXT =
  "If it was deleted, take it out of the chosen scopes. If not, give the credential access again: reading goes on by itself.";
