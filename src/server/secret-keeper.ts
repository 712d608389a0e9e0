import { memoryKeeper, type SecretKeeper } from "../ingest/rotation.ts";
import type { Workspace } from "../workspace/open.ts";
import { rotateSecret } from "../workspace/secret-rotation.ts";

/** Saves what exchanges replace. What was tried before it was saved is remembered, since trying it used it up. */
export function createSecretKeeper(workspace: Workspace): SecretKeeper {
  const memory = memoryKeeper();
  return {
    exchange: (secret, exchange) =>
      secret.isTried
        ? memory.exchange(secret, exchange)
        : rotateSecret(workspace, secret, (saved) => memory.exchange({ ...secret, given: saved }, exchange)),
  };
}
