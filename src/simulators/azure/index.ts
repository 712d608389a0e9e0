import { createOrganisation, type GroundTruth, type Size } from "../organisation/index.ts";
import { createEdits, type AzureEdits } from "./edit.ts";
import { AzureFaults } from "./faults.ts";
import { serveGit } from "./git.ts";
import { ServiceHooks } from "./hooks.ts";
import { loadRecording } from "./recording.ts";
import { boardRoutes } from "./routes-boards.ts";
import { gitRoutes } from "./routes-git.ts";
import { pipelineRoutes } from "./routes-pipelines.ts";
import { listen } from "./server.ts";
import { createSpoiler } from "./spoil.ts";
import { truthOf } from "./work-items.ts";
import { requestNumber, repositoryId, type TruthWorkItem, type World } from "./model.ts";
import { createWorld } from "./world.ts";

export interface AzureSimulatorOptions {
  /** 0 (default) takes a free one. */
  readonly port?: number;
  readonly seed?: number;
  readonly size?: Size;
  /** Work items of each project; by default as many as it has pull requests, and at least forty. */
  readonly workItems?: number;
  /** Most records of one batch of a feed and of one page of a list that goes on by token; by default what Azure gives. */
  readonly batch?: number;
  /** `services` (default): `/acme`, a page to sign in for bad tokens. `server`: `/tfs/DefaultCollection`, versions up to 7.0. */
  readonly flavour?: "services" | "server";
  /** Folder of recorded payloads to serve instead of the simulated organisation. */
  readonly recording?: string;
  readonly faults?: readonly string[];
  /** Every answer comes this much later. */
  readonly latencyMs?: number;
  /** Where history ends and the vendor's clock begins to run, ISO 8601; today by default. */
  readonly now?: string;
  readonly token?: string;
  /** Serves every repository by git too, under the names that git gives to its commits; their history stays as it is. */
  readonly git?: boolean;
}

/** What the simulator was asked: refused and spoiled requests count too. */
export interface AzureCalls {
  readonly total: number;
  readonly byRoute: Readonly<Record<string, number>>;
}

export interface AzureSimulator {
  /** Address of the organisation or collection, as people give it to an integration. */
  readonly url: string;
  readonly token: string;
  readonly organisation: string;
  /** A service principal of Entra that the organisation knows. */
  readonly principal: {
    readonly loginUrl: string;
    readonly tenantId: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
  /** Planted answers; throws for a recording. */
  readonly truth: {
    workItems(): readonly TruthWorkItem[];
    /** Of the code and its delivery; requests there bear the organisation's numbers, see `numberOf`. */
    readonly code: GroundTruth;
    /** Number of a request at Azure. */
    numberOf(repository: string, number: number): number;
    idOf(repository: string): string;
  };
  calls(): AzureCalls;
  clearCalls(): void;
  readonly faults: Pick<AzureFaults, "set" | "clear">;
  readonly edit: AzureEdits;
  readonly hooks: ServiceHooks;
  /** What is simulated; throws for a recording. */
  readonly world: World;
  /** Personal access tokens; all see everything. */
  readonly credentials: { issue(token: string): void; revoke(token: string): void };
  /** Moves Azure's clock on. */
  advance(seconds: number): void;
  stop(): Promise<void>;
}

const DEFAULT_TOKEN = "simulated0azure0token0000000000000000000000000000000";
const SECRET = "simulated~client~secret~of~acme";

/** Starts an Azure DevOps on loopback. */
export async function startAzureSimulator(options: AzureSimulatorOptions = {}): Promise<AzureSimulator> {
  const { seed = 1, token = DEFAULT_TOKEN, flavour = "services" } = options;
  const startedAt = Math.floor(options.now ? Date.parse(options.now) / 1000 : Date.now() / 1000);
  if (Number.isNaN(startedAt)) throw new RangeError(`"${options.now}" is not an instant: ISO 8601 is the form`);
  const began = Date.now();
  let ahead = 0;
  const now = () => startedAt + ahead + Math.floor((Date.now() - began) / 1000);
  const faults = new AzureFaults(seed, options.faults);
  const made = options.recording === undefined ? world({ seed, startedAt, options, now }) : null;
  const routes = made
    ? [...boardRoutes(made.world), ...gitRoutes(made.world), ...pipelineRoutes(made.world)]
    : await loadRecording(options.recording!);
  const root = flavour === "server" ? "/tfs/DefaultCollection" : "/acme";
  const counts = new Map<string, number>();
  const git = options.git && made ? await serveGit(made.world) : null;
  const tokens = new Set([token]);
  const access = { tokens, principalToken: `${token}.entra`, secret: SECRET };
  const spoil = createSpoiler(faults.random);
  const parts = { routes, root, flavour, ...access, faults, spoil, latencyMs: options.latencyMs ?? 0, now, git };
  const count = (route: string) => counts.set(route, (counts.get(route) ?? 0) + 1);
  const { server, port } = await listen({ ...parts, count }, options.port ?? 0);
  const hooks = new ServiceHooks();
  const edit = made && createEdits(made.world, hooks);
  const present = <Value>(value: Value | null | undefined): Value => {
    if (!value) throw new Error("a recording has no planted answers and cannot be edited");
    return value;
  };
  return {
    url: `http://127.0.0.1:${port}${root}`,
    token,
    organisation: "acme",
    principal: {
      loginUrl: `http://127.0.0.1:${port}/login`,
      tenantId: "acme-tenant",
      clientId: "leadline-reader",
      clientSecret: SECRET,
    },
    get truth() {
      return present(made?.truth);
    },
    calls: () => ({
      total: [...counts.values()].reduce((sum, times) => sum + times, 0),
      byRoute: Object.fromEntries([...counts].sort()),
    }),
    clearCalls: () => counts.clear(),
    faults: { set: (name, how) => faults.set(name, how), clear: (name) => faults.clear(name) },
    get edit() {
      return present(edit);
    },
    hooks,
    get world() {
      return present(made?.world);
    },
    credentials: { issue: (given) => void tokens.add(given), revoke: (given) => void tokens.delete(given) },
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

interface Making {
  readonly seed: number;
  readonly startedAt: number;
  readonly options: AzureSimulatorOptions;
  readonly now: () => number;
}

function world({ seed, startedAt, options, now }: Making): { world: World; truth: AzureSimulator["truth"] } {
  const organisation = createOrganisation({ seed, now: startedAt, ...(options.size && { size: options.size }) });
  const made = createWorld(organisation, { seed, workItems: options.workItems, batch: options.batch, clock: now });
  const places = made.projects.flatMap((project) => project.repositories.map((repository) => ({ project, repository })));
  const place = (name: string) => {
    const found = places.find(({ repository }) => `acme/${repository.name}` === name || repository.name === name);
    if (!found) throw new RangeError(`there is no repository ${name}`);
    return found;
  };
  return {
    world: made,
    truth: {
      workItems: () => [...made.items.values()].map((item) => truthOf(item, now())),
      code: organisation.truth,
      numberOf(name, number) {
        const { project, repository } = place(name);
        return requestNumber(
          project,
          repository,
          repository.history().pullRequests.find((request) => request.number === number)!,
        );
      },
      idOf: (name) => repositoryId(place(name).repository),
    },
  };
}
