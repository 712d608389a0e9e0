import type { IncomingHttpHeaders } from "node:http";

import type { Credentials } from "./auth.ts";
import type { ServedGit } from "../git/served.ts";
import type { Blocks } from "./blocks.ts";
import type { CallLog } from "./calls.ts";
import type { Faults } from "./faults.ts";
import type { Limits } from "./limits.ts";
import type { GithubState } from "./state.ts";
import type { Webhooks } from "./webhooks.ts";

/** What one simulator consists of. */
export interface ServerParts {
  readonly state: GithubState;
  readonly credentials: Credentials;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly log: CallLog;
  readonly webhooks: Webhooks;
  readonly blocks: Blocks;
  /** Milliseconds that only ever grow. */
  elapsed(): number;
  readonly latencyMs: number;
  /** Null where repositories are not served by git. */
  readonly git: ServedGit | null;
  /** Version of the Enterprise Server that this is and nothing else; null: github.com, and a recent Enterprise Server below its paths. */
  readonly enterprise: string | null;
}

/** One request, read. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  /** Below the API's address: `/repos/acme/pay`, `/graphql`. */
  readonly path: string;
  /** `http://127.0.0.1:PORT/api/v3`, or without `/api/v3` for callers that use the paths of github.com. */
  readonly api: string;
  readonly web: string;
  /** Of the Enterprise Server that answers; null where the paths of github.com are used. */
  readonly version: string | null;
  readonly isGraphql: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
