import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { findRepository } from "../../src/simulators/github/state.ts";
import { type Acme, openAcme } from "./acme.ts";

const historyOf = ({ github }: Acme, repository: string) => findRepository(github.state, repository)!.repository.history();
const A_DAY = 86_400_000;

describe("records that lists leave out without a word", { timeout: 120_000 }, () => {
  let acme: Acme;
  beforeAll(async () => {
    acme = await openAcme({ streams: ["issues", "pull_requests", "releases", "deployments", "pipeline_runs", "repositories"] });
    acme.github.faults.set("omits", { rate: 0.3 });
    await acme.ingest();
    acme.github.faults.clear("omits");
  }, 120_000);
  afterAll(() => acme.close());

  const truth = () => {
    const histories = acme.github.state.repositories.map((repository) => repository.history());
    const sum = (of: (history: (typeof histories)[number]) => number) =>
      histories.reduce((total, history) => total + of(history), 0);
    return {
      pull_request: sum((history) => history.pullRequests.length),
      issue: sum((history) => history.issues.length),
      release: sum((history) => history.releases.length),
      deployment: sum((history) => history.deployments.length),
    };
  };
  const stored = async () => {
    const counts: Record<string, number> = {};
    for (const table of Object.keys(truth()))
      counts[table] = (await acme.rows<{ n: number }>(`select count(*) as n from ${table} where deleted_at is null`))[0]!.n;
    return counts;
  };

  it("are found and read by the next reconciliation, every one, and it says so scope by scope", async () => {
    const before = await stored();
    expect(before["pull_request"]).toBeLessThan(truth().pull_request);
    const summary = await acme.reconcile();
    expect(await stored()).toEqual(truth());
    const lost = truth().pull_request - before["pull_request"]!;
    const healed = summary.counts
      .filter(({ entity }) => entity === "pull_request")
      .reduce((sum, count) => sum + count.healedCount!, 0);
    expect(healed).toBe(lost);
    expect(summary.totals.missing).toBe(summary.totals.healed);
    for (const count of summary.counts) expect(count.storedCount, `${count.entity} of ${count.scopeId}`).toBe(count.sourceCount);
    const again = await acme.reconcile();
    expect(again.totals).toMatchObject({ missing: 0, healed: 0, stale: 0, tombstoned: 0 });
    expect(await acme.rebuiltDifferently()).toEqual([]);
  });

  it("are found by their numbers even while the lists still leave them out", async () => {
    const number = historyOf(acme, acme.repository).pullRequests.length;
    acme.github.edit.openIssue(acme.repository, { title: "Hidden from lists" });
    const hidden = historyOf(acme, acme.repository).issues.at(-1)!;
    acme.github.edit.openPullRequest(acme.repository, { title: "After it" });
    // What is omitted depends on the record: with everything omitted only the newest number would be unknown.
    acme.github.faults.set("omits", { rate: 1, match: /issues\(/ });
    await acme.ingest({ streams: ["pull_requests"] });
    const { counts } = await acme.reconcile({ streams: ["issues", "pull_requests"] });
    acme.github.faults.clear("omits");
    expect(number).toBeGreaterThan(0);
    expect(await acme.rows("select number from issue where title = 'Hidden from lists'")).toEqual([{ number: hidden.number }]);
    const sequences = counts.filter(({ entity }) => entity === "number");
    expect(sequences).toHaveLength(2);
    for (const one of sequences) expect(one).toMatchObject({ storedCount: one.sourceCount, goneNumbers: "" });
  });

  it("cost a point for a hundred keys, and a check of the credential", async () => {
    acme.github.clearCalls();
    await acme.reconcile({ streams: ["issues", "pull_requests"] });
    const { byRoute, points } = acme.github.calls();
    expect(byRoute).toMatchObject({ "graphql issue_keys": 2, "graphql pull_request_keys": 2 });
    expect(points).toBeLessThanOrEqual(6);
  });
});

describe("what refreshes must not lose", { timeout: 120_000 }, () => {
  let acme: Acme;
  beforeAll(async () => {
    acme = await openAcme({ streams: ["repositories", "issues", "pull_requests", "commits"] });
    // More than a page of them, so that what lies further back is not read by chance.
    const yesterday = acme.github.state.now() - 86_400;
    for (let n = 0; n < 60; n++) acme.github.edit.importIssue(acme.repository, { createdAt: yesterday, title: `Task ${n}` });
    expect(await acme.ingest()).toMatchObject({ fatal: null, totals: { failed: 0 } });
  }, 120_000);
  afterAll(() => acme.close());
  const requests = () => historyOf(acme, acme.repository).pullRequests;
  const comments = async (number: number) =>
    (
      await acme.rows<{ body_length: number }>(
        `select c.body_length from pull_request_comment as c join pull_request as p on p.id = c.pull_request_id
         join repository as r on r.id = p.repository_id where p.number = $1 and r.full_name = $2 and c.deleted_at is null`,
        [number, acme.repository],
      )
    ).length;

  it("a remark on the oldest pull request is seen, whatever its age", async () => {
    const oldest = requests()[0]!;
    const before = await comments(oldest.number);
    acme.github.edit.addComment(acme.repository, oldest.number, { body: "Years later" });
    await acme.ingest();
    expect(await comments(oldest.number)).toBe(before + 1);
  });

  it.each([
    ["a day ahead", A_DAY],
    ["a day behind", -2 * A_DAY],
  ])("a local clock that jumps %s changes nothing", async (_name, jump) => {
    const { number } = requests()[1]!;
    const before = await comments(number);
    acme.github.edit.addComment(acme.repository, number);
    acme.clock.jump(jump);
    await acme.ingest();
    acme.github.edit.addComment(acme.repository, number);
    await acme.ingest();
    expect(await comments(number)).toBe(before + 2);
    const [cursor] = await acme.rows<{ at: string }>("select max(cursor_at) as at from progress");
    const vendor = acme.github.state.now() * 1000;
    expect(Math.abs(Date.parse(cursor!.at) - vendor)).toBeLessThan(600_000);
  });

  it("an item that is edited all the time while it is read arrives by the next cycle", async () => {
    const { number } = requests()[2]!;
    let edits = 0;
    const editing = setInterval(() => {
      edits++;
      acme.github.edit.addComment(acme.repository, number);
    }, 5);
    const before = await comments(number);
    await acme.ingest({ full: true });
    clearInterval(editing);
    await acme.ingest();
    expect(edits).toBeGreaterThan(0);
    expect(await comments(number)).toBe(before + edits);
  });

  it("what an importer dates back is found by the reconciliation", async () => {
    const created = acme.github.state.now() - 400 * 86_400;
    const number = acme.github.edit.importIssue(acme.repository, { createdAt: created, title: "Dated back" });
    await acme.ingest();
    const found = () => acme.rows("select number from issue where title = 'Dated back'");
    expect(await found()).toEqual([]);
    expect((await acme.reconcile()).totals).toMatchObject({ missing: 1, healed: 1 });
    expect(await found()).toEqual([{ number }]);
  });

  it("a forced push takes a commit out of the request, and is itself on record", async () => {
    const request = requests().findLast(({ commits }) => commits.length > 0)!;
    const replaced = request.commits.at(-1)!.sha;
    acme.github.edit.push(acme.repository, { number: request.number, force: true });
    await acme.ingest();
    const [row] = await acme.rows("select removed_at, deleted_at from pull_request_commit where sha = $1", [replaced]);
    expect(row).toMatchObject({ deleted_at: null });
    expect(row!["removed_at"]).not.toBeNull();
    const events = await acme.rows("select id from pull_request_event where sha_before = $1", [replaced]);
    expect(events).toHaveLength(1);
  });

  it("renames, transfers, archiving and going private keep every row, its links and its history", async () => {
    const ids = async () => ({
      requests: (await acme.rows("select id, repository_id from pull_request order by id")).map((row) => JSON.stringify(row)),
      repositories: (await acme.rows<{ id: string }>("select id from repository where deleted_at is null order by id")).map(
        ({ id }) => id,
      ),
    });
    const before = await ids();
    const name = "acme/renamed";
    acme.github.edit.renameRepository(acme.repository, "renamed");
    acme.github.edit.archive(name);
    acme.github.edit.setPrivate(name, true);
    const { number } = requestsOf(name)[0]!;
    acme.github.edit.updatePullRequest(name, number, { title: "Under a new name" });
    // Before discovery: the old name still leads there.
    expect(await acme.ingest({ streams: ["issues", "pull_requests"] })).toMatchObject({ totals: { failed: 0 } });
    await acme.reconcile({ streams: ["issues", "pull_requests"] });
    expect(await ids()).toEqual(before);
    expect(await acme.rows("select number from pull_request where title = 'Under a new name'")).toEqual([{ number }]);
    await acme.scopes();
    await acme.ingest({ streams: ["repositories"], full: true });
    expect(await acme.rows("select full_name, is_archived, visibility from repository where name = 'renamed'")).toEqual([
      { full_name: name, is_archived: true, visibility: "PRIVATE" },
    ]);
    expect(await ids()).toEqual(before);
    const moved = acme.github.state.people[0]!.login;
    acme.github.edit.transfer(name, moved);
    acme.github.edit.updatePullRequest(`${moved}/renamed`, number, { title: "Under a new owner" });
    expect(await acme.ingest({ streams: ["issues", "pull_requests"] })).toMatchObject({ totals: { failed: 0 } });
    expect(await acme.rows("select number from pull_request where title = 'Under a new owner'")).toEqual([{ number }]);
    expect(await ids()).toEqual(before);
  });
  const requestsOf = (name: string) => historyOf(acme, name).pullRequests;
});
