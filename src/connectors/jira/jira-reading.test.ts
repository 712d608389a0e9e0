import { afterEach, describe, expect, it } from "vitest";

import type { JiraSimulator, JiraSimulatorOptions } from "../../simulators/index.ts";
import { jiraTime } from "../../simulators/jira/time.ts";
import { readerOf, rowsOf, startJira, type Reader, type TableRow } from "./testing/reading.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function setUp(
  options: JiraSimulatorOptions,
  settings: Parameters<typeof readerOf>[1] = {},
): Promise<{ simulator: JiraSimulator; reader: Reader }> {
  const simulator = await startJira(options);
  open.push(simulator.stop);
  const reader = await readerOf(simulator, settings);
  open.push(reader.close);
  return { simulator, reader };
}

const flavours = ["cloud", "server"] as const;
const small = { projects: 1, issuesPerProject: 30, days: 40 };
const onlyIssues = { streams: ["issues"] };
const issuesOf = ({ sink }: Reader) => rowsOf(sink, "issue");
const native = (row: TableRow) => String(row.id).split(":").at(-1)!;
const remarks = ({ sink }: Reader) => [...sink.tasks.values()].flatMap(({ errorCode }) => errorCode ?? []);

/** As if somebody had touched the issue then. */
function touchAt({ state }: JiraSimulator, id: string, at: number) {
  const issue = state.issues.get(id)!;
  issue.updatedAt = at;
  issue.fields = { ...issue.fields, updated: jiraTime(at, state.zone) };
}

describe.each(flavours)("on %s", (flavour) => {
  it("costs few calls: a thousand issues with their whole history", async () => {
    const { simulator, reader } = await setUp({ flavour, size: { projects: 1, issuesPerProject: 1000, days: 365 } }, onlyIssues);
    await reader.ingest();
    const changes = [...simulator.state.issues.values()]
      .filter(({ hidesHistory }) => !hidesHistory)
      .flatMap(({ histories }) => histories);
    expect(issuesOf(reader)).toHaveLength(1000);
    expect(new Set(rowsOf(reader.sink, "issue_transition").map(({ id }) => String(id).split("/")[1])).size).toBeGreaterThan(
      changes.length * 0.99,
    );
    expect(simulator.calls().total).toBeLessThanOrEqual(flavour === "cloud" ? 25 : 60);
  }, 120_000);

  it("misses nothing when an issue is touched while it reads, again and again", async () => {
    const { simulator, reader } = await setUp({ flavour, size: { projects: 1, issuesPerProject: 320, days: 90 } }, onlyIssues);
    const ids = [...simulator.state.issues.keys()];
    const hot = ids[0]!;
    let asked = 0;
    // Every page that is asked for finds the list shifted by what was touched since the last one.
    const values = simulator.state.issues.values.bind(simulator.state.issues);
    simulator.state.issues.values = () => {
      if (++asked % 2 === 0) for (const id of [hot, ids[asked % 40]!]) touchAt(simulator, id, simulator.state.now());
      return values();
    };
    await reader.ingest();
    expect(asked).toBeGreaterThan(3);
    expect(new Set(issuesOf(reader).map(native))).toEqual(new Set(ids));
  }, 120_000);

  it("passes an instant at which more issues changed than fit on a page, even where times are cut to the minute", async () => {
    const { simulator, reader } = await setUp(
      { flavour, cutsToMinute: true, size: { projects: 1, issuesPerProject: 350, days: 60 } },
      onlyIssues,
    );
    const bulk = simulator.state.now() - 86_400_000;
    const ids = [...simulator.state.issues.keys()];
    for (const [index, id] of ids.slice(0, 260).entries()) touchAt(simulator, id, index < 130 ? bulk : bulk + 12_000);
    await reader.ingest();
    expect(new Set(issuesOf(reader).map(native))).toEqual(new Set(ids));
    expect(remarks(reader)).not.toContain("order_broken");
  }, 120_000);

  it("keeps an issue that moves to another project, with its old key", async () => {
    const { simulator, reader } = await setUp({ flavour, size: { ...small, projects: 2 } }, onlyIssues);
    await reader.ingest();
    const issue = [...simulator.state.issues.values()].find(
      ({ key, previousKeys }) => key.startsWith("PAY-") && previousKeys.length === 0,
    )!;
    const before = issue.key;
    simulator.edit.move(issue.id, "WEB");
    await reader.ingest();
    const rows = issuesOf(reader).filter((row) => native(row) === issue.id);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      key: issue.key,
      previousKeys: [before],
      projectId: expect.stringMatching(/:10001$/) as string,
    });
  }, 120_000);

  it("sees what the index shows late", async () => {
    const { simulator, reader } = await setUp({ flavour, size: small, indexLagMs: 0 }, onlyIssues);
    await reader.ingest();
    const id = [...simulator.state.issues.keys()][3]!;
    simulator.setIndexLag(600_000);
    simulator.edit.transition(id, "Blocked");
    await reader.ingest();
    expect(issuesOf(reader).find((row) => native(row) === id)).not.toMatchObject({ status: "Blocked" });
    for (const issue of simulator.state.issues.values()) issue.stale = null;
    await reader.ingest();
    expect(issuesOf(reader).find((row) => native(row) === id)).toMatchObject({ status: "Blocked" });
  }, 120_000);

  it("gives the times in status and the sprint ledgers that were planted", async () => {
    const now = "2026-06-01T12:00:00Z";
    const { simulator, reader } = await setUp(
      { flavour, now, size: { projects: 3, issuesPerProject: 80, days: 90 } },
      { streams: ["issues", "sprints", "statuses"] },
    );
    await reader.ingest();
    const planted = simulator.truth;
    const rows = new Map(issuesOf(reader).map((row) => [native(row), row]));
    const histories = Map.groupBy(rowsOf(reader.sink, "issue_transition"), ({ issueId }) => String(issueId).split(":").at(-1)!);
    const hidden = new Set([...simulator.state.issues.values()].filter(({ hidesHistory }) => hidesHistory).map(({ id }) => id));
    for (const truth of planted.issues) {
      const id = String(truth.id);
      expect(rows.get(id)).toMatchObject({ key: truth.key });
      if (hidden.has(id)) continue;
      expect(timeInStatus(rows.get(id)!, histories.get(id) ?? [], Date.parse(now)), truth.key).toEqual(truth.inStatus);
    }
    const sprints = new Map(rowsOf(reader.sink, "sprint").map((row) => [native(row), row]));
    expect(planted.sprints.length).toBeGreaterThan(5);
    for (const truth of planted.sprints) {
      const ledger = ledgerOf(sprints.get(String(truth.id))!, {
        rows: [...rows.values()].filter((row) => !hidden.has(native(row))),
        histories,
        now: Date.parse(now),
      });
      expect({ id: truth.id, ...ledger }).toEqual(truth);
    }
    expect(planted.sprints.some(({ deliveredPoints, addedItems }) => deliveredPoints > 0 && addedItems > 0)).toBe(true);
    expect(remarks(reader)).toContain("jira_history_hidden");
    expect(histories.get([...hidden][0]!)).toBeUndefined();
  }, 120_000);
});

