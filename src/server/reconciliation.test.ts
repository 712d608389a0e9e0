import { setTimeout as after } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Integration } from "../workspace/integrations.ts";
import { noteReconciliation, readReconciliation } from "../workspace/reconciliations.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

let house: TestHouse;
let id: string;
beforeEach(async () => {
  house = await openTestHouse();
  id = await house.connect();
});
afterEach(() => house.close());

const read = async (query = "") => (await house.ask("GET", `/api/v1/integrations/${id}/reconciliation${query}`)).body;

async function reconcile(body: object = {}) {
  const { status, text } = await house.ask("POST", `/api/v1/integrations/${id}/reconcile`, body);
  expect(status, text).toBe(202);
  return finished();
}

async function finished() {
  for (;;) {
    const found = await read();
    if (found.state === "idle") return found;
    await after(20);
  }
}

/** Takes a thing away from the provider; answers how to put it back. */
function hide(scope: string, thing: number): () => void {
  const all = house.provider.things.get(scope)!;
  const found = all.find((one) => one.id === thing)!;
  house.provider.things.set(
    scope,
    all.filter((one) => one !== found),
  );
  return () => house.provider.things.set(scope, [...house.provider.things.get(scope)!, found]);
}

describe("completeness", { timeout: 120_000 }, () => {
  it("is unknown before the first comparison, proven by it, and shown by scope, stream and in the log", async () => {
    expect(await read()).toMatchObject({
      state: "never",
      total: 0,
      sentence: "Nothing has been compared with the vendor's lists yet.",
    });
    const show = hide("a", 7);
    await house.ingest(id);
    show();
    const found = await reconcile();
    expect(found).toMatchObject({
      outcome: "succeeded",
      error: null,
      sentence: "All 37 things that the vendor lists are stored.",
      totals: { expected: 37, stored: 37, missing: 1, healed: 1, candidates: 0, gone: 0, scopes: 3, differing: 0 },
      vanished: [],
    });
    expect(found.items.find(({ scope }: { scope: string }) => scope === "acme/a")).toMatchObject({
      stream: "things",
      expected: 25,
      stored: 25,
      missing: 1,
      healed: 1,
      state: "complete",
    });
    const { body: tasks } = await house.ask("GET", `/api/v1/integrations/${id}/tasks?kind=reconcile`);
    expect(tasks.items).toHaveLength(3);
    expect(tasks.items.find(({ scope }: { scope: string }) => scope === "acme/a")).toMatchObject({
      status: "succeeded",
      entities: 1,
    });
    const { body: streams } = await house.ask("GET", `/api/v1/integrations/${id}/streams`);
    expect(streams.items[0]).toMatchObject({ counted: { expected: 37, stored: 37, differing: 0 } });
    expect(streams.items[0].sentence).toBe("complete, 37 of 37 counted at the vendor");
  });

  it("differs while something is no longer listed, and holds again once that is known to be gone", async () => {
    await house.ingest(id);
    hide("a", 9);
    await reconcile();
    const { body: scopes } = await house.ask("GET", `/api/v1/integrations/${id}/streams/things`);
    expect(scopes.items.map(({ scope, state }: { scope: string; state: string }) => [scope, state])).toEqual([
      ["acme/a", "differs"],
      ["acme/b", "complete"],
      ["acme/old", "complete"],
    ]);
    const differing = await read("?differs=true");
    expect(differing).toMatchObject({ total: 1, sentence: "1 of 3 lists differ from what is stored." });
    expect(differing.items[0]).toMatchObject({ scope: "acme/a", candidates: 1, state: "differs" });
    expect(differing.items[0].remark).toMatch(
      /^1 no longer listed: deleted once 2 comparisons in a row, at least 30 minutes apart, have not found it\. The next one counts from .* UTC on\.$/,
    );
    expect(differing.rule).toContain("two comparisons in a row, at least 30 minutes apart");
    expect(await reconcile({ scopes: ["acme/a"] })).toMatchObject({ totals: { gone: 0, candidates: 1 } });
    house.provider.now = () => new Date(Date.now() + 31 * 60_000).toISOString();
    expect(await reconcile({ scopes: ["acme/a"] })).toMatchObject({ totals: { gone: 1, candidates: 0, differing: 0 } });
    expect(await read("?search=acme/b")).toMatchObject({ total: 1 });
    expect((await house.house.services.maintenance.rebuild({ isVerified: true })).isEqual).toBe(true);
  });

  it("goes on where it was interrupted, leaving out what was compared since it began", async () => {
    await house.ingest(id);
    await reconcile({ scopes: ["acme/a"] });
    const { context } = house.house;
    const began = new Date(Date.parse((await read()).startedAt) - 1).toISOString();
    await noteReconciliation(context.workspace, id, { startedAt: began, finishedAt: null, request: null });
    house.provider.calls.length = 0;
    await house.house.start();
    for (; (await readReconciliation(context.workspace, id)).finishedAt === null;) await after(20);
    const listed = house.provider.calls
      .filter(({ url }) => url.searchParams.get("size") === "1000")
      .map(({ url }) => url.pathname);
    expect(listed.sort()).toEqual(["/scopes/b/things", "/scopes/old/things"]);
  });

  it("says what is wrong with a request", async () => {
    const post = (body: object) => house.ask("POST", `/api/v1/integrations/${id}/reconcile`, body);
    await house.ingest(id);
    expect((await post({ streams: ["thinks"] })).body).toMatchObject({ code: "unknown_stream", hint: 'Did you mean "things"?' });
    expect((await post({ scopes: ["acme/c"] })).body).toMatchObject({ code: "unknown_scope" });
    const put = (everySeconds: number) => house.ask("PUT", `/api/v1/integrations/${id}/reconciliation`, { everySeconds });
    expect(await put(0)).toMatchObject({ status: 400, body: { fields: [{ path: "everySeconds" }] } });
    expect(await put(7200)).toMatchObject({ status: 200, body: { everySeconds: 7200 } });
    const { body: audit } = await house.ask("GET", `/api/v1/audit?subjectId=${id}`);
    expect(audit.items[0]).toMatchObject({ changes: { reconcileEverySeconds: { before: 86_400, after: 7200 } } });
    await house.ask("POST", `/api/v1/integrations/${id}/pause`);
    expect((await post({})).status).toBe(409);
    expect((await read()).nextAt).toBeNull();
  });

  it("names chosen scopes that the credential no longer shows, keeps their rows, and takes nothing of them for deleted", async () => {
    await house.ingest(id);
    const kept = house.provider.things.get("b")!;
    house.provider.things.delete("b");
    await house.house.context.workspace.db.updateTable("integration").set({ scopesDiscoveredAt: null }).execute();
    await house.ingest(id);
    const { body } = await house.ask("GET", `/api/v1/integrations/${id}`);
    expect(body.status).toBe("HEALTHY");
    expect(body.statusReason).toBe(
      "1 chosen scope is no longer visible to the credential: acme/b. What was read of it is kept; everything else was read.",
    );
    expect(await reconcile()).toMatchObject({ vanished: [{ scope: "acme/b" }], totals: { scopes: 2 } });
    const { rows } = await house.house.context.warehouse.query("select 1 as one from account_group where deleted_at is null");
    expect(rows).toHaveLength(25 + kept.length);
  });
});

