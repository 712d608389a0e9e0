import { afterAll, describe, expect, it } from "vitest";

import { factTester, people } from "../../../test/facts.ts";

const day = (time: string) => `2026-05-04T${time}Z`;
const tester = factTester();
afterAll(tester.close);

const run = (
  id: string,
  resultCategory: "success" | "failure" | "canceled" | "partial" | "skipped" | null,
  finished: string | null,
  more: object = {},
) => ({
  id,
  pipelineId: "build",
  repositoryId: "pay",
  branch: "main",
  headSha: "a",
  runKey: id,
  attempt: 1,
  resultCategory,
  stateCategory: resultCategory ? ("finished" as const) : ("running" as const),
  queuedAt: day("07:59:00"),
  startedAt: day("08:00:00"),
  finishedAt: finished && day(finished),
  ...more,
});

describe.each(tester.engines)("pipeline facts on %s", (engine) => {
  it("tell attempts, final runs, flaky retries and fixes apart (worked example 20)", async () => {
    const rows = await tester.rows(engine, "fact_pipeline_run", {
      ...people("ann"),
      repository: [{ id: "pay" }],
      pipeline: [{ id: "build" }],
      commit: [{ id: "pay/a", repositoryId: "pay", sha: "a", committedAt: day("07:30:00") }],
      pipeline_run: [
        run("r1", "success", "08:10:00"),
        run("r2", "failure", "08:20:00", { runKey: "r2" }),
        run("r2b", "success", "08:40:00", { runKey: "r2", attempt: 2 }),
        run("r3", "canceled", "08:50:00"),
        run("r4", "partial", "08:51:00"),
        run("r5", "skipped", "08:52:00"),
        run("r6", null, null),
      ],
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    expect(rows.filter((row) => row.is_finished)).toHaveLength(6);
    expect(rows.filter((row) => row.is_final && row.is_finished)).toHaveLength(5);
    expect(rows.filter((row) => row.is_recovered_retry).map((row) => row.id)).toEqual(["r2b"]);
    expect(byId.get("r2")).toMatchObject({ is_final: false, is_retry: false, is_fix: false, red_seconds: null });
    expect(byId.get("r2b")).toMatchObject({ is_final: true, is_retry: true, is_fix: true, red_seconds: 1200 });
    expect(byId.get("r1")).toMatchObject({
      is_fix: false,
      run_seconds: 600,
      queue_seconds: 60,
      commit_to_finish_seconds: 2400,
      is_default_branch: true,
    });
    expect(byId.get("r6")).toMatchObject({ is_finished: false, run_seconds: null, result: null });
  });

  it("keep impossible durations as unknown, with a flag", async () => {
    const given = {
      ...people("ann"),
      repository: [{ id: "pay" }],
      pipeline: [{ id: "build" }],
      pipeline_run: [run("r1", "success", "07:00:00", { queuedAt: day("08:30:00") })],
      pipeline_job: [
        {
          id: "j1",
          pipelineRunId: "r1",
          kindCategory: "job" as const,
          name: "test",
          stateCategory: "finished" as const,
          resultCategory: "failure" as const,
          queuedAt: day("08:00:00"),
          startedAt: day("08:00:30"),
          finishedAt: day("08:02:30"),
        },
        {
          id: "j2",
          pipelineRunId: "r1",
          kindCategory: "step" as const,
          name: "lint",
          startedAt: day("08:00:00"),
          finishedAt: day("07:59:00"),
        },
      ],
    };
    const [row] = await tester.rows(engine, "fact_pipeline_run", given);
    expect(row).toMatchObject({ run_seconds: null, queue_seconds: null, flags: "finished_before_start,started_before_queued" });
    const jobs = await tester.rows(engine, "fact_pipeline_job", given);
    expect(jobs[0]).toMatchObject({
      id: "j1",
      run_seconds: 120,
      queue_seconds: 30,
      pipeline_id: "build",
      repository_id: "pay",
      is_finished: true,
      may_fail: false,
    });
    expect(jobs[1]).toMatchObject({ id: "j2", run_seconds: null, flags: "finished_before_start" });
  });

  it("do not call a later run of another branch a fix", async () => {
    const rows = await tester.rows(engine, "fact_pipeline_run", {
      ...people("ann"),
      repository: [{ id: "pay" }],
      pipeline: [{ id: "build" }],
      pipeline_run: [
        run("r1", "failure", "08:10:00", { branch: "topic" }),
        run("r2", "success", "08:20:00"),
        run("r3", "failure", "08:30:00"),
        run("r4", "failure", "08:40:00"),
        run("r5", "success", "08:50:00"),
      ],
    });
    expect(rows.filter((row) => row.is_fix).map((row) => [row.id, row.red_seconds])).toEqual([["r5", 1200]]);
  });
});
