import { createOrganisation, type GroundTruth, type Size } from "../organisation/index.ts";
import { Credentials, type SimulatedApp } from "./auth.ts";
import { Blocks } from "./blocks.ts";
import { CallLog, type Calls } from "./calls.ts";
import { createEdits, type Edits } from "./edit.ts";
import { Faults } from "./faults.ts";
import { serveGit } from "./git.ts";
import { Limits, type Resource } from "./limits.ts";
import { loadRecording } from "./recording.ts";
import { listen } from "./server.ts";
import { stateOf, type GithubState } from "./state.ts";
import { Webhooks } from "./webhooks.ts";

export interface GithubSimulatorOptions {
  /** 0 (default) takes a free one. */
  readonly port?: number;
  readonly seed?: number;
  readonly size?: Size;
  /** Folder of recorded payloads to serve instead of the simulated organisation. */
  readonly recording?: string;
  /** `bad_gateway`, `bad_gateway:0.05`, `revoked_after:20` … */
  readonly faults?: readonly string[];
  /** Every answer comes this much later. */
  readonly latencyMs?: number;
  /** Where history ends and the vendor's clock begins to run, ISO 8601; today by default. */
  readonly now?: string;
  readonly token?: string;
  /** Serves every repository by git too; the API then calls commits by the names that git gives to them, webhooks and truth do not. */
  readonly git?: boolean;
  /** Points per hour; GitHub gives 5,000 of each. An Enterprise Server has no limits unless they are given. */
  readonly limits?: Partial<Record<Resource, number>>;
  /** Version of an Enterprise Server some versions behind github.com: it answers below `/api` only, and lacks what is newer. */
  readonly enterprise?: string;
  /** Milliseconds that only ever grow, of the reader whose waiting is over at once: the vendor's clock goes by it. */
  readonly elapsed?: () => number;
}

export interface GithubSimulator {
  /** `http://127.0.0.1:PORT`; below it `/api/v3` and `/api/graphql`, and the paths of github.com. */
  readonly url: string;
  readonly token: string;
  /** Login of the account that owns the repositories. */
  readonly organisation: string;
  /** Planted answers; throws for a recording, which has its own `expected.json`. */
  readonly truth: GroundTruth;
  /** A GitHub App whose installation sees everything. */
  readonly app: SimulatedApp;
  readonly state: GithubState;
  calls(): Calls;
  clearCalls(): void;
  readonly faults: Pick<Faults, "set" | "clear">;
  /** Changes the world as users of GitHub would; each returns the webhook event it causes. */
  readonly edit: Edits;
  readonly webhooks: Webhooks;
  /** Tokens can be issued with fewer scopes or an end, and revoked. */
  readonly credentials: Credentials;
  /** Moves the vendor's clock on; whatever ends by time is over sooner. */
  advance(seconds: number): void;
  stop(): Promise<void>;
}

const DEFAULT_TOKEN = "ghp_simulated0000000000000000000000000000";

/** Starts a GitHub on loopback. */
export async function startGithubSimulator(options: GithubSimulatorOptions = {}): Promise<GithubSimulator> {
  const { seed = 1, token = DEFAULT_TOKEN } = options;
  const startedAt = Math.floor(options.now ? Date.parse(options.now) / 1000 : Date.now() / 1000);
  if (Number.isNaN(startedAt)) throw new RangeError(`"${options.now}" is not an instant: ISO 8601 is the form`);
  const { elapsed = () => performance.now(), enterprise = null } = options;
  const began = elapsed();
  let ahead = 0;
  const clock = () => startedAt + ahead + Math.floor((elapsed() - began) / 1000);
  const state = options.recording
    ? await loadRecording(options.recording, clock)
    : stateOf(createOrganisation({ seed, now: startedAt, ...(options.size && { size: options.size }) }), clock);
  const credentials = new Credentials(token, clock);
  const limits = new Limits(options.limits ?? (enterprise === null ? {} : null), clock);
  const faults = new Faults(seed, options.faults);
  const log = new CallLog();
  const webhooks = new Webhooks(clock);
  const git = options.git && !state.isRecording ? await serveGit(state) : null;
  const { server, port } = await listen(
    {
      state,
      credentials,
      limits,
      faults,
      log,
      webhooks,
      git,
      blocks: new Blocks(elapsed, clock),
      elapsed,
      latencyMs: options.latencyMs ?? 0,
      enterprise,
    },
    options.port ?? 0,
  );
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    token,
    organisation: state.owner.login,
    get truth() {
      if (!state.truth) throw new Error("a recording has no planted answers: read its expected.json");
      return state.truth;
    },
    get app() {
      return credentials.app;
    },
    state,
    calls: () => log.read(),
    clearCalls: () => log.clear(),
    faults: { set: (name, how) => faults.set(name, how), clear: (name) => faults.clear(name) },
    edit: createEdits(state, { where: { api: `${url}/api/v3`, web: url }, webhooks }),
    webhooks,
    credentials,
    advance: (seconds) => void (ahead += seconds),
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await git?.close();
    },
  };
}
