import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Connector, MappedRow, Scope } from "../../ingest/connector.ts";
import { createEngine, type Engine, type IngestIntegration, type IngestSummary } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink, type MemorySink } from "../../ingest/testing/memory.ts";
import type { GithubSimulator } from "../../simulators/index.ts";
import { github } from "./connector.ts";

const connector = github as unknown as Connector<unknown>;
const network = { allowedNetworks: [], allowLoopback: true };
let home: string;
let simulator: GithubSimulator;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "leadline-github-git-"));
  const { startGithubSimulator } = await import("../../simulators/index.ts");
  simulator = await startGithubSimulator({ size: "tiny", seed: 4, now: "2026-03-31T12:00:00Z", git: true });
}, 60_000);
afterAll(async () => {
  await simulator.stop();
  await rm(home, { recursive: true, force: true });
});

interface Reading {
  readonly sink: MemorySink;
  readonly config: object;
  /** Name of a folder; null: no place for clones. */
  readonly clones: string | null;
  readonly mostCloneBytes?: number;
}

async function read({ sink, config, clones, mostCloneBytes }: Reading): Promise<IngestSummary> {
  const engine = createEngine({
    sink,
    archive: memoryArchive(),
    network,
    log: silentLog,
    ...(clones === null ? {} : { clones: join(home, clones) }),
    mostCloneBytes,
  });
  try {
    const integration = await integrationOf(engine, config);
    simulator.clearCalls();
    return await engine.ingest({ integration });
  } finally {
    await engine.close();
  }
}

async function integrationOf(engine: Engine, config: object): Promise<IngestIntegration> {
  const parsed = (more: object) =>
    connector.config.parse({ url: simulator.url, ...("app_id" in more ? {} : { token: simulator.token }), ...more });
  const open: IngestIntegration = {
    id: "acme-github",
    connector: { ...connector, streams: connector.streams.filter(({ name }) => name === "commits") },
    config: parsed({}),
    scopes: [],
    backfill: { since: null },
  };
  const scopes: Scope[] = [];
  for await (const scope of engine.listScopes(open)) scopes.push(scope);
  return { ...open, config: parsed(config), scopes };
}

const rowsOf = <Name extends "commit" | "commit_file" | "commit_parent" | "account">(sink: MemorySink, entity: Name) => {
  const rows = Object.values(sink.table()) as unknown as (MappedRow<Name> & { id: string })[];
  return rows.filter((row) => row.entity === entity).sort((one, other) => (one.id < other.id ? -1 : 1));
};
const words = ({ tasks }: IngestSummary) =>
  tasks.flatMap(({ errorCode, errorMessage }) => (errorCode ? [`${errorCode}: ${errorMessage}`] : []));

describe("commits read by git", () => {
  const listed = memorySink();
  const cloned = memorySink();

  beforeAll(async () => {
    const byList = await read({ sink: listed, config: {}, clones: null });
    expect(byList).toMatchObject({ outcome: "succeeded", fatal: null, totals: { failed: 0, quarantined: 0 } });
    expect(simulator.calls().byRoute["git"]).toBeUndefined();
    const byGit = await read({ sink: cloned, config: { git: "always" }, clones: "clones" });
    expect(byGit).toMatchObject({ outcome: "succeeded", fatal: null, totals: { failed: 0, quarantined: 0 } });
    expect(simulator.calls().byRoute["git"]).toBeGreaterThan(0);
  }, 120_000);

  /**
   * Columns of a commit in which the two ways may differ, and why:
   * `authoredOffsetMinutes`: GitHub writes `Z` both for a clock in UTC and for one that it does not know, git always says the offset.
   */
  it("are the rows of the API in every column but those that git knows better", () => {
    const [api, git] = [rowsOf(listed, "commit"), rowsOf(cloned, "commit")];
    expect(git.length).toBeGreaterThan(50);
    const known = (row: MappedRow<"commit">) => ({ ...row, authoredOffsetMinutes: null });
    expect(git.map(known)).toEqual(api.map(known));
    expect(git.every(({ additions, deletions, filesCount }) => [additions, deletions, filesCount].every(Number.isInteger))).toBe(
      true,
    );
    expect(git.every(({ authoredOffsetMinutes }) => authoredOffsetMinutes === 0)).toBe(true);
    expect(rowsOf(cloned, "commit_parent")).toEqual(rowsOf(listed, "commit_parent"));
    expect(rowsOf(cloned, "account")).toEqual(rowsOf(listed, "account"));
  });

  it("come with the files that the lines are in, which the API does not tell", () => {
    const files = Map.groupBy(rowsOf(cloned, "commit_file"), ({ sha }) => sha);
    expect(rowsOf(listed, "commit_file")).toEqual([]);
    for (const { sha, additions, deletions, filesCount } of rowsOf(cloned, "commit")) {
      const own = files.get(sha) ?? [];
      expect(own).toHaveLength(filesCount!);
      expect(own.reduce((sum, file) => sum + file.additions!, 0)).toBe(additions);
      expect(own.reduce((sum, file) => sum + file.deletions!, 0)).toBe(deletions);
    }
  });
});

