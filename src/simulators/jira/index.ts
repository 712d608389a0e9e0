import { createOrganisation, createPlanning, Random, type PlanningOptions, type PlanningTruth } from "../organisation/index.ts";
import { createEdits, type EditParts, type Edits } from "./edit.ts";
import { Faults } from "./faults.ts";
import { createGrants } from "./oauth.ts";
import { stateOf } from "./planned.ts";
import { loadRecording } from "./recording.ts";
import { listen, type Credentials } from "./server.ts";
import type { Flavour, JiraState } from "./state.ts";
import { Webhooks } from "./webhooks.ts";

export interface JiraSimulatorOptions {
  /** 0 (default) takes a free one. */
  readonly port?: number;
  readonly seed?: number;
  readonly size?: "tiny" | "demo" | "large" | PlanningOptions | { repositories: number; pullRequestsPerRepository: number };
  readonly flavour?: Flavour;
  /** Zone of the account that asks: texts of time are read and written in it. */
  readonly zone?: string;
  /** Folder of recorded payloads to serve instead of the simulated organisation. */
  readonly recording?: string;
  readonly faults?: readonly string[];
  readonly latencyMs?: number;
  /** Where history ends and the vendor's clock begins to run, ISO 8601; now by default. */
  readonly now?: string;
  /** Edits are visible to searches so many milliseconds later. */
  readonly indexLagMs?: number;
  /** The instance keeps the minute of a time in JQL only. */
  readonly cutsToMinute?: boolean;
}

export interface JiraSimulator {
  readonly url: string;
  /** API token of `email` on Cloud, personal access token on Data Center. */
  readonly token: string;
  readonly organisation: string;
  readonly credentials: Credentials;
  readonly state: JiraState;
  /** Planted answers; throws for a recording. */
  readonly truth: PlanningTruth;
  /** Calls since the start or the last `clearCalls`, by route. */
  calls(): { readonly total: number; readonly byRoute: Readonly<Record<string, number>> };
  clearCalls(): void;
  readonly faults: Faults;
  /** Lets tokens grow older at once. */
  ageTokens(milliseconds: number): void;
  readonly edit: Edits;
  readonly webhooks: Webhooks;
  /** Moves the vendor's clock on. */
  advance(seconds: number): void;
  /** From now on edits are visible to searches so much later. */
  setIndexLag(milliseconds: number): void;
  stop(): Promise<void>;
}

const SIZES: Readonly<Record<string, PlanningOptions>> = {
  tiny: { projects: 2, issuesPerProject: 45, days: 60 },
  demo: { projects: 6, issuesPerProject: 900, days: 365, withPullRequests: true },
  large: { projects: 6, issuesPerProject: 20_000, days: 730 },
};

/** Starts a Jira on loopback. */
export async function startJiraSimulator(options: JiraSimulatorOptions = {}): Promise<JiraSimulator> {
  const { seed = 1, flavour = "cloud", zone = "UTC" } = options;
  const startedAt = options.now === undefined ? Date.now() : Date.parse(options.now);
  if (Number.isNaN(startedAt)) throw new RangeError(`"${options.now}" is not an instant: ISO 8601 is the form`);
  const began = Date.now();
  let ahead = 0;
  const now = () => startedAt + ahead + (Date.now() - began);
  const state = options.recording
    ? await loadRecording(options.recording, { flavour: options.flavour ?? null, zone, now })
    : planned(options, { seed, flavour, zone, now });
  const [clientId, clientSecret] = ["simulated-client", "simulated-client-secret-0000"];
  let aged = 0;
  const credentials: Credentials = {
    email: "leadline-reader@acme.example",
    token: "simulated-jira-token-0000000000",
    username: "leadline-reader",
    password: "simulated-jira-password",
    clientId,
    clientSecret,
    cloudId: "51a0c0de-0000-4000-8000-000000000000",
    grants: createGrants({ id: clientId, secret: clientSecret }, () => now() + aged),
    more: new Set(),
    revoked: new Set(),
  };
  const calls = new Map<string, number>();
  const faults = new Faults(seed, options.faults);
  const shrink = state.flavour === "cloud" ? new Random(`${seed}:pages`) : null;
  const parts = {
    state,
    credentials,
    faults,
    calls,
    shrink,
    chance: new Random(`${seed}:spoilt`),
    latencyMs: options.latencyMs ?? 0,
    cutsToMinute: options.cutsToMinute ?? false,
  };
  const { server, port } = await listen(parts, options.port ?? 0);
  const webhooks = new Webhooks();
  const editing: EditParts = { state, webhooks, lagMs: options.indexLagMs ?? 0 };
  return {
    url: `http://127.0.0.1:${port}`,
    token: credentials.token,
    organisation: state.organisation,
    credentials,
    state,
    get truth() {
      if (!state.truth) throw new Error("a recording has no planted answers");
      return state.truth;
    },
    calls: () => ({
      total: [...calls.values()].reduce((sum, count) => sum + count, 0),
      byRoute: Object.fromEntries([...calls].sort()),
    }),
    clearCalls: () => calls.clear(),
    faults,
    ageTokens: (milliseconds) => void (aged += milliseconds),
    edit: createEdits(editing),
    webhooks,
    advance: (seconds) => void (ahead += seconds * 1000),
    setIndexLag: (milliseconds) => void (editing.lagMs = milliseconds),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function planned(
  { size = "demo" }: JiraSimulatorOptions,
  { seed, flavour, zone, now }: { seed: number; flavour: Flavour; zone: string; now: () => number },
): JiraState {
  const options = typeof size === "string" ? SIZES[size]! : "repositories" in size ? SIZES.tiny! : size;
  const organisation = createOrganisation({ seed, size: "demo", now: Math.floor(now() / 1000) });
  return stateOf(createPlanning(organisation, { seed, ...options }), { organisation, flavour, zone, now });
}
