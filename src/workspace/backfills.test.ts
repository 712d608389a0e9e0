import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createTestDatabase, postgresUrl } from "../../test/postgres.ts";
import { listAudit, type Actor } from "./audit.ts";
import {
  changeBackfill,
  createBackfill,
  getBackfill,
  listBackfills,
  moveBackfill,
  noteBackfill,
  openBackfills,
  retryBackfillsNow,
  type NewBackfill,
} from "./backfills.ts";
import { beginDeletion, concludeDeletion, requestDeletion } from "./integration-deletions.ts";
import { chooseScopes, saveDiscovery, type FoundScope } from "./integration-scopes.ts";
import { changeIntegration, createIntegration } from "./integrations.ts";
import { openWorkspace, type Workspace } from "./open.ts";
import { everything } from "./selection.ts";

const ann: Actor = { kind: "user", id: "ann", name: "Ann" };
const since = "2024-01-01T00:00:00Z";
const engines = postgresUrl ? (["sqlite", "postgres"] as const) : (["sqlite"] as const);

describe.each(engines)("backfills on %s", (engine) => {
  let home: string;
  let workspace: Workspace;
  let drop = async () => {};
  let url: string | undefined;
  let clock = 0;
  const open = () => openWorkspace({ home, databaseUrl: url, now: () => new Date(clock).toISOString() });
  const add = (name = "one") =>
    createIntegration(workspace, ann, {
      connector: "acme",
      name,
      description: null,
      tags: [],
      config: {},
      secrets: {},
      backfillSince: since,
      everySeconds: 300,
      selection: everything,
    });
  const wanted = (more: Partial<NewBackfill> = {}): NewBackfill => ({
    ...({
      integrationId: "one",
      mode: "again",
      order: "oldest-first",
    } as const),
    streams: ["pulls"],
    scopes: null,
    since,
    until: "2024-06-01T00:00:00Z",
    priority: 2,
    maxShare: 0.25,
    forecast: { basis: "unknown" },
    ...more,
  });
  const scope = (name: string, isArchived = false): FoundScope => ({
    id: name,
    name,
    kind: "repository",
    url: null,
    isArchived,
    isFork: false,
    attributes: {},
  });
  const statuses = async () => (await listBackfills(workspace, "one")).map(({ status }) => status);

  beforeEach(async () => {
    clock = Date.parse("2026-05-04T10:00:00Z");
    home = await mkdtemp(join(tmpdir(), "leadline-backfills-"));
    if (engine === "postgres") ({ url, drop } = await createTestDatabase());
    workspace = await open();
  });
  afterEach(async () => {
    await workspace.close();
    await drop();
    await rm(home, { recursive: true, force: true });
  });

  it("begin with the integration, follow the day people choose, and go with it", async () => {
    await add();
    expect(await listBackfills(workspace)).toMatchObject([
      { integrationId: "one", isAutomatic: true, mode: "fill", since, scopes: null, status: "scheduled", maxShare: 0.5 },
    ]);
    await changeIntegration(workspace, ann, { id: "one", patch: { backfillSince: null } });
    expect(await listBackfills(workspace)).toMatchObject([{ since: null }]);
    const [first] = await listBackfills(workspace);
    await noteBackfill(workspace, first!.id, { status: "succeeded" });
    await changeIntegration(workspace, ann, { id: "one", patch: { tags: ["x"] } });
    expect(await listBackfills(workspace)).toHaveLength(1);
    clock += 1000;
    await changeIntegration(workspace, ann, { id: "one", patch: { backfillSince: since } });
    expect(await openBackfills(workspace, "one")).toMatchObject([{ scopes: null, isAutomatic: true, since }]);
    await requestDeletion(workspace, ann, { id: "one", beginsAt: workspace.now() });
    expect(await beginDeletion(workspace, "one")).toBe(true);
    await concludeDeletion(workspace, ann, { id: "one", scanned: { tables: 1, columns: 1, files: 0, left: [] } });
    expect(await listBackfills(workspace)).toEqual([]);
  });

  it("are made for scopes that are chosen later, once each, and end with the choice", async () => {
    await add();
    const choose = (...include: string[]) => chooseScopes(workspace, ann, { id: "one", selection: { ...everything, include } });
    const own = async () => (await openBackfills(workspace, "one")).map((one) => [one.scopes, one.since, one.status]);
    await choose("a", "new-*");
    await saveDiscovery(workspace, "one", [scope("a"), scope("b"), scope("c"), scope("new-1")]);
    await choose("a", "b", "new-*");
    expect(await own()).toEqual([[null, since, "scheduled"]]);
    const [first] = await listBackfills(workspace, "one");
    // Planned without what is chosen from now on.
    await noteBackfill(workspace, first!.id, { status: "running" });
    await choose("a", "b", "c", "new-*");
    await noteBackfill(workspace, first!.id, { status: "succeeded" });
    expect(await own()).toEqual([[["c"], since, "scheduled"]]);

    clock += 1000;
    await saveDiscovery(workspace, "one", [scope("a"), scope("b"), scope("c"), scope("new-1"), scope("new-2")]);
    await saveDiscovery(workspace, "one", [scope("a"), scope("b"), scope("c"), scope("new-1"), scope("new-2")]);
    expect(await own()).toEqual([
      [["c"], since, "scheduled"],
      [["new-2"], since, "scheduled"],
    ]);
    await choose("a", "b", "new-*");
    expect(await own()).toEqual([[["new-2"], since, "scheduled"]]);
    clock += 1000;
    await choose("a", "b", "c", "new-*");
    clock += 1000;
    await changeIntegration(workspace, ann, { id: "one", patch: { backfillSince: null } });
    expect(await own()).toEqual([
      [["new-2"], null, "scheduled"],
      [["c"], null, "scheduled"],
      [null, null, "scheduled"],
    ]);
  });

  it("are made for a scope that is seen again, or wanted since it is no longer archived", async () => {
    await add();
    const [first] = await listBackfills(workspace, "one");
    await chooseScopes(workspace, ann, { id: "one", selection: { ...everything, isWithArchived: false } });
    await saveDiscovery(workspace, "one", [scope("a"), scope("b"), scope("c", true)]);
    await moveBackfill(workspace, ann, { integrationId: "one", id: first!.id, move: "cancel" });
    await saveDiscovery(workspace, "one", [scope("a"), scope("c", true)]);
    expect(await openBackfills(workspace, "one")).toEqual([]);
    await saveDiscovery(workspace, "one", [scope("a"), scope("b"), scope("c")]);
    expect(await openBackfills(workspace, "one")).toMatchObject([{ scopes: ["b", "c"] }]);
  });

  it("are kept with everything people said, over a restart too", async () => {
    await add();
    const made = await createBackfill(workspace, ann, wanted());
    await workspace.close();
    workspace = await open();
    expect(await getBackfill(workspace, "one", made.id)).toEqual({
      ...wanted(),
      id: made.id,
      status: "scheduled",
      isAutomatic: false,
      actuals: null,
      failures: 0,
      nextAttemptAt: null,
      createdBy: "Ann",
      createdAt: "2026-05-04T10:00:00.000Z",
      updatedAt: "2026-05-04T10:00:00.000Z",
      startedAt: null,
      finishedAt: null,
      error: null,
    });
    await expect(getBackfill(workspace, "two", made.id)).rejects.toMatchObject({ code: "unknown_backfill", status: 404 });
    const { items } = await listAudit(workspace, { subject: "integration", subjectId: "one", limit: 9 });
    expect(items.map(({ action }) => action)).toContain("backfill.create");
  });

  it("are paused, resumed and cancelled, once each, and never after their end", async () => {
    await add();
    const { id } = await createBackfill(workspace, ann, wanted());
    const move = (to: "pause" | "resume" | "cancel") => moveBackfill(workspace, ann, { integrationId: "one", id, move: to });
    expect(await move("pause")).toMatchObject({ status: "paused" });
    const audits = (await listAudit(workspace, { limit: 99 })).total;
    expect(await move("pause")).toMatchObject({ status: "paused" });
    expect((await listAudit(workspace, { limit: 99 })).total).toBe(audits);
    expect(await move("resume")).toMatchObject({ status: "scheduled" });
    expect(await changeBackfill(workspace, ann, { integrationId: "one", id, priority: 1 })).toMatchObject({
      priority: 1,
      maxShare: 0.25,
    });
    expect(await move("cancel")).toMatchObject({ status: "cancelled", finishedAt: "2026-05-04T10:00:00.000Z" });
    await expect(move("resume")).rejects.toMatchObject({ code: "backfill_has_ended", status: 409 });
    await expect(changeBackfill(workspace, ann, { integrationId: "one", id, priority: 1 })).rejects.toMatchObject({
      code: "backfill_has_ended",
    });
  });

  it("keep what people decided while a run was ending", async () => {
    await add();
    const { id } = await createBackfill(workspace, ann, wanted());
    expect(await noteBackfill(workspace, id, { status: "running" }, ["scheduled"])).toBe(true);
    await moveBackfill(workspace, ann, { integrationId: "one", id, move: "pause" });
    expect(await noteBackfill(workspace, id, { status: "succeeded", actuals: { records: 3 } }, ["running"])).toBe(false);
    await noteBackfill(workspace, id, { actuals: { records: 4 } });
    expect(await getBackfill(workspace, "one", id)).toMatchObject({ status: "paused", actuals: { records: 4 } });
  });

  it("that failed wait for their next attempt, or for a new credential", async () => {
    await add();
    const { id } = await createBackfill(workspace, ann, wanted());
    await noteBackfill(workspace, id, {
      status: "failed",
      failures: 3,
      nextAttemptAt: "2026-05-04T16:00:00Z",
      error: { code: "x" },
    });
    await retryBackfillsNow(workspace, "one");
    expect(await getBackfill(workspace, "one", id)).toMatchObject({ nextAttemptAt: "2026-05-04T10:00:00.000Z", failures: 3 });
    expect(await moveBackfill(workspace, ann, { integrationId: "one", id, move: "resume" })).toMatchObject({
      failures: 0,
      error: null,
    });
    expect(await statuses()).toContain("scheduled");
  });

  it("are made for integrations of an older data folder", async () => {
    await add();
    const { db } = workspace;
    const later = ["backfill", "forecast", "webhookEndpoint", "webhookDelivery", "reconciliation", "integrationDeletion"];
    for (const name of [...later, "integrationWatch", "notificationChannel", "notification", "lease"])
      await db.schema.dropTable(name).execute();
    await db.schema.alterTable("integrationSecret").dropColumn("leasedUntil").execute();
    const table = engine === "postgres" ? sql.table("workspace.schema_migration") : sql.table("schema_migration");
    await sql`delete from ${table} where name > '001_workspace'`.execute(db);
    await workspace.close();
    workspace = await open();
    expect(await listBackfills(workspace)).toMatchObject([
      { integrationId: "one", since, status: "scheduled", isAutomatic: true },
    ]);
  });
});
