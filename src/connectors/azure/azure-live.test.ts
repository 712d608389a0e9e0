import { describe, expect, it } from "vitest";

import type { Connector, MappedRow, Scope } from "../../ingest/connector.ts";
import { createEngine, type IngestIntegration } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink, type MemorySink } from "../../ingest/testing/memory.ts";
import { azure } from "./connector.ts";

const connector = azure as unknown as Connector<unknown>;
/** Loaded when a test runs: connectors never know the simulators. */
const start = async (options: object) => {
  const { startAzureSimulator } = await import("../../simulators/index.ts");
  return startAzureSimulator(options);
};
type Simulator = Awaited<ReturnType<typeof start>>;

interface Reading {
  readonly sink: MemorySink;
  readonly simulator: Simulator;
  /** Reads again, as a refresh does. */
  again(): Promise<void>;
}

interface Wish {
  readonly options?: object;
  readonly config?: object;
  readonly streams?: readonly string[];
  /** The first read is broken off after so many pages, and goes on. */
  readonly stopAfter?: number;
}

/** Reads everything (or these streams) from a simulator into memory, then does what `then` says. */
async function reading({ options, config, streams, stopAfter }: Wish, then: (read: Reading) => unknown): Promise<void> {
  const simulator = await start({ size: "tiny", now: "2026-03-31T12:00:00Z", ...options });
  const sink = memorySink();
  const archive = memoryArchive();
  const engine = createEngine({
    sink,
    archive,
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
  });
  try {
    const integration: IngestIntegration = {
      id: "acme-azure",
      connector: { ...connector, streams: connector.streams.filter(({ name }) => streams?.includes(name) ?? true) },
      config: connector.config.parse({ url: simulator.url, token: simulator.token, ...config }),
      scopes: [],
      backfill: { since: null },
    };
    const scopes: Scope[] = [];
    for await (const scope of engine.listScopes(integration)) scopes.push(scope);
    simulator.clearCalls();
    const again = async () => {
      const summary = await engine.ingest({ integration: { ...integration, scopes } });
      expect(summary).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
    };
    if (stopAfter) {
      const pause = new AbortController();
      const { put } = archive;
      let pages = 0;
      archive.put = async (body) => {
        if (++pages === stopAfter) pause.abort();
        return put(body);
      };
      await engine.ingest({ integration: { ...integration, scopes }, signal: pause.signal });
    }
    await again();
    await then({ sink, simulator, again });
  } finally {
    await engine.close();
    await simulator.stop();
  }
}

const rowsOf = (sink: MemorySink, entity: string) =>
  Object.values(sink.table()).filter((row) => row.entity === entity) as unknown as (MappedRow & Record<string, unknown>)[];

const iso = (at: number) => `${new Date(at * 1000).toISOString().slice(0, 19)}.000Z`;
const keyOf = (id: unknown) => String(id).split(":").slice(3).join(":");
const boards = ["projects", "teams", "statuses", "sprints", "work_items", "work_item_links"];

