import { describe, expect, it } from "vitest";

import type { Answer, Api, Scope } from "../../../ingest/connector.ts";
import { config } from "../config.ts";
import { notFound } from "../problems.ts";
import { joinJobs } from "./jobs.ts";
import type { RawRun } from "./run-list.ts";

const scope: Scope = { id: "1001", name: "acme/pay", kind: "repository" };
const answer = (body: unknown): Answer => ({ request: "-", status: 200, receivedAt: "2026-03-03T15:00:00Z", headers: {}, body });

/** A GitHub that knows these suites, attempts and jobs; what it does not know is gone. */
function reading(known: {
  suites?: readonly unknown[];
  attempts?: Record<string, RawRun>;
  jobs?: Record<string, readonly object[]>;
}) {
  const asked: string[] = [];
  const api: Api = {
    async get(path) {
      asked.push(path.replace("/repos/acme/pay/actions/runs/", ""));
      const [, run, attempt, wanted] = /runs\/(\d+)\/attempts\/(\d+)(\/jobs)?/.exec(path)!;
      const found = wanted ? known.jobs?.[`${run}/${attempt}`] : known.attempts?.[`${run}/${attempt}`];
      if (!found) throw notFound(path);
      return answer(wanted ? { jobs: found } : found);
    },
    post: async () => answer({ data: { nodes: known.suites ?? [] } }),
    pageSize: (_name, { start }) => ({ current: start, ask: (request) => request(start) }),
  };
  return { asked, reading: { api, scope, config: config.parse({ token: "made-up-token-of-acme" }) } };
}

const run = (attempt: number, startedAt: string): RawRun => ({
  id: 7,
  created_at: "2026-03-03T08:00:00Z",
  run_attempt: attempt,
  run_started_at: startedAt,
  check_suite_node_id: "CS_7",
});
const first = run(1, "2026-03-03T08:00:00Z");
const second = run(2, "2026-03-03T09:00:00Z");
const check = (name: string, startedAt: string | null) => ({ id: name, name, startedAt });
const suite = (...checks: readonly object[]) => ({
  id: "CS_7",
  checkRuns: { totalCount: checks.length, pageInfo: { hasNextPage: false }, nodes: checks },
});

describe("jobs of a run", () => {
  it("come from its check suite, without a call of their own", async () => {
    const { asked, reading: from } = reading({ suites: [suite(check("a", "2026-03-03T08:01:00Z"), check("b", null))] });
    const { records } = await joinJobs(from, [first]);
    expect(records).toMatchObject([{ attempts: 1, checkRuns: [{ name: "a" }, { name: "b" }] }]);
    expect(asked).toEqual([]);
  });

  it("belong to the attempt during which they started", async () => {
    const checks = [check("a", "2026-03-03T08:01:00Z"), check("b", "2026-03-03T09:00:00Z"), check("waits", null)];
    const { asked, reading: from } = reading({ suites: [suite(...checks)], attempts: { "7/1": first } });
    const { records } = await joinJobs(from, [second]);
    expect(records).toMatchObject([
      { run: first, attempts: 2, checkRuns: [{ name: "a" }] },
      { run: second, attempts: 2, checkRuns: [{ name: "b" }, { name: "waits" }] },
    ]);
    expect(asked).toEqual(["7/attempts/1"]);
  });

  it("are asked for by attempt where the suite has forgotten them", async () => {
    const { asked, reading: from } = reading({
      suites: [suite(check("b", "2026-03-03T09:01:00Z"))],
      attempts: { "7/1": first },
      jobs: { "7/1": [{ id: 1, name: "a" }] },
    });
    const { records } = await joinJobs(from, [second]);
    expect(records).toMatchObject([{ jobs: [{ name: "a" }] }, { checkRuns: [{ name: "b" }] }]);
    expect(asked).toEqual(["7/attempts/1", "7/attempts/1/jobs"]);
  });

  it("are asked for one by one where checks may not be read", async () => {
    const { reading: from } = reading({ suites: [null], jobs: { "7/1": [{ id: 1, name: "a" }] } });
    expect((await joinJobs(from, [first])).records).toMatchObject([{ attempts: 1, jobs: [{ name: "a" }] }]);
  });

  it("and attempts that were deleted are left out; the run stays", async () => {
    const { reading: from } = reading({ suites: [null] });
    expect((await joinJobs(from, [second])).records).toEqual([{ run: second, attempts: 2, jobs: [] }]);
  });
});