/* ── What the rows say, worked out here by hand and not by the facts ─────────────────────────────────────────── */

const inOrder = (rows: readonly TableRow[]) =>
  rows.toSorted(
    (a, b) => Date.parse(String(a.occurredAt)) - Date.parse(String(b.occurredAt)) || Number(a.sequence) - Number(b.sequence),
  );

function timeInStatus(issue: TableRow, history: readonly TableRow[], now: number): Record<string, number> {
  const moves = inOrder(history).filter(({ fieldCategory }) => fieldCategory === "status");
  const sums: Record<string, number> = {};
  let [status, since] = [String(moves[0]?.fromName ?? issue.status), Date.parse(String(issue.createdAt))];
  const leave = (at: number) => (sums[status] = (sums[status] ?? 0) + at - since);
  for (const { toName, occurredAt } of moves) {
    leave(Date.parse(String(occurredAt)));
    [status, since] = [String(toName), Date.parse(String(occurredAt))];
  }
  leave(now);
  return sums;
}

function ledgerOf(
  sprint: TableRow,
  { rows, histories, now }: { rows: readonly TableRow[]; histories: ReadonlyMap<string, readonly TableRow[]>; now: number },
) {
  const start = Date.parse(String(sprint.startedAt));
  const end = sprint.completedAt ? Date.parse(String(sprint.completedAt)) : now;
  const sums = { committedItems: 0, committedPoints: 0, addedItems: 0, addedPoints: 0, deliveredItems: 0, deliveredPoints: 0 };
  for (const row of rows.filter(({ isSubtask }) => !isSubtask)) {
    const history = inOrder(histories.get(native(row)) ?? []);
    const until = (at: number, category: string) =>
      history.filter((each) => each.fieldCategory === category && Date.parse(String(each.occurredAt)) <= at);
    const isIn = (at: number) =>
      until(at, "sprint").findLast(({ fromId, toId }) => fromId === sprint.id || toId === sprint.id)?.toId === sprint.id;
    const points = (at: number) => Number(until(at, "points").at(-1)?.toNumber ?? 0);
    const added = history.find(({ toId }) => toId === sprint.id);
    const addedAt = added ? Date.parse(String(added.occurredAt)) : Number.POSITIVE_INFINITY;
    if (addedAt >= end || (addedAt <= start && !isIn(start))) continue;
    const kind = isIn(start) ? "committed" : "added";
    sums[`${kind}Items`]++;
    sums[`${kind}Points`] += points(Math.max(start, addedAt));
    if (until(end, "status").at(-1)?.toName !== "Done" || !isIn(end)) continue;
    sums.deliveredItems++;
    sums.deliveredPoints += points(end);
  }
  return sums;
}