describe("work items are what was planted", () => {
  it("every change of state, sprint and points, with what the process says of them", async () => {
    await reading({ streams: boards }, ({ sink, simulator }) => {
      const truth = simulator.truth.workItems();
      const transitions = rowsOf(sink, "issue_transition").toSorted((a, b) => Number(a.sequence) - Number(b.sequence));
      const of = (id: number, category: string) =>
        transitions.filter((row) => keyOf(row.issueId) === String(id) && row.fieldCategory === category);
      expect(truth.length).toBeGreaterThan(70);
      const categories: Record<string, string> = { Proposed: "todo", InProgress: "in_progress", Resolved: "in_progress" };
      const told = { ...categories, Completed: "done", Removed: "canceled" } as Record<string, string>;
      for (const item of truth) {
        const states = of(item.id, "status").map(({ occurredAt, fromName, toName, toCategory }) => [
          occurredAt,
          fromName,
          toName,
          toCategory,
        ]);
        expect(states, `states of ${item.id}`).toEqual(
          item.states.map(({ at, from, to, category }) => [iso(at), from, to, category === null ? null : told[category]]),
        );
        const sprints = of(item.id, "sprint").map(({ occurredAt, fromId, toId }) => [
          occurredAt,
          fromId && keyOf(fromId),
          toId && keyOf(toId),
        ]);
        expect(sprints, `sprints of ${item.id}`).toEqual(
          item.sprints.flatMap(({ at, from, to }) => [
            ...(from === null ? [] : [[iso(at), String(from), null]]),
            ...(to === null ? [] : [[iso(at), null, String(to)]]),
          ]),
        );
        const issue = rowsOf(sink, "issue").find(({ id }) => keyOf(id) === String(item.id))!;
        expect(issue).toMatchObject({ status: item.state, points: item.points, type: item.type });
        expect(Boolean(issue.deletedAt)).toBe(item.isDeleted);
      }
      expect(truth.some(({ isDeleted }) => isDeleted)).toBe(true);
      expect(rowsOf(sink, "issue").filter(({ key }) => !String(key).startsWith("AB#"))).toEqual([]);
    });
  });

  it("what changes later is told from the change alone, and a state the process dropped stays unknown", async () => {
    await reading({ streams: ["work_items"] }, async ({ sink, simulator, again }) => {
      const item = simulator.truth
        .workItems()
        .find(({ state, isDeleted, project }) => state === "New" && !isDeleted && project === "Payments")!;
      expect(item).toBeDefined();
      simulator.edit.setState(item.id, "Active");
      simulator.edit.setState(item.id, "Invented");
      simulator.edit.comment(item.id, "So it is.");
      simulator.edit.deleteWorkItem(simulator.truth.workItems().find(({ isDeleted, id }) => !isDeleted && id !== item.id)!.id);
      simulator.clearCalls();
      await again();
      const changes = rowsOf(sink, "issue_transition").filter(
        ({ issueId, fieldCategory }) => keyOf(issueId) === String(item.id) && fieldCategory === "status",
      );
      expect(changes.toSorted((a, b) => Number(a.sequence) - Number(b.sequence)).slice(-2)).toMatchObject([
        { fromName: "New", toName: "Active", fromCategory: "todo", toCategory: "in_progress" },
        { fromName: "Active", toName: "Invented", fromCategory: "in_progress", toCategory: null },
      ]);
      expect(rowsOf(sink, "issue").find(({ id }) => keyOf(id) === String(item.id))).toMatchObject({
        status: "Invented",
        statusCategory: "other",
      });
      expect(rowsOf(sink, "issue").filter(({ deletedAt }) => deletedAt)).toHaveLength(
        simulator.truth.workItems().filter(({ isDeleted }) => isDeleted).length,
      );
      expect(simulator.calls().byRoute).toMatchObject({ "reporting revisions": 2, "work items batch": 1 });
    });
  });

  it("a work item that moves to another project stays one, and its move is told", async () => {
    await reading({ streams: ["work_items"] }, async ({ sink, simulator, again }) => {
      const item = simulator.truth
        .workItems()
        .find(({ project, isDeleted, type }) => project === "Payments" && !isDeleted && type === "Bug")!;
      simulator.edit.moveWorkItem(item.id, "Web");
      await again();
      const own = rowsOf(sink, "issue_transition").filter(
        ({ issueId, fieldCategory }) => keyOf(issueId) === String(item.id) && fieldCategory === "project",
      );
      expect(own).toMatchObject([{ fromName: "Payments", toName: "Web" }]);
      const issues = rowsOf(sink, "issue").filter(({ id }) => keyOf(id) === String(item.id));
      expect(issues).toHaveLength(1);
      expect(issues[0]!.url).toMatch(/\/Web\/_workitems\/edit\//);
    });
  });

  it("a pass that was interrupted goes on where it stopped, without what it remembered", async () => {
    const whole: Record<string, unknown>[] = [];
    await reading({ streams: ["work_items"] }, ({ sink }) => whole.push(...rowsOf(sink, "issue_transition")));
    await reading({ streams: ["work_items"], options: { batch: 60 }, stopAfter: 4 }, ({ sink, simulator }) => {
      const gone = new Set(simulator.truth.workItems().flatMap(({ id, isDeleted }) => (isDeleted ? [String(id)] : [])));
      const kept = (rows: readonly Record<string, unknown>[]) =>
        rows
          .filter(({ issueId }) => !gone.has(keyOf(issueId)))
          .map(({ id, fromName, toName, fromCategory }) => [id, fromName, toName, fromCategory]);
      expect(kept(rowsOf(sink, "issue_transition")).toSorted()).toEqual(kept(whole).toSorted());
      expect(simulator.calls().byRoute["work items batch"]).toBeGreaterThan(0);
    });
  });

  it("a work item that comes back from the recycle bin brings its hidden history", async () => {
    await reading({ streams: ["work_items"] }, async ({ sink, simulator, again }) => {
      const item = simulator.truth
        .workItems()
        .find(({ state, isDeleted, project }) => state === "New" && !isDeleted && project === "Payments")!;
      simulator.edit.setState(item.id, "Active");
      simulator.edit.deleteWorkItem(item.id);
      await again();
      const states = () =>
        rowsOf(sink, "issue_transition").filter(
          ({ issueId, fieldCategory }) => keyOf(issueId) === String(item.id) && fieldCategory === "status",
        );
      const before = states().length;
      simulator.edit.restoreWorkItem(item.id);
      await again();
      expect(states()).toHaveLength(before + 1);
      expect(rowsOf(sink, "issue").find(({ id }) => keyOf(id) === String(item.id))).toMatchObject({
        deletedAt: null,
        status: "Active",
      });
    });
  });

  it("a work item that was restored and deleted again between two reads stops nothing", async () => {
    await reading({ streams: ["work_items"] }, async ({ sink, simulator, again }) => {
      const [item, other] = simulator.truth.workItems().filter(({ isDeleted, project }) => !isDeleted && project === "Payments");
      simulator.edit.deleteWorkItem(item!.id);
      await again();
      simulator.edit.restoreWorkItem(item!.id);
      simulator.edit.deleteWorkItem(item!.id);
      simulator.edit.setTitle(other!.id, "Read all the same");
      await again();
      const issue = (id: number) => rowsOf(sink, "issue").find((row) => keyOf(row.id) === String(id));
      expect(issue(item!.id)!.deletedAt).not.toBeNull();
      expect(issue(other!.id)!.title).toBe("Read all the same");
    });
  });

  it("fields that people left out are neither rows nor archive", async () => {
    const config = { leave_out: "System.Title, System.Description", custom_fields: "Custom.CustomerTier" };
    await reading({ streams: ["work_items"], config }, ({ sink }) => {
      const issues = rowsOf(sink, "issue");
      expect(issues.every(({ title, descriptionLength }) => title === null && descriptionLength === null)).toBe(true);
      expect(issues.some(({ customFields }) => JSON.stringify(customFields) === '{"Custom.CustomerTier":"Gold"}')).toBe(true);
    });
  });
});

describe("code and delivery are what was planted", () => {
  it("requests, votes, runs and deployments", async () => {
    const streams = ["pull_requests", "commits", "pipeline_runs", "environment_deployments"];
    await reading({ streams, config: { analytics: true, request_commits: "all" } }, ({ sink, simulator }) => {
      const { code, numberOf, idOf } = simulator.truth;
      for (const name of code.repositories) {
        const { pullRequests, counts } = code.repository(name);
        const inRepository = (row: Record<string, unknown>) => String(row.repositoryId ?? row.pullRequestId).includes(idOf(name));
        const requests = rowsOf(sink, "pull_request").filter(inRepository);
        expect(requests).toHaveLength(pullRequests.length);
        for (const { number, state, mergedAt, openedAt } of pullRequests) {
          const found = requests.find((row) => row.number === numberOf(name, number))!;
          expect(found).toMatchObject({
            stateCategory: state,
            openedAt: iso(openedAt),
            mergedAt: mergedAt === null ? null : iso(mergedAt),
          });
        }
        expect(rowsOf(sink, "commit").filter(inRepository)).toHaveLength(counts.commitsOnDefault);
        expect(rowsOf(sink, "pull_request_commit").filter(inRepository)).toHaveLength(counts.pullRequestCommits);
        expect(rowsOf(sink, "pipeline_run").filter(inRepository)).toHaveLength(counts.runs);
      }
      const approvals = rowsOf(sink, "pull_request_review").filter(({ verdictCategory }) => verdictCategory === "approved");
      expect(approvals.length).toBeGreaterThan(10);
      expect(approvals.every(({ submittedAt }) => submittedAt)).toBe(true);
      expect(rowsOf(sink, "reference").length).toBeGreaterThan(10);
      const deployed = rowsOf(sink, "deployment");
      expect(deployed.length).toBe(code.all().reduce((sum, { counts }) => sum + counts.deployments, 0));
      expect(
        deployed.filter(({ environmentCategory, pipelineRunId }) => environmentCategory === "production" && !pipelineRunId),
      ).toEqual([]);
    });
  });

  it("a list whose pages are shorter than was asked for is read to its end", async () => {
    const options = { size: { repositories: 1, pullRequestsPerRepository: 130 }, workItems: 4, batch: 101 };
    await reading({ streams: ["pull_requests"], config: { request_commits: "none" }, options }, ({ sink, simulator }) => {
      const [name] = simulator.truth.code.repositories;
      const planted = simulator.truth.code.repository(name!).pullRequests.length;
      expect(planted).toBeGreaterThan(101);
      expect(rowsOf(sink, "pull_request")).toHaveLength(planted);
    });
  });

  it("a request that is voted on and completed later is seen without a list that tells", async () => {
    await reading({ streams: ["pull_requests"] }, async ({ sink, simulator, again }) => {
      const open = rowsOf(sink, "pull_request").find(({ stateCategory }) => stateCategory === "open")!;
      expect(open).toBeDefined();
      const repository = simulator.truth.code.repositories.find((name) =>
        String(open.repositoryId).endsWith(simulator.truth.idOf(name)),
      )!;
      simulator.edit.complete(repository.replace("acme/", ""), Number(open.number));
      await again();
      expect(rowsOf(sink, "pull_request").find(({ id }) => id === open.id)).toMatchObject({ stateCategory: "merged" });
    });
  });
});

describe("what reading costs", () => {
  it("is at most 40 calls for a thousand work items with their history", async () => {
    const options = { size: { repositories: 1, pullRequestsPerRepository: 5 }, workItems: 1_000 };
    await reading({ streams: boards, options }, ({ sink, simulator }) => {
      expect(rowsOf(sink, "issue")).toHaveLength(1_000);
      expect(rowsOf(sink, "issue_transition").length).toBeGreaterThan(5_000);
      report("1,000 work items", simulator);
      expect(simulator.calls().total).toBeLessThanOrEqual(40);
    });
  });

  it("is at most 1,100 calls for a thousand pull requests", async () => {
    const some = { repositories: 1, pullRequestsPerRepository: 400 };
    await reading({ streams: ["pull_requests"], options: { size: some, workItems: 40 } }, ({ sink, simulator }) => {
      const requests = rowsOf(sink, "pull_request").length;
      expect(requests).toBeGreaterThanOrEqual(400);
      expect(rowsOf(sink, "pull_request_commit").length).toBeGreaterThan(0);
      report(`${requests} pull requests`, simulator);
      expect(simulator.calls().total).toBeLessThanOrEqual(1.1 * requests);
    });
  });

  it("is at most 10 calls for a thousand runs with Analytics", async () => {
    const some = { repositories: 1, pullRequestsPerRepository: 450 };
    await reading(
      { streams: ["pipeline_runs"], config: { analytics: true }, options: { size: some, workItems: 40 } },
      ({ sink, simulator }) => {
        const runs = rowsOf(sink, "pipeline_run").length;
        expect(runs).toBeGreaterThan(1_000);
        expect(rowsOf(sink, "pipeline_job").length).toBeGreaterThan(5_000);
        report(`${runs} runs`, simulator);
        expect(simulator.calls().total).toBeLessThanOrEqual((10 * runs) / 1_000);
      },
    );
  });

  it("is two lists a project and one call for each attempt of a run without Analytics, which are all kept", async () => {
    await reading({ streams: ["pipeline_runs"], config: { boards: false } }, ({ sink, simulator }) => {
      const attempts = rowsOf(sink, "pipeline_run");
      // Two projects: a list of what is under way and one of what has ended, each, for the probe and then for good.
      expect(simulator.calls().byRoute).toMatchObject({ timeline: attempts.length, builds: 8 });
      const counts = simulator.truth.code.all().map((each) => each.counts);
      const sum = (of: "runs" | "attempts" | "jobs") => counts.reduce((total, each) => total + each[of], 0);
      expect(sum("attempts")).toBeGreaterThan(sum("runs"));
      expect(attempts).toHaveLength(sum("attempts"));
      expect(rowsOf(sink, "pipeline_job").filter(({ kindCategory }) => kindCategory === "job")).toHaveLength(sum("jobs"));
      const failed = attempts.filter(({ attempt, resultCategory }) => attempt === 1 && resultCategory === "failure");
      const repeated = attempts.filter(({ attempt }) => attempt === 2);
      expect(repeated.every(({ runKey }) => failed.some((first) => first.runKey === runKey))).toBe(true);
    });
  });
});

const report = (what: string, simulator: Simulator) => process.stdout.write(`${what}: ${JSON.stringify(simulator.calls())}\n`);

describe("families", () => {
  it.each([
    ["boards", ["projects", ...boards.slice(1)]],
    ["repos", ["projects", "repositories", "pull_requests", "commits", "tags"]],
    ["pipelines", ["projects", "pipelines", "pipeline_runs", "release_deployments", "environment_deployments"]],
  ])("%s alone reads only its own", async (family, own) => {
    const config = { boards: family === "boards", repos: family === "repos", pipelines: family === "pipelines", analytics: true };
    await reading({ config }, ({ sink }) => {
      expect(new Set(sink.batches.map(({ key }) => key.stream))).toEqual(new Set(own));
    });
  });
});
