import { expect, it } from "vitest";

import type { Mapped, MappedRow } from "../../../ingest/connector.ts";
import { config } from "../config.ts";
import { run as record } from "../records-pipelines.ts";
import { toRun } from "./run.ts";

const at = (minute: number) => `2026-03-06T09:${String(minute).padStart(2, "0")}:00Z`;
interface Part {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly parentId?: string;
  readonly attempt?: number;
  readonly result?: string;
  readonly from: number;
  readonly to: number;
}
const part = ({ from, to, result = "succeeded", attempt = 1, ...rest }: Part) => ({
  ...rest,
  attempt,
  state: "completed",
  result,
  startTime: at(from),
  finishTime: at(to),
});

/* Build passed at once. Tests failed in one of two jobs, and that job was started again: Azure gives the stage its second attempt. */
const build = part({ id: "build", type: "Stage", name: "Build", from: 1, to: 5 });
const again = { attempt: 2 } as const;
const lint = part({ id: "lint", type: "Job", name: "Lint", parentId: "tests2", from: 6, to: 7 });
const current = [
  build,
  part({ id: "tests2", type: "Stage", name: "Tests", ...again, from: 20, to: 29 }),
  lint,
  part({ id: "unit2", type: "Job", name: "Unit", parentId: "tests2", ...again, from: 20, to: 29 }),
  part({ id: "task2", type: "Task", name: "npm test", parentId: "unit2", from: 21, to: 28 }),
];
const earlier = [
  part({ id: "tests", type: "Stage", name: "Tests", result: "failed", from: 6, to: 10 }),
  { ...lint, parentId: "tests" },
  part({ id: "unit", type: "Job", name: "Unit", parentId: "tests", result: "failed", from: 6, to: 10 }),
  part({ id: "task", type: "Task", name: "npm test", parentId: "unit", result: "failed", from: 7, to: 9 }),
];
const given = {
  id: 500,
  status: "completed",
  result: "succeeded",
  queueTime: at(0),
  startTime: at(1),
  finishTime: at(30),
  sourceVersion: "a".repeat(40),
  definition: { id: 20, name: "ci" },
  requestedFor: { id: "u1", displayName: "Ada Example" },
};
const context = {
  config: config.parse({ url: "https://dev.azure.com/acme", token: "made-up" }),
  scope: { id: "p1", name: "Pay", kind: "project" },
  host: "dev.azure.com",
  id: (entity: string, ...key: readonly (string | number)[]) => `${entity}:${key.join("/")}`,
};
const map = (timelines: object) => toRun(record.parse({ ...given, ...timelines }), context);
const of = <Name extends "pipeline_run" | "pipeline_job">(rows: readonly Mapped[], entity: Name) =>
  rows.filter((row) => "entity" in row && row.entity === entity) as unknown as MappedRow<Name>[];
const wholeSets = (rows: readonly Mapped[]) => rows.flatMap((row) => ("wholeSet" in row ? [row.parent.id] : []));

it("a run of which jobs were started again keeps both attempts, each with its own times, result and jobs", () => {
  const rows = map({ timeline: current, earlierTimelines: [earlier] });
  const common = { runKey: "20/500", number: 500, headSha: "a".repeat(40), stateCategory: "finished" };
  expect(of(rows, "pipeline_run")).toMatchObject([
    {
      ...common,
      id: "pipeline_run:20/500/1",
      attempt: 1,
      resultCategory: "failure",
      result: "failed",
      queuedAt: at(0),
      startedAt: at(1),
      finishedAt: at(10),
      actorAccountId: "account:u1",
    },
    {
      ...common,
      id: "pipeline_run:20/500/2",
      attempt: 2,
      resultCategory: "success",
      result: "succeeded",
      queuedAt: null,
      startedAt: at(20),
      finishedAt: at(30),
    },
  ]);
  expect(of(rows, "pipeline_run")[1]!.actorAccountId ?? null).toBeNull();
  const jobs = of(rows, "pipeline_job").map(({ id, pipelineRunId, parentJobId, result }) => [
    id,
    pipelineRunId,
    parentJobId,
    result,
  ]);
  const inRun = (attempt: number, id: string) => `pipeline_job:20/500/${attempt}/${id}`;
  expect(jobs).toEqual([
    [inRun(1, "build"), "pipeline_run:20/500/1", null, "succeeded"],
    [inRun(2, "tests2"), "pipeline_run:20/500/2", null, "succeeded"],
    // It was not started again, so it stays what it was, below the stage that shows it now.
    [inRun(1, "lint"), "pipeline_run:20/500/1", inRun(2, "tests2"), "succeeded"],
    [inRun(2, "unit2"), "pipeline_run:20/500/2", inRun(2, "tests2"), "succeeded"],
    [inRun(2, "task2"), "pipeline_run:20/500/2", inRun(2, "unit2"), "succeeded"],
    [inRun(1, "tests"), "pipeline_run:20/500/1", null, "failed"],
    [inRun(1, "unit"), "pipeline_run:20/500/1", inRun(1, "tests"), "failed"],
    [inRun(1, "task"), "pipeline_run:20/500/1", inRun(1, "unit"), "failed"],
  ]);
  expect(wholeSets(rows)).toEqual(["pipeline_run:20/500/1", "pipeline_run:20/500/2"]);
});

it("earlier attempts whose timeline is gone are there, and nothing is made up about them", () => {
  const rows = map({ timeline: current });
  const [first, second] = of(rows, "pipeline_run");
  expect(first).toMatchObject({ attempt: 1, result: null, resultCategory: null, finishedAt: null, startedAt: at(1) });
  expect(second).toMatchObject({ attempt: 2, result: "succeeded", startedAt: at(20), finishedAt: at(30) });
  // What was stored of the first attempt must not be taken away.
  expect(wholeSets(rows)).toEqual(["pipeline_run:20/500/2"]);
});

it("a run that was never started again is one attempt, with or without a timeline", () => {
  for (const timeline of [[build], null]) {
    const rows = of(map({ timeline }), "pipeline_run");
    expect(rows).toMatchObject([{ attempt: 1, result: "succeeded", queuedAt: at(0), startedAt: at(1), finishedAt: at(30) }]);
  }
});
