import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { findRepository } from "../../src/simulators/github/state.ts";
import { type Acme, openAcme } from "./acme.ts";

const historyOf = ({ github, repository }: Acme) => findRepository(github.state, repository)!.repository.history();

const tombstones = async (acme: Acme, table: string): Promise<number[]> =>
  (await acme.rows<{ number: number }>(`select number from ${table} where deleted_at is not null order by number`)).map(
    ({ number }) => number,
  );

const inDoubt = async (acme: Acme) =>
  acme.rows<{ entity: string; sweeps: number }>("select entity, sweeps from missing_record order by entity, sweeps");

describe("what is deleted at GitHub", { timeout: 120_000 }, () => {
  let acme: Acme;
  beforeAll(async () => {
    acme = await openAcme({ streams: ["issues", "pull_requests", "tags", "pipeline_runs", "teams"] });
    const { tags, issues, landed } = historyOf(acme);
    for (let n = 0; n < 9; n++) tags.push({ name: `v${n}`, sha: landed[0]!.sha, at: 0, tagger: acme.github.state.owner });
    for (let n = 0; n < 12; n++) acme.github.edit.openIssue(acme.repository, { title: `Task ${n}` });
    expect(issues.length).toBeGreaterThan(12);
    expect(await acme.ingest()).toMatchObject({ fatal: null, totals: { failed: 0 } });
  }, 120_000);
  afterAll(() => acme.close());
  const sweep = () => acme.reconcile({ streams: ["issues", "pull_requests"] });

  it("is in doubt after one sweep, and a tombstone after the second; its number is known to be gone", async () => {
    const number = historyOf(acme).issues.at(-2)!.number;
    acme.github.edit.deleteIssue(acme.repository, number);
    const first = await sweep();
    expect(first.outcome).toBe("succeeded");
    expect(await tombstones(acme, "issue")).toEqual([]);
    expect(await inDoubt(acme)).toEqual([{ entity: "issue", sweeps: 1 }]);
    for (let again = 0; again < 3; again++)
      expect((await acme.reconcile({ streams: ["issues", "pull_requests"], isAtOnce: true })).totals.tombstoned).toBe(0);
    expect(await inDoubt(acme)).toEqual([{ entity: "issue", sweeps: 1 }]);
    const second = await sweep();
    expect(second.totals).toMatchObject({ tombstoned: 1, missing: 0 });
    expect(await tombstones(acme, "issue")).toEqual([number]);
    expect(await inDoubt(acme)).toEqual([]);
    const sequence = second.counts.find(({ entity, tombstonedCount }) => entity === "number" && tombstonedCount! > 0);
    expect(sequence).toMatchObject({
      goneNumbers: String(number),
      sourceCount: sequence!.highestNumber,
      storedCount: sequence!.highestNumber,
    });
    expect(second.tasks.every(({ kind, status }) => kind === "reconcile" && status === "succeeded")).toBe(true);
    expect((await sweep()).totals.tombstoned).toBe(0);
  });

  it("is a row again when it comes back, with the content it had", async () => {
    const { issues } = historyOf(acme);
    const issue = issues.at(-3)!;
    acme.github.edit.deleteIssue(acme.repository, issue.number);
    await sweep();
    await sweep();
    expect(await tombstones(acme, "issue")).toContain(issue.number);
    historyOf(acme).issues.push(issue);
    historyOf(acme).version++;
    await sweep();
    expect(await tombstones(acme, "issue")).not.toContain(issue.number);
    expect(await acme.rebuiltDifferently()).toEqual([]);
  });

  it("needs a third sweep when more than a fifth of a scope disappears at once", async () => {
    const gone = historyOf(acme)
      .issues.slice(0, Math.ceil(historyOf(acme).issues.length / 2))
      .map(({ number }) => number);
    const before = await tombstones(acme, "issue");
    for (const number of gone) acme.github.edit.deleteIssue(acme.repository, number);
    await sweep();
    await sweep();
    expect(await tombstones(acme, "issue")).toEqual(before);
    const third = await sweep();
    expect(third.totals.tombstoned).toBe(gone.length);
    expect(await tombstones(acme, "issue")).toEqual(expect.arrayContaining(gone));
  });

  it("may be a pull request, when GitHub itself takes it away", async () => {
    const { number } = historyOf(acme).pullRequests.at(-1)!;
    acme.github.edit.purgePullRequest(acme.repository, number);
    await acme.reconcile({ streams: ["pull_requests"] });
    const { counts } = await acme.reconcile({ streams: ["pull_requests"] });
    // Numbers are shared with issues: a look at half of what bears them says nothing.
    expect(counts.map(({ entity }) => entity)).toEqual(["pull_request", "pull_request"]);
    expect(await tombstones(acme, "pull_request")).toEqual([number]);
  });

  it("is told of tags too, which cannot be asked for one by one", async () => {
    acme.github.edit.deleteTag(acme.repository, "v3");
    await acme.reconcile({ streams: ["tags"] });
    await acme.reconcile({ streams: ["tags"] });
    expect(await acme.rows("select name from git_ref where deleted_at is not null")).toEqual([{ name: "v3" }]);
  });

  it("an issue that moved to another repository leaves a tombstone and a new row", async () => {
    const [from, to] = (await acme.scopes()).map(({ name }) => name);
    const { issues } = historyOf(acme);
    const { number } = issues.at(-1)!;
    const before = await acme.rows("select id from issue where deleted_at is null");
    acme.github.edit.transferIssue(from!, number, to!);
    for (let sweep = 0; sweep < 3; sweep++) await acme.reconcile({ streams: ["issues"] });
    expect(await tombstones(acme, "issue")).toContain(number);
    expect(await acme.rows("select id from issue where deleted_at is null")).toHaveLength(before.length);
  });

  it("runs that GitHub forgets are no deletions", async () => {
    const before = await acme.rows("select id from pipeline_run where deleted_at is null");
    acme.github.edit.forgetRuns(acme.repository, 5);
    for (let sweep = 0; sweep < 3; sweep++) await acme.reconcile({ streams: ["pipeline_runs"] });
    expect(await acme.rows("select id from pipeline_run where deleted_at is null")).toHaveLength(before.length);
    expect(before.length).toBeGreaterThan(5);
  });
});

