import { z } from "zod";

import { compareInstants, type Instant } from "../../../domain/instant.ts";
import type { Answer, AnswerInfo } from "../../../ingest/connector.ts";
import { analyticsPath, type InScope } from "../paths.ts";

/* Stages, jobs and tasks of many runs from Analytics, in the shape of a timeline. */

const activity = z.object({
  PipelineRunId: z.number(),
  StageName: z.string().nullish(),
  FullJobName: z.string().nullish(),
  TaskDisplayName: z.string().nullish(),
  TaskOutcome: z.string().nullish(),
  ActivityStartedDate: z.string().nullish(),
  ActivityCompletedDate: z.string().nullish(),
});
type Activity = z.output<typeof activity>;

interface Part {
  readonly id: string;
  readonly parentId: string | null;
  readonly type: "Stage" | "Job" | "Task";
  readonly name: string;
  readonly state: "completed";
  readonly result: string | null;
  readonly startTime: Instant | null;
  readonly finishTime: Instant | null;
}

const AT_ONCE = 1_000;
const SELECT = "PipelineRunId,StageName,FullJobName,TaskDisplayName,TaskOutcome,ActivityStartedDate,ActivityCompletedDate";

/**
 * What Analytics knows of these runs, ten thousand activities a call; it lags up to half a minute behind.
 * https://learn.microsoft.com/en-us/azure/devops/report/analytics/entity-reference-pipelines
 */
export async function activities(request: InScope, runs: readonly { id: number }[], answers: AnswerInfo[]) {
  const found = new Map<number, Part[]>();
  const rows: Activity[] = [];
  for (let start = 0; start < runs.length; start += AT_ONCE) {
    const ids = runs.slice(start, start + AT_ONCE).map(({ id }) => id);
    const filter = `PipelineRunId ge ${Math.min(...ids)} and PipelineRunId le ${Math.max(...ids)}`;
    let answer: Answer = await request.api.get(`${analyticsPath(request)}/PipelineRunActivityResults`, {
      $filter: filter,
      $select: SELECT,
      $orderby: "PipelineRunId,ActivityStartedDate",
    });
    for (;;) {
      answers.push(answer);
      const { value, "@odata.nextLink": next } = page.parse(answer.body);
      rows.push(...value);
      if (!next) break;
      answer = await request.api.get(next);
    }
  }
  const wanted = new Set(runs.map(({ id }) => id));
  for (const row of rows) if (wanted.has(row.PipelineRunId)) add(partsOf(found, row.PipelineRunId), row);
  return found;
}

const page = z.object({ value: z.array(activity), "@odata.nextLink": z.string().nullish() });

function partsOf(found: Map<number, Part[]>, run: number): Part[] {
  const known = found.get(run) ?? [];
  found.set(run, known);
  return known;
}

/** A task, and the job and stage around it, which last from their first task to their last. */
function add(parts: Part[], row: Activity): void {
  const stage = row.StageName || "__default";
  const job = `${stage}/${row.FullJobName || "Job"}`;
  widen(parts, { ...base(row), id: stage, parentId: null, type: "Stage", name: stage });
  widen(parts, { ...base(row), id: job, parentId: stage, type: "Job", name: row.FullJobName || "Job" });
  const name = row.TaskDisplayName ?? "Task";
  const count = parts.filter(({ type, parentId }) => type === "Task" && parentId === job).length;
  parts.push({ ...base(row), id: `${job}/${count}/${name}`, parentId: job, type: "Task", name });
}

const base = (row: Activity) => ({
  state: "completed" as const,
  result: row.TaskOutcome ? row.TaskOutcome.charAt(0).toLowerCase() + row.TaskOutcome.slice(1) : null,
  startTime: row.ActivityStartedDate ?? null,
  finishTime: row.ActivityCompletedDate ?? null,
});

const severity = ["skipped", "succeeded", "succeededWithIssues", "partiallySucceeded", "canceled", "abandoned", "failed"];

function widen(parts: Part[], part: Part): void {
  const at = parts.findIndex(({ id }) => id === part.id);
  const known = parts[at];
  if (!known) return void parts.push(part);
  const earlier = pick(known.startTime, part.startTime, -1);
  const later = pick(known.finishTime, part.finishTime, 1);
  const worse = severity.indexOf(part.result ?? "") > severity.indexOf(known.result ?? "") ? part.result : known.result;
  parts[at] = { ...known, startTime: earlier, finishTime: later, result: worse };
}

const pick = (a: Instant | null, b: Instant | null, sign: -1 | 1): Instant | null =>
  a === null ? b : b === null || compareInstants(b, a) !== sign ? a : b;
