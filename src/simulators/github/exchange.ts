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
  readonly latencyMs: number;
  /** Null where repositories are not served by git. */
  readonly git: ServedGit | null;
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
  readonly isEnterprise: boolean;
  readonly isGraphql: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