describe("reading again", () => {
  it("fetches what is new, and finds it by either way", async () => {
    const sink = memorySink();
    const again = { sink, config: { git: "always" }, clones: "again" };
    await read(again);
    const before = rowsOf(sink, "commit").length;
    const { byRoute } = simulator.calls();
    const { name } = simulator.state.repositories[0]!;
    simulator.edit.push(`${simulator.organisation}/${name}`, { message: "PAY-7 A commit that came later" });
    const packs = async () =>
      (await readdir(join(home, "again"), { recursive: true })).filter((file) => file.endsWith(".pack")).length;
    const packsBefore = await packs();
    const second = await read(again);
    expect(second).toMatchObject({ outcome: "succeeded", totals: { failed: 0 } });
    const rows = rowsOf(sink, "commit");
    expect(rows).toHaveLength(before + 1);
    expect(rows.some(({ title }) => title === "PAY-7 A commit that came later")).toBe(true);
    // One more pack for the one repository that changed, and no more than its two requests for it.
    expect(await packs()).toBe(packsBefore + 1);
    expect(second.totals.records).toBeLessThan(before / 2);
    expect(simulator.calls().byRoute["git"]!).toBeLessThan(byRoute["git"]!);
    const listed = memorySink();
    await read({ sink: listed, config: {}, clones: null });
    expect(rowsOf(listed, "commit").map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  }, 120_000);
});

describe("the way", () => {
  const wayOf = async (config: object, clones: string | null) => {
    const summary = await read({ sink: memorySink(), config, clones });
    expect(summary.outcome).toBe("succeeded");
    return simulator.calls().byRoute["git"] ? "git" : "list";
  };
  it("is git for those who ask for it, where there is a place for clones", async () => {
    expect(await wayOf({ git: true }, "way")).toBe("git");
    expect(await wayOf({ git: "always" }, null)).toBe("list");
    expect(await wayOf({ git: "never" }, "way")).toBe("list");
  }, 120_000);

  it("is left to the planner, which takes git for long histories alone", async () => {
    const planned = async (git: string, commits: number) => {
      const engine = createEngine({
        sink: memorySink(),
        archive: memoryArchive(),
        network,
        log: silentLog,
        clones: join(home, "plan"),
      });
      try {
        const integration = await integrationOf(engine, { git });
        const count: Connector<unknown>["count"] = async function* ({ ranges }) {
          for (const { stream, scope } of ranges) yield { stream, scopeId: scope.id, records: commits, isExact: true };
        };
        const { streams } = await engine.forecast({
          integration: { ...integration, connector: { ...integration.connector, count } },
        });
        return [...new Set(streams.map(({ way }) => way))];
      } finally {
        await engine.close();
      }
    };
    expect(await planned("when_cheaper", 5_000)).toEqual(["git"]);
    expect(await planned("when_cheaper", 40)).toEqual(["list"]);
    expect(await planned("never", 5_000)).toEqual(["list"]);
    expect(await planned("always", 40)).toEqual(["git"]);
  }, 60_000);

  it("works with the installation of a GitHub App", async () => {
    const { app } = simulator;
    const config = { app_id: app.id, private_key: app.privateKey, git: "always" };
    expect(await wayOf(config, "app")).toBe("git");
  }, 60_000);
});

describe("a clone that cannot be had", () => {
  const attempt = (more: Partial<Reading>) => read({ sink: memorySink(), config: { git: "always" }, clones: "refused", ...more });

  it("says that the credential may not read contents, and shows no credential", async () => {
    const token = "github_pat_without_contents_0000000000000";
    simulator.credentials.issue({
      kind: "fine-grained",
      token,
      scopes: [],
      expiresAt: null,
      mayReadActions: true,
      mayClone: false,
    });
    const summary = await attempt({ config: { git: "always", token } });
    expect(summary.outcome).toBe("failed");
    expect(words(summary)[0]).toMatch(/^clone_refused: .* refused to hand out the contents of .* credential/);
    expect(JSON.stringify(summary)).not.toContain(token);
  }, 60_000);

  it("says that the repository is too large, and by which variable more room is given", async () => {
    const summary = await attempt({ mostCloneBytes: 500, clones: "large" });
    expect(words(summary)[0]).toMatch(/^clone_too_large: .* grew beyond 0.001 MB and was removed.* LEADLINE_CLONE_MB/s);
    expect((await readdir(join(home, "large"), { recursive: true })).filter((name) => name.endsWith(".pack"))).toEqual([]);
  }, 60_000);

  it("is made anew when it is damaged", async () => {
    const sink = memorySink();
    const clones = "damaged";
    await read({ sink, config: { git: "always" }, clones });
    const rows = sink.table();
    for (const name of await readdir(join(home, clones), { recursive: true }))
      if (name.endsWith(".pack")) {
        const file = join(home, clones, name);
        const pack = await readFile(file);
        await rm(file);
        await writeFile(file, pack.fill(7, 20));
      }
    const summary = await read({ sink, config: { git: "always" }, clones });
    expect(words(summary)).toEqual([]);
    expect(sink.table()).toEqual(rows);
  }, 120_000);
});
