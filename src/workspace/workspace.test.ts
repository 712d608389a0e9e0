import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createTestDatabase, postgresUrl } from "../../test/postgres.ts";
import { createToken, listTokens, revokeToken, useToken } from "./api-tokens.ts";
import { listAudit, type Actor } from "./audit.ts";
import { listCalendars } from "./calendars.ts";
import { listForecasts, saveActual, saveForecast } from "./forecasts.ts";
import { cancelAbandoned, dropTask, listTasks, saveTask, type LiveTask } from "./ingestion-tasks.ts";
import { beginDeletion, cancelDeletion, concludeDeletion, findDeletion, requestDeletion } from "./integration-deletions.ts";
import { chooseScopes, countScopes, listScopes, saveDiscovery, type FoundScope } from "./integration-scopes.ts";
import { useSecrets } from "./integration-secrets.ts";
import {
  changeIntegration,
  createIntegration,
  getIntegration,
  listIntegrations,
  noteRun,
  setLifecycle,
  type NewIntegration,
} from "./integrations.ts";
import { openWorkspace, type Workspace } from "./open.ts";
import { listProfiles } from "./profiles.ts";
import { changeProject, createProject, deleteProject, getProject, listProjects, mapIntegrations } from "./projects.ts";
import { everything } from "./selection.ts";
import { closeSession, makeSignInLink, openSession, userOfSession } from "./sessions.ts";
import { rotateSecret } from "./secret-rotation.ts";
import { readSetting, writeSetting } from "./settings.ts";

const SECRET = "tok_planted_secret_7f3a";
const ann: Actor = { kind: "user", id: "ann", name: "Ann" };
const input = (name: string, more: Partial<NewIntegration> = {}): NewIntegration => ({
  connector: "acme",
  name,
  description: null,
  tags: ["eu"],
  config: { url: "https://acme.example.com" },
  secrets: { token: SECRET },
  backfillSince: "2024-01-01T00:00:00Z",
  everySeconds: 300,
  selection: everything,
  ...more,
});
const found = (id: string, name: string, more: Partial<FoundScope> = {}): FoundScope => ({
  id,
  name,
  kind: "repository",
  url: null,
  isArchived: false,
  isFork: false,
  attributes: { node: `N${id}` },
  ...more,
});

const engines = postgresUrl ? (["sqlite", "postgres"] as const) : (["sqlite"] as const);