describe("what only looks deleted", { timeout: 120_000 }, () => {
  let acme: Acme;
  const alive = async () => (await acme.rows<{ n: number }>("select count(*) as n from issue where deleted_at is null"))[0]!.n;
  let whole = 0;
  beforeAll(async () => {
    acme = await openAcme({ streams: ["issues", "pull_requests", "teams"] });
    expect(await acme.ingest()).toMatchObject({ fatal: null, totals: { failed: 0 } });
    whole = await alive();
  }, 120_000);
  afterAll(() => acme.close());

  it("stays when lists leave things out: asked for one by one they are there", async () => {
    acme.github.faults.set("omits", { rate: 0.4 });
    for (let sweep = 0; sweep < 4; sweep++)
      expect((await acme.reconcile({ streams: ["issues", "pull_requests"] })).totals.tombstoned).toBe(0);
    expect(await acme.rows("select hash from raw_record where stream = 'deletions'")).toEqual([]);
    acme.github.faults.clear("omits");
    expect(await alive()).toBe(whole);
    expect(await tombstones(acme, "pull_request")).toEqual([]);
    expect(await inDoubt(acme)).not.toEqual([]);
    await acme.reconcile();
    expect(await inDoubt(acme)).toEqual([]);
  });

  it("stays when the repository is hidden: its failure says so, and nothing in it is even in doubt", async () => {
    const show = acme.github.edit.hideRepository(acme.repository);
    for (let sweep = 0; sweep < 3; sweep++) {
      const { outcome, tasks } = await acme.reconcile();
      expect(outcome).toBe("partly");
      expect(tasks.find(({ status }) => status === "failed")).toMatchObject({ errorCode: "github_not_found" });
    }
    expect(await alive()).toBe(whole);
    expect(await inDoubt(acme)).toEqual([]);
    show();
    expect((await acme.reconcile()).totals).toMatchObject({ missing: 0, failed: 0 });
  });

  it("stays, for lists of the whole organisation, while a chosen repository is hidden", async () => {
    const teams = acme.github.state.teams as (typeof acme.github.state.teams)[number][];
    const taken = teams.splice(0, 1);
    const show = acme.github.edit.hideRepository(acme.repository);
    for (let sweep = 0; sweep < 3; sweep++) await acme.reconcile({ streams: ["teams"] });
    const gone = () => acme.rows("select id from account_group where deleted_at is not null");
    expect(await gone()).toEqual([]);
    show();
    for (let sweep = 0; sweep < 3; sweep++) await acme.reconcile({ streams: ["teams"] });
    expect(await gone()).toHaveLength(1);
    teams.unshift(...taken);
  });

  it("stays when the credential ends: the reconciliation stops and counts nothing", async () => {
    acme.github.edit.deleteIssue(acme.repository, historyOf(acme).issues[0]!.number);
    acme.github.faults.set("expired_token");
    const { outcome, fatal, counts } = await acme.reconcile();
    expect({ outcome, code: fatal?.code, counts }).toEqual({ outcome: "failed", code: "github_credential_refused", counts: [] });
    acme.github.faults.clear("expired_token");
    acme.github.faults.set("expired_token", { after: 8 });
    expect((await acme.reconcile()).outcome).toBe("failed");
    acme.github.faults.clear("expired_token");
    expect(await alive()).toBe(whole);
  });
});
