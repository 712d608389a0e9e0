import { afterAll, describe, expect, it } from "vitest";

import type { Entities } from "../../../test/entities.ts";
import { factTester, people } from "../../../test/facts.ts";

const tester = factTester();
afterAll(tester.close);

const june = (day: number, time = "12:00:00") => `2026-06-${String(day).padStart(2, "0")}T${time}Z`;
const [start, end] = [june(1, "09:00:00"), june(15, "09:00:00")];
const before = "2026-05-20T09:00:00Z";

let count = 0;
type Transition = NonNullable<Entities["issue_transition"]>[number];
const step = (issueId: string, field: "status" | "points" | "assignee", occurredAt: string, rest: Transition): Transition => ({
  id: `step-${(count += 1)}`,
  issueId,
  fieldCategory: field,
  occurredAt,
  sequence: count,
  ...rest,
});
const done = (issueId: string, at: string) => step(issueId, "status", at, { fromCategory: "todo", toCategory: "done" });
const reopened = (issueId: string, at: string) =>
  step(issueId, "status", at, { fromCategory: "done", toCategory: "in_progress" });
const points = (issueId: string, at: string, from: number | null, to: number | null) =>
  step(issueId, "points", at, { fromNumber: from, toNumber: to });
const member = (issueId: string, addedAt: string | null, removedAt: string | null = null, sprintId = "s") => ({
  id: `${issueId}/${sprintId}/${addedAt}`,
  issueId,
  sprintId,
  addedAt,
  removedAt,
  evidenceCategory: "history" as const,
});
const issue = (id: string, estimate: number | null, rest: object = {}) => ({
  id,
  points: estimate,
  createdAt: "2026-05-01T00:00:00Z",
  statusCategory: "todo" as const,
  ...rest,
});
const sprint = { id: "s", boardId: "b", projectId: "project", startsAt: start, endsAt: end, startedAt: start, completedAt: end };

/** Worked example 14 of `docs/design/metrics.md`. */
const ledger: Entities = {
  sprint: [sprint],
  issue: [
    issue("A", 5),
    issue("B", 8),
    issue("C", 3),
    issue("D", 5),
    issue("E", 5),
    issue("F", 1),
    issue("G", null),
    issue("H", 13),
    issue("I", 1, { isSubtask: true }),
    issue("J", 2),
    issue("L", 1),
    issue("M", 8),
    issue("N", 5),
  ],
  issue_sprint: [
    ...["A", "E", "F", "G", "H", "I", "L"].map((id) => member(id, before)),
    member("B", start, end),
    member("C", june(3)),
    member("D", before, june(4)),
    member("J", before, june(10)),
    member("M", end),
    member("N", null),
  ],
  issue_transition: [
    ...["A", "C", "E", "F", "G", "I"].map((id) => done(id, june(12))),
    done("H", "2026-05-31T10:00:00Z"),
    done("J", june(6)),
    done("L", end),
    points("E", june(8), 3, 5),
    points("F", june(9), 2, 1),
  ],
};