describe("accounts in any time zone", () => {
  const changes = { spring: "2026-03-29T01:00:00Z", autumn: "2026-10-25T01:00:00Z" };
  it.each(
    ["Pacific/Pago_Pago", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati"].flatMap((zone) =>
      Object.entries(changes).map(([season, at]) => [zone, season, at] as const),
    ),
  )(
    "%s, when clocks change in %s: not one issue is missed",
    async (zone, _season, at) => {
      const instant = Date.parse(at);
      const since = new Date(instant + 123_456).toISOString();
      const { simulator, reader } = await setUp(
        { zone, now: new Date(instant + 6 * 3_600_000).toISOString(), size: small },
        { ...onlyIssues, since },
      );
      const ids = [...simulator.state.issues.keys()];
      for (const [index, id] of ids.entries()) touchAt(simulator, id, instant + (index - 15) * 7 * 60_000 + 999);
      await reader.ingest();
      const expected = ids.filter((id) => simulator.state.issues.get(id)!.updatedAt >= Date.parse(since));
      const read = new Set(issuesOf(reader).map(native));
      expect(expected.filter((id) => !read.has(id))).toEqual([]);
      expect(read.size).toBeLessThan(ids.length);
      for (const row of issuesOf(reader))
        expect(Date.parse(String(row.createdAt))).toBe(simulator.state.issues.get(native(row))!.createdAt);
    },
    120_000,
  );
});

describe("what is odd", () => {
  it("names a JQL filter that does not parse, and reads everything else", async () => {
    const { simulator, reader } = await setUp({ size: small }, { config: { jql: "issuetype ~~ Bug" } });
    const { sink } = reader;
    await expect(reader.ingest()).rejects.toThrow();
    const task = [...sink.tasks.values()].find(({ stream }) => stream === "issues")!;
    expect(task).toMatchObject({
      status: "failed",
      errorCode: "jira_jql_refused",
      errorMessage: expect.stringContaining("JQL") as string,
    });
    expect(rowsOf(sink, "sprint").length).toBeGreaterThan(0);
    expect(simulator.calls().byRoute["POST /rest/api/3/search/jql"]).toBe(1);
  }, 60_000);

  it("names a field of the settings that is gone, and an estimate that is a text", async () => {
    const gone = await setUp({ size: small }, { ...onlyIssues, config: { custom_fields: "Customer tier" } });
    await gone.reader.ingest();
    expect(remarks(gone.reader)).toEqual(["jira_field_unknown"]);
    const text = await setUp({ size: { ...small, issuesPerProject: 10 } }, onlyIssues);
    const id = [...text.simulator.state.issues.keys()][2]!;
    text.simulator.edit.set(id, { customfield_10016: "XL" });
    await text.reader.ingest();
    expect(remarks(text.reader)).toEqual(["jira_estimate_unreadable"]);
    expect(issuesOf(text.reader).find((row) => native(row) === id)).toMatchObject({ points: null });
  }, 60_000);

  it("reads boards as scopes, also those without sprints", async () => {
    const { reader } = await setUp(
      { size: { projects: 5, issuesPerProject: 10, days: 40 } },
      { kind: "board", streams: ["issues", "sprints"] },
    );
    await reader.ingest();
    expect(new Set(issuesOf(reader).map(({ projectId }) => projectId)).size).toBe(5);
    expect([...reader.sink.tasks.values()].every(({ status }) => status === "succeeded")).toBe(true);
  }, 60_000);

  it("completes comments and worklogs that a search cuts off, and forgets those that were deleted", async () => {
    const { simulator, reader } = await setUp({ flavour: "server", size: { ...small, issuesPerProject: 8 } }, onlyIssues);
    const id = [...simulator.state.issues.keys()][1]!;
    for (let count = 0; count < 33; count++) simulator.edit.comment(id, "again");
    await reader.ingest();
    const own = () =>
      rowsOf(reader.sink, "issue_comment").filter(({ issueId, deletedAt }) => String(issueId).endsWith(`:${id}`) && !deletedAt);
    expect(own().length).toBeGreaterThanOrEqual(33);
    expect(issuesOf(reader).find((row) => native(row) === id)).toMatchObject({ commentCount: own().length });
  }, 60_000);

  it("never fetches what is to be left out", async () => {
    const { simulator, reader } = await setUp(
      { size: { ...small, issuesPerProject: 8 } },
      { ...onlyIssues, config: { excluded_fields: "summary, comment, userDetails" } },
    );
    await reader.ingest();
    expect(issuesOf(reader).every(({ title, commentCount }) => title === null && commentCount === null)).toBe(true);
    expect(rowsOf(reader.sink, "account").every(({ name, email }) => !name && !email)).toBe(true);
    expect(rowsOf(reader.sink, "account").length).toBeGreaterThan(1);
    expect(simulator.calls().total).toBeGreaterThan(0);
  }, 60_000);
});