describe.each(engines)("workspace on %s", (engine) => {
  let home: string;
  let workspace: Workspace;
  let drop = async () => {};
  let url: string | undefined;
  let clock = Date.parse("2026-05-04T10:00:00Z");
  const open = () => openWorkspace({ home, databaseUrl: url, now: () => new Date(clock).toISOString() });

  beforeEach(async () => {
    clock = Date.parse("2026-05-04T10:00:00Z");
    home = await mkdtemp(join(tmpdir(), "leadline-workspace-"));
    if (engine === "postgres") ({ url, drop } = await createTestDatabase());
    workspace = await open();
  });
  afterEach(async () => {
    await workspace.close();
    await drop();
    await rm(home, { recursive: true, force: true });
  });

  it("keeps forecasts with what came of them, the newest fifty, and forgets them with the integration", async () => {
    const { id: integrationId } = await createIntegration(workspace, ann, input("Acme"));
    const forecast = {
      calls: 20,
      points: 80,
      records: 1000,
      seconds: null,
      secondsLow: null,
      secondsHigh: null,
      basis: "counted",
    };
    for (let run = 0; run < 52; run++)
      await saveForecast(workspace, { id: `run-${String(run).padStart(2, "0")}`, integrationId, subject: "run", forecast });
    const actual = { calls: 21, points: 84, records: 1004, seconds: 12.5 };
    const kept = await listForecasts(workspace, integrationId);
    expect(kept).toHaveLength(50);
    await saveActual(workspace, kept[0]!.id, { actual, outcome: "succeeded" });
    expect((await listForecasts(workspace, integrationId)).find(({ id }) => id === kept[0]!.id)).toMatchObject({
      subject: "run",
      forecast,
      actual,
      outcome: "succeeded",
      finishedAt: expect.any(String),
    });
    await requestDeletion(workspace, ann, { id: integrationId, beginsAt: workspace.now() });
    expect(await beginDeletion(workspace, integrationId)).toBe(true);
    await concludeDeletion(workspace, ann, { id: integrationId, scanned: { tables: 1, columns: 1, files: 0, left: [] } });
    expect(await listForecasts(workspace, integrationId)).toEqual([]);
  });

  it("keeps integrations with an id that outlives every rename", async () => {
    const made = await createIntegration(workspace, ann, input("Acme: GitHub"));
    expect(made).toMatchObject({
      id: "acme-github",
      lifecycle: "active",
      status: "UNKNOWN",
      config: { url: "https://acme.example.com" },
    });
    await changeIntegration(workspace, ann, { id: made.id, patch: { name: "Code", tags: [] } });
    const again = await createIntegration(workspace, ann, input("acme github"));
    expect(again.id).toBe("acme-github-2");
    await workspace.close();
    workspace = await open();
    expect((await listIntegrations(workspace)).map(({ id, name }) => [id, name])).toEqual([
      ["acme-github-2", "acme github"],
      ["acme-github", "Code"],
    ]);
    await expect(createIntegration(workspace, ann, input(" CODE "))).rejects.toMatchObject({ code: "name_taken", status: 409 });
    await expect(getIntegration(workspace, "nothing")).rejects.toMatchObject({ code: "unknown_integration" });
    expect((await createIntegration(workspace, ann, input("Leadline"))).id).toBe("leadline-2");
    expect((await createIntegration(workspace, ann, input("支付"))).id).toBe("acme");
  });

  it("seals secrets, binds them to their row, and never shows them", async () => {
    const { id } = await createIntegration(workspace, ann, input("one"));
    await createIntegration(workspace, ann, input("two", { secrets: { token: "another" } }));
    expect(await useSecrets(workspace, id)).toEqual({ token: SECRET });
    const stored = await workspace.db.selectFrom("integrationSecret").selectAll().execute();
    expect(JSON.stringify([stored, await listAudit(workspace, { limit: 50 }), await listIntegrations(workspace)])).not.toContain(
      SECRET,
    );
    clock += 1000;
    await changeIntegration(workspace, ann, { id, patch: { secrets: { token: "rotated" } } });
    expect(await useSecrets(workspace, id)).toEqual({ token: "rotated" });
    expect((await getIntegration(workspace, id)).secrets).toMatchObject([
      { field: "token", rotatedAt: "2026-05-04T10:00:01.000Z" },
    ]);

    const [one, two] = stored;
    await workspace.db.updateTable("integrationSecret").set({ sealed: two!.sealed }).where("id", "=", one!.id).execute();
    await expect(useSecrets(workspace, one!.integrationId)).rejects.toMatchObject({ code: "secret_unreadable" });
  });

  it("replaces a secret by one exchange at a time, and keeps it when the exchange fails", async () => {
    const { id } = await createIntegration(workspace, ann, input("one"));
    const place = { integrationId: id, field: "token" };
    await expect(rotateSecret(workspace, place, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await useSecrets(workspace, id)).toEqual({ token: SECRET });
    let running = 0;
    const next = async (current: string) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
      return { rotated: `${current}+` };
    };
    const both = [rotateSecret(workspace, place, next), rotateSecret(workspace, place, next)];
    expect((await Promise.all(both)).map(({ rotated }) => rotated).toSorted()).toEqual([`${SECRET}+`, `${SECRET}++`]);
    expect(await useSecrets(workspace, id)).toEqual({ token: `${SECRET}++` });
    const typed = async () => {
      await changeIntegration(workspace, ann, { id, patch: { secrets: { token: "typed meanwhile" } } });
      return { rotated: "late" };
    };
    await rotateSecret(workspace, place, typed);
    expect(await useSecrets(workspace, id)).toEqual({ token: "typed meanwhile" });
  });

  it("goes on with the secret of a process that died while it exchanged it, once its lease has ended", async () => {
    const { id } = await createIntegration(workspace, ann, input("one"));
    await workspace.db.updateTable("integrationSecret").set({ leasedUntil: "2026-05-04T10:01:59Z" }).execute();
    const used: string[] = [];
    const waiting = rotateSecret(workspace, { integrationId: id, field: "token" }, async (current) => {
      used.push(current);
      return { rotated: "next" };
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(used).toEqual([]);
    clock += 120_000;
    await waiting;
    expect(used).toEqual([SECRET]);
    expect(await useSecrets(workspace, id)).toEqual({ token: "next" });
  });

  it("says so when another key is in use", async () => {
    const { id } = await createIntegration(workspace, ann, input("one"));
    await workspace.close();
    workspace = await openWorkspace({ home, databaseUrl: url, secretKey: Buffer.alloc(32, 7).toString("base64") });
    await expect(useSecrets(workspace, id)).rejects.toMatchObject({ code: "secret_unreadable" });
    await expect(openWorkspace({ home, databaseUrl: url, secretKey: "short" })).rejects.toMatchObject({ code: "bad_secret_key" });
  });

  it("writes the key file for the owner alone", async () => {
    expect((await stat(join(home, "secret.key"))).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await readFile(join(home, "secret.key"), "utf8"), "base64")).toHaveLength(32);
  });

  it("audits every change in its own transaction, and nothing when nothing changed", async () => {
    const { id } = await createIntegration(workspace, ann, input("one"));
    clock += 1000;
    await changeIntegration(workspace, ann, { id, patch: { name: "one", tags: ["eu"] } });
    await changeIntegration(workspace, ann, { id, patch: { everySeconds: 600 } });
    clock += 1000;
    await setLifecycle(workspace, ann, { id, lifecycle: "paused" });
    const { items, total } = await listAudit(workspace, { limit: 2 });
    expect(total).toBe(3);
    expect(items.map(({ action, changes }) => [action, JSON.parse(changes)])).toEqual([
      ["integration.pause", { lifecycle: { before: "active", after: "paused" } }],
      ["integration.change", { everySeconds: { before: 300, after: 600 } }],
    ]);
    await expect(createIntegration(workspace, ann, input("one"))).rejects.toThrow();
    expect((await listAudit(workspace, { limit: 50 })).total).toBe(3);
    const page = await listAudit(workspace, { limit: 2 });
    expect((await listAudit(workspace, { limit: 2, cursor: page.nextCursor! })).items.map((row) => row.action)).toEqual([
      "integration.create",
    ]);
  });

  it("keeps the choice of scopes through renames, and vanished ones by name", async () => {
    const { id } = await createIntegration(
      workspace,
      ann,
      input("one", { selection: { ...everything, include: ["acme/pay", "acme/w*"], exclude: ["*/web-old"] } }),
    );
    await saveDiscovery(workspace, id, [
      found("1", "acme/pay"),
      found("2", "acme/web"),
      found("3", "acme/web-old"),
      found("4", "acme/core"),
    ]);
    const chosen = async () => (await listScopes(workspace, id)).filter((scope) => scope.selectedBy).map((scope) => scope.name);
    expect(await chosen()).toEqual(["acme/pay", "acme/web"]);
    await saveDiscovery(workspace, id, [found("1", "acme/payments"), found("4", "acme/core")]);
    expect(await listScopes(workspace, id)).toMatchObject([
      { name: "acme/core", selectedBy: null },
      { name: "acme/payments", selectedBy: "acme/payments", isVanished: false, attributes: { node: "N1" } },
      { name: "acme/web", selectedBy: "acme/w*", isVanished: true },
    ]);
    expect((await getIntegration(workspace, id)).selection.include).toEqual(["acme/payments", "acme/w*"]);
    await chooseScopes(workspace, ann, { id, selection: { ...everything, include: ["acme/core"] } });
    expect(await chosen()).toEqual(["acme/core"]);
    expect(await countScopes(workspace)).toEqual(new Map([[id, { known: 3, selected: 1 }]]));
  });

  it("maps integrations to projects and forgets what is deleted", async () => {
    const a = await createIntegration(workspace, ann, input("a"));
    const b = await createIntegration(workspace, ann, input("b"));
    const pay = await createProject(workspace, ann, { name: "Payments" });
    expect(pay).toMatchObject({ key: "payments", integrations: [] });
    await mapIntegrations(workspace, ann, { key: pay.key, integrations: [b.id, a.id, a.id] });
    expect((await getProject(workspace, "payments")).integrations).toEqual(["a", "b"]);
    await expect(mapIntegrations(workspace, ann, { key: pay.key, integrations: ["zzz"] })).rejects.toMatchObject({
      code: "unknown_integration",
    });
    expect((await getProject(workspace, "payments")).integrations).toEqual(["a", "b"]);
    await changeProject(workspace, ann, { key: "payments", patch: { name: "Pay" } });
    await expect(createProject(workspace, ann, { name: "X", key: "Not A Key" })).rejects.toMatchObject({ code: "bad_key" });
    await expect(createProject(workspace, ann, { name: "X", key: "payments" })).rejects.toMatchObject({ code: "key_taken" });
    await requestDeletion(workspace, ann, { id: a.id, beginsAt: workspace.now() });
    await expect(changeIntegration(workspace, ann, { id: a.id, patch: { name: "c" } })).rejects.toMatchObject({
      code: "integration_is_being_deleted",
    });
    expect(await beginDeletion(workspace, a.id)).toBe(true);
    const scanned = { tables: 1, columns: 1, files: 0, left: [] };
    const proof = await concludeDeletion(workspace, ann, { id: a.id, scanned });
    expect(proof).toMatchObject({ left: [] });
    expect(proof.tables).toBeGreaterThan(10);
    expect((await getProject(workspace, "payments")).integrations).toEqual(["b"]);
    expect(await workspace.db.selectFrom("integrationSecret").select("integrationId").execute()).toEqual([
      { integrationId: "b" },
    ]);
    await deleteProject(workspace, ann, "payments");
    expect(await listProjects(workspace)).toEqual([]);
  });

  it("takes a deletion back until it has begun, and not when its time has not come", async () => {
    const { id } = await createIntegration(workspace, ann, input("one"));
    await setLifecycle(workspace, ann, { id, lifecycle: "paused" });
    await requestDeletion(workspace, ann, { id, beginsAt: new Date(Date.parse(workspace.now()) + 5000).toISOString() });
    expect(await getIntegration(workspace, id)).toMatchObject({ lifecycle: "deleting" });
    expect(await beginDeletion(workspace, id)).toBe(false);
    await cancelDeletion(workspace, ann, id);
    expect(await getIntegration(workspace, id)).toMatchObject({ lifecycle: "paused" });
    expect(await beginDeletion(workspace, id)).toBe(false);
    await expect(cancelDeletion(workspace, ann, id)).rejects.toMatchObject({ code: "not_being_deleted" });
    await requestDeletion(workspace, ann, { id, beginsAt: workspace.now() });
    await expect(requestDeletion(workspace, ann, { id, beginsAt: workspace.now() })).rejects.toMatchObject({
      code: "integration_is_being_deleted",
    });
    expect(await beginDeletion(workspace, id)).toBe(true);
    await expect(cancelDeletion(workspace, ann, id)).rejects.toMatchObject({ code: "deletion_begun" });
    const left = [{ place: "warehouse account.id", rows: 3 }];
    await expect(
      concludeDeletion(workspace, ann, { id, scanned: { tables: 1, columns: 1, files: 0, left } }),
    ).rejects.toMatchObject({ code: "deletion_incomplete", message: expect.stringContaining("3 in warehouse account.id") });
    expect(await findDeletion(workspace, id)).toMatchObject({ finishedAt: null, proof: null });
    expect(await getIntegration(workspace, id)).toMatchObject({ lifecycle: "deleting" });
  });

  it("notes runs without an audit row, and since when a status holds", async () => {
    const { id } = await createIntegration(workspace, ann, input("one"));
    clock += 5000;
    await noteRun(workspace, id, {
      status: "FAILED",
      statusReason: "No.",
      error: { code: "x", title: "No.", detail: null, hint: "Do." },
    });
    clock += 5000;
    await noteRun(workspace, id, { status: "FAILED", statusReason: "Still no." });
    expect(await getIntegration(workspace, id)).toMatchObject({
      status: "FAILED",
      statusReason: "Still no.",
      statusSince: "2026-05-04T10:00:05.000Z",
      error: { code: "x", hint: "Do." },
    });
    expect((await listAudit(workspace, { limit: 9 })).total).toBe(1);
  });

  it("opens one session per link, within the hour, for a user that is not disabled", async () => {
    const key = await makeSignInLink(workspace);
    const opened = await openSession(workspace, key);
    expect(opened?.user).toEqual({ id: "owner", name: "Owner", role: "owner" });
    expect(await openSession(workspace, key)).toBeNull();
    expect(await userOfSession(workspace, opened!.cookie)).toEqual(opened!.user);
    expect(await userOfSession(workspace, "other")).toBeNull();
    const late = await makeSignInLink(workspace);
    clock += 3_600_001;
    expect(await openSession(workspace, late)).toBeNull();
    await closeSession(workspace, opened!.cookie);
    expect(await userOfSession(workspace, opened!.cookie)).toBeNull();
    const third = await openSession(workspace, await makeSignInLink(workspace));
    await workspace.db.updateTable("user").set({ disabledAt: "2026-05-04T10:00:00Z" }).execute();
    expect(await userOfSession(workspace, third!.cookie)).toBeNull();
  });

  it("stores tokens as hashes, with an end", async () => {
    const made = await createToken(workspace, ann, { name: "ci", role: "viewer", expiresAt: "2026-05-04T11:00:00.000Z" });
    expect(
      JSON.stringify([await workspace.db.selectFrom("apiToken").selectAll().execute(), await listAudit(workspace, { limit: 9 })]),
    ).not.toContain(made.token);
    expect(await useToken(workspace, made.token)).toMatchObject({ name: "ci", role: "viewer" });
    expect((await listTokens(workspace))[0]).toMatchObject({ usedAt: "2026-05-04T10:00:00.000Z" });
    clock += 3_600_000;
    expect(await useToken(workspace, made.token)).toBeNull();
    const other = await createToken(workspace, ann, { name: "x", role: "owner", expiresAt: null });
    await revokeToken(workspace, ann, other.id);
    expect(await useToken(workspace, other.token)).toBeNull();
    await expect(revokeToken(workspace, ann, other.id)).rejects.toMatchObject({ code: "unknown_token" });
  });

  it("shows what an ended process left running as cancelled", async () => {
    const task: LiveTask = {
      id: "t1",
      integrationId: "one",
      kind: "refresh",
      stream: "pulls",
      scopeId: "1",
      status: "running",
      scheduledAt: "2026-05-04T10:00:00Z",
      attempts: 1,
      retries: 0,
      requests: 1,
      records: 2,
      entities: 3,
      unchanged: 0,
      skipped: 0,
      quarantined: 0,
      tombstoned: 0,
      waitedSeconds: 0.5,
    };
    await saveTask(workspace, task);
    await saveTask(workspace, { ...task, records: 7 });
    expect(await listTasks(workspace, "one")).toEqual([{ ...task, records: 7 }]);
    expect(await cancelAbandoned(workspace)).toBe(1);
    expect(await listTasks(workspace)).toMatchObject([{ status: "cancelled", errorCode: "process_ended", records: 7 }]);
    await dropTask(workspace, "t1");
    expect(await listTasks(workspace)).toEqual([]);
  });

  it("has a profile, a calendar and settings from the start", async () => {
    expect(await listProfiles(workspace)).toEqual(await listProfiles(workspace));
    expect((await listProfiles(workspace))[0]).toMatchObject({ id: "default", version: 1, settings: { timezone: "UTC" } });
    expect(await listCalendars(workspace)).toEqual([]);
    expect(await readSetting(workspace, "x")).toBeNull();
    await writeSetting(workspace, "x", { a: [1] });
    await writeSetting(workspace, "x", { a: [2] });
    expect(await readSetting(workspace, "x")).toEqual({ a: [2] });
    expect(await workspace.integrity()).toEqual([]);
  });

  it("starts together with another process on a fresh database", async () => {
    if (engine === "sqlite") return;
    const fresh = await createTestDatabase();
    const both = await Promise.all([1, 2].map(() => openWorkspace({ home, databaseUrl: fresh.url })));
    for (const one of both) await one.close();
    await fresh.drop();
  });
});

it("names the file that is no workspace", async () => {
  const home = await mkdtemp(join(tmpdir(), "leadline-workspace-"));
  await writeFile(join(home, "workspace.sqlite"), "this is no database, ".repeat(100));
  await expect(openWorkspace({ home })).rejects.toMatchObject({ code: "workspace_damaged" });
  await rm(home, { recursive: true });
});