describe.each(tester.engines)("sprint facts on %s", (engine) => {
  const build = (entities: Entities) =>
    tester.build(engine, entities, { steps: "calendar", facts: ["fact_sprint_issue", "fact_sprint", "fact_sprint_event"] });
  type Row = Record<string, string | number | boolean | null>;
  const rowsOf = async (entities: Entities, sql: string) => (await (await build(entities)).query<Row>(sql)).rows;

  it("keeps the ledger of worked example 14", async () => {
    const warehouse = await build(ledger);
    const items = await warehouse.query<Row>("select * from fact_sprint_issue order by id");
    const outcomes = Object.fromEntries(items.rows.map((row) => [row["issue_id"], row["outcome"]]));
    expect(outcomes).toEqual({
      ...Object.fromEntries(["A", "C", "E", "F", "G", "I", "J", "L"].map((id) => [id, "delivered"])),
      B: "carried_over",
      D: "removed",
      H: "early",
      N: null,
    });
    const of = (id: string) => items.rows.find((row) => row["issue_id"] === id)!;
    expect(of("E")).toMatchObject({ committed_points: 3, raised_points: 2, delivered_points: 5, delivered_committed_points: 3 });
    expect(of("E")).toMatchObject({ delivered_raised_points: 2, is_reestimated: true, is_committed: true, is_added: false });
    expect(of("F")).toMatchObject({ committed_points: 2, lowered_points: 1, delivered_points: 1, delivered_raised_points: 0 });
    expect(of("C")).toMatchObject({ is_added: true, added_points: 3, delivered_added_points: 3, committed_points: 0 });
    expect(of("G")).toMatchObject({ is_estimated: false, is_counted: true, is_reestimated: false });
    expect(of("I")).toMatchObject({ is_counted: false, flags: "subtask", delivered_points: 0 });
    expect(of("H")).toMatchObject({ is_counted: false, is_delivered: false, committed_points: 0 });
    expect(of("N")).toMatchObject({ is_counted: false, flags: "unknown_membership", added_at: null });
    const [whole] = (await warehouse.query<Row>("select * from fact_sprint")).rows;
    expect(whole).toMatchObject({
      committed_points: 26,
      committed_items: 8,
      added_points: 3,
      added_items: 1,
      removed_points: 5,
      removed_items: 1,
      raised_points: 2,
      delivered_points: 17,
      delivered_items: 7,
      delivered_committed_points: 12,
      delivered_committed_items: 6,
      delivered_raised_points: 2,
      delivered_added_points: 3,
      delivered_added_items: 1,
      carried_items: 1,
      unestimated_items: 1,
      unknown_items: 1,
      is_closed: true,
      flags: "unknown_membership",
    });
  });

  it("tells every change of scope and completion, which add up to the sprint", async () => {
    const warehouse = await build(ledger);
    const at = async (instant: string) =>
      (
        await warehouse.query<Row>(
          `select sum(scope_points) as scope, sum(scope_items) as items, sum(done_points) as done, sum(done_items) as done_items
           from fact_sprint_event where occurred_at <= cast($1 as timestamptz)`,
          [instant],
        )
      ).rows[0];
    expect(await at(june(1, "08:59:59"))).toEqual({ scope: null, items: null, done: null, done_items: null });
    expect(await at(start)).toMatchObject({ scope: 26, done: 0 });
    expect(Number((await at(start))!["items"])).toBe(8);
    expect(await at(june(3))).toMatchObject({ scope: 29 });
    expect(await at(june(4))).toMatchObject({ scope: 24 });
    expect(await at(june(6))).toMatchObject({ scope: 24, done: 2 });
    expect(await at(june(9))).toMatchObject({ scope: 25, done: 2 });
    expect(await at(june(11))).toMatchObject({ scope: 25, done: 2 });
    expect(await at(june(12))).toMatchObject({ scope: 25, done: 16 });
    const last = (await at(end))!;
    expect(last).toMatchObject({ scope: 26 + 3 - 5 + 2 - 1, done: 17 });
    expect([Number(last["items"]), Number(last["done_items"])]).toEqual([8, 7]);
    const kinds = await warehouse.query<Row>(
      "select kind, cast(sum(scope_points) as double precision) as points from fact_sprint_event group by kind order by kind",
    );
    expect(Object.fromEntries(kinds.rows.map((row) => [row["kind"], row["points"]]))).toEqual({
      added: 3,
      committed: 26,
      done: 0,
      lowered: -1,
      raised: 2,
      removed: -5,
    });
  });

  it("follows an item that leaves, comes back, is reopened and re-estimated", async () => {
    const rows = await rowsOf(
      {
        sprint: [sprint],
        issue: [issue("A", 8)],
        issue_sprint: [member("A", before, june(3)), member("A", june(5))],
        issue_transition: [
          points("A", june(4), 3, 5),
          done("A", june(6)),
          points("A", june(7), 5, 8),
          reopened("A", june(8)),
          done("A", june(9)),
        ],
      },
      "select kind, occurred_at, scope_points, done_points from fact_sprint_event order by occurred_at, id",
    );
    expect(rows.map((row) => [row["kind"], row["scope_points"], row["done_points"]])).toEqual([
      ["committed", 3, 0],
      ["removed", -3, 0],
      ["added", 5, 0],
      ["done", 0, 5],
      ["raised", 3, 3],
      ["reopened", 0, -8],
      ["done", 0, 8],
    ]);
  });

  it("counts what was reopened after its removal as removed", async () => {
    const entities: Entities = {
      sprint: [sprint],
      issue: [issue("A", 5)],
      issue_sprint: [member("A", before, june(10))],
      issue_transition: [done("A", june(6)), reopened("A", june(12))],
    };
    const warehouse = await build(entities);
    const [item] = (await warehouse.query<Row>("select * from fact_sprint_issue")).rows;
    expect(item).toMatchObject({ outcome: "removed", is_removed: true, removed_points: 5, delivered_points: 0 });
    const { rows } = await warehouse.query<Row>(
      "select kind, scope_points, done_points from fact_sprint_event order by occurred_at, id",
    );
    expect(rows.map((row) => [row["kind"], row["scope_points"], row["done_points"]])).toEqual([
      ["committed", 5, 0],
      ["done", 0, 5],
      ["reopened", 0, -5],
      ["removed", -5, 0],
    ]);
  });

  it("reads a sprint that was never closed up to now, and makes no row of one that is to come", async () => {
    const rows = await rowsOf(
      {
        sprint: [
          { ...sprint, stateCategory: "active", completedAt: null },
          { id: "later", stateCategory: "future", startsAt: "2026-12-10T00:00:00Z" },
          { id: "dateless", stateCategory: "closed" },
        ],
        issue: [issue("A", 5), issue("B", 3)],
        issue_sprint: [
          member("A", before),
          member("B", before, june(20)),
          member("A", before, null, "later"),
          member("A", before, null, "dateless"),
        ],
      },
      "select * from fact_sprint order by id",
    );
    expect(rows.map(({ id }) => id)).toEqual(["dateless", "s"]);
    expect(rows[0]).toMatchObject({ flags: "no_dates", committed_points: null, committed_items: null, is_closed: true });
    expect(rows[1]).toMatchObject({ is_closed: false, state: "active", ended_at: "2026-12-01T00:00:00Z" });
    // removed after the planned end, which is no end
    expect(rows[1]).toMatchObject({ committed_points: 8, removed_points: 3, carried_items: 1 });
  });

  it("knows nothing of a sprint whose members have no dates", async () => {
    const rows = await rowsOf(
      { sprint: [sprint], issue: [issue("A", 5)], issue_sprint: [member("A", null)] },
      "select * from fact_sprint",
    );
    expect(rows).toMatchObject([
      { committed_points: null, delivered_items: null, unknown_items: 1, flags: "unknown_membership" },
    ]);
  });

  it("gives the planned dates where there are no others, and zero to an empty sprint only where membership has a history", async () => {
    const planned = { ...sprint, startedAt: null, completedAt: null };
    const rows = await rowsOf(
      {
        sprint: [planned, { ...planned, id: "t" }, { ...planned, id: "u", integrationId: "no-history" }],
        issue: [issue("A", 5)],
        issue_sprint: [member("A", before, null, "t")],
      },
      "select id, committed_points, delivered_items, unknown_items, flags from fact_sprint order by id",
    );
    expect(rows).toEqual([
      { id: "s", committed_points: 0, delivered_items: 0, unknown_items: 0, flags: null },
      { id: "t", committed_points: 5, delivered_items: 0, unknown_items: 0, flags: null },
      { id: "u", committed_points: null, delivered_items: null, unknown_items: 0, flags: "unknown_membership" },
    ]);
  });

  it("obeys the grace periods, early work and sub-tasks of the profile", async () => {
    const profile = (settings: Readonly<Record<string, number | boolean>>) => [{ settings }];
    const entities: Entities = {
      sprint: [sprint],
      issue: [issue("late", 5), issue("quick", 2), issue("sub", 1, { isSubtask: true }), issue("swept", 3)],
      issue_sprint: [
        member("late", june(1, "20:00:00")),
        member("quick", before),
        member("sub", before),
        member("swept", before, june(15, "08:50:00")),
      ],
      issue_transition: [done("quick", "2026-05-31T12:00:00Z")],
    };
    const sums =
      "select committed_points, added_points, removed_points, delivered_points, committed_items, carried_items from fact_sprint";
    expect(await rowsOf(entities, sums)).toEqual([
      { committed_points: 3, added_points: 5, removed_points: 3, delivered_points: 0, committed_items: 1, carried_items: 1 },
    ]);
    const settings = {
      "sprint.commit_grace_hours": 12,
      "sprint.early_done_days": 2,
      "sprint.close_grace_seconds": 900,
      "sprint.include_subtasks": true,
    };
    expect(await rowsOf({ ...entities, profile: profile(settings) }, sums)).toEqual([
      { committed_points: 11, added_points: 0, removed_points: 0, delivered_points: 2, committed_items: 4, carried_items: 3 },
    ]);
  });

  it("includes changes exactly at an instant and keeps negative estimates as they are said", async () => {
    const rows = await rowsOf(
      {
        sprint: [sprint],
        issue: [issue("A", 5), issue("B", -2), issue("C", 4)],
        issue_sprint: [member("A", start), member("B", before), member("C", before, start)],
        issue_transition: [points("A", start, 3, 4), points("A", end, 4, 5)],
      },
      "select issue_id, committed_points, raised_points, flags from fact_sprint_issue order by id",
    );
    // C left exactly at the start: it was never in it
    expect(rows).toEqual([
      { issue_id: "A", committed_points: 4, raised_points: 1, flags: null },
      { issue_id: "B", committed_points: -2, raised_points: 0, flags: "negative_estimate" },
    ]);
  });

  it("names the assignee at the end, and gives a sprint to the team of at least half of its items", async () => {
    const warehouse = await tester.build(
      engine,
      {
        ...people("ann", "ben"),
        sprint: [sprint],
        team: [{ id: "pay" }, { id: "core" }],
        team_member: [
          { teamId: "pay", personId: "person-ann" },
          { teamId: "core", personId: "person-ben" },
        ],
        issue: [
          issue("A", 1, { assigneeAccountId: "ann" }),
          issue("B", 1, { assigneeAccountId: "ann" }),
          issue("C", 1, { assigneeAccountId: "ben" }),
        ],
        issue_sprint: ["A", "B", "C"].map((id) => member(id, before)),
        issue_transition: [step("A", "assignee", june(20), { fromId: "ben", toId: "ann" })],
      },
      { steps: "calendar" },
    );
    const { rows } = await warehouse.query<Row>("select issue_id, assignee_id from fact_sprint_issue order by issue_id");
    expect(rows.map((row) => row["assignee_id"])).toEqual(["person-ben", "person-ann", "person-ben"]);
    const teams = await warehouse.query<Row>(
      "select fact, row_id, team_id from fact_team where basis = 'then' and fact like 'sprint%' order by fact, row_id",
    );
    expect(teams.rows.filter((row) => row["fact"] === "sprint")).toEqual([{ fact: "sprint", row_id: "s", team_id: "core" }]);
    expect(teams.rows.filter((row) => row["fact"] === "sprint_issue").map((row) => row["team_id"])).toEqual([
      "core",
      "pay",
      "core",
    ]);
  });
});