describe("the next comparison", { timeout: 120_000 }, () => {
  const integration = (more: Partial<Integration>) =>
    ({ id: "acme", lifecycle: "active", lastSuccessAt: "2026-03-01T10:00:00.000Z", ...more }) as Integration;
  const never = {
    everySeconds: 86_400,
    requestedAt: null,
    request: null,
    startedAt: null,
    finishedAt: null,
    outcome: null,
    error: null,
  };
  const nextAt = (more: Partial<Integration>, state: object = {}) =>
    house.house.context.reconciler.nextAt(integration(more), { ...never, ...state });

  it("follows the first success within the hour, and then comes about daily, spread over the day", () => {
    expect(nextAt({ lastSuccessAt: null })).toBeNull();
    const first = Date.parse(nextAt({})!) - Date.parse("2026-03-01T10:00:00Z");
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThanOrEqual(3_600_000);
    const finishedAt = "2026-03-01T12:00:00.000Z";
    const hours = Array.from({ length: 60 }, (_, n) => {
      const next = nextAt({ id: `acme-${n}` }, { startedAt: finishedAt, finishedAt })!;
      const later = (Date.parse(next) - Date.parse(finishedAt)) / 3_600_000;
      expect(later).toBeGreaterThanOrEqual(12);
      expect(later).toBeLessThanOrEqual(36);
      const after24 = nextAt({ id: `acme-${n}` }, { startedAt: next, finishedAt: next })!;
      expect(Date.parse(after24) - Date.parse(next)).toBe(86_400_000);
      return new Date(next).getUTCHours();
    });
    expect(new Set(hours).size).toBeGreaterThan(15);
  });
});
