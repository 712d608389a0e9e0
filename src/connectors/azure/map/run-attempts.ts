import { compareInstants, type Instant } from "../../../domain/instant.ts";
import type { Run, TimelineRecord } from "../records-pipelines.ts";
import * as category from "./categories.ts";
import { instant } from "./time.ts";

/*
 * Azure gives a run one number for life. When a stage, or those of its jobs that failed, are started again, the records of that stage
 * count up, and the ones before move to a timeline of their own. The n-th attempt of a run is what its parts did at their n-th time.
 */

export const kindOf = ({ type }: TimelineRecord) => category.jobKind.known(type ?? "");

/** One timeline of a run; records of another may bear the same ids. */
export interface Timeline {
  readonly records: readonly TimelineRecord[];
  /** The stage, job or task around it. */
  parentOf(record: TimelineRecord): TimelineRecord | null;
  /** Tasks are started again with their job, whatever they count themselves. */
  attemptOf(record: TimelineRecord): number;
}

/** The current one first. */
export const timelinesOf = ({ timeline, earlierTimelines }: Run): readonly Timeline[] =>
  [...(timeline ? [timeline] : []), ...(earlierTimelines ?? [])].map(timelineOf);

function timelineOf(records: readonly TimelineRecord[]): Timeline {
  const byId = new Map(records.map((record) => [record.id, record]));
  const parentOf = (record: TimelineRecord): TimelineRecord | null => {
    let parent = byId.get(record.parentId ?? "");
    while (parent && !kindOf(parent)) parent = byId.get(parent.parentId ?? "");
    return parent ?? null;
  };
  const attemptOf = (record: TimelineRecord): number => {
    const parent = kindOf(record) === "step" ? parentOf(record) : null;
    return parent ? attemptOf(parent) : (record.attempt ?? 1);
  };
  return { records, parentOf, attemptOf };
}

export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  /** False where its timeline is not there, or no longer. */
  readonly isKnown: boolean;
  /** In the provider's words. */
  readonly state: string;
  readonly result: string | null;
  readonly queuedAt: Instant | null;
  readonly startedAt: Instant | null;
  readonly finishedAt: Instant | null;
}

/** Every attempt of a run, the first one first. What the provider does not tell of earlier ones is NULL. */
export function attemptsOf(run: Run): readonly Attempt[] {
  const parts = partsOf(run);
  const last = Math.max(1, ...parts.map(({ attempt }) => attempt));
  const isWhole = parts.every(({ attempt, name }) => attempt === 1 || parts.some((one) => isBefore(one, { attempt, name })));
  return Array.from({ length: last }, (_, index) => {
    const attempt = index + 1;
    const own = isWhole || attempt === last ? parts.filter((part) => part.attempt === attempt) : [];
    const isLast = attempt === last;
    const isFirst = attempt === 1;
    return {
      attempt,
      isKnown: isLast ? run.timeline !== null : own.length > 0,
      state: isLast ? run.status : "completed",
      result: isLast ? (run.result ?? null) : own.length > 0 ? resultAt(attempt, parts) : null,
      queuedAt: isFirst ? instant(run.queueTime) : null,
      startedAt: isFirst ? instant(run.startTime) : edge(own, "startTime"),
      finishedAt: isLast ? instant(run.finishTime) : edge(own, "finishTime"),
    };
  });
}

interface Part {
  readonly attempt: number;
  readonly name: string;
  readonly record: TimelineRecord;
}

const isBefore = (one: Part, { attempt, name }: Omit<Part, "record">): boolean =>
  one.name === name && one.attempt === attempt - 1;

/** Stages; jobs in pipelines that have none. */
function partsOf(run: Run): readonly Part[] {
  const all = timelinesOf(run).flatMap((timeline) =>
    timeline.records.map((record) => ({
      attempt: timeline.attemptOf(record),
      name: record.name ?? record.id,
      record,
      kind: kindOf(record),
    })),
  );
  const stages = all.filter(({ kind }) => kind === "stage");
  return stages.length > 0 ? stages : all.filter(({ kind }) => kind === "job");
}

/** The worst first. https://learn.microsoft.com/en-us/rest/api/azure/devops/build/timeline/get#taskresult */
const RESULTS = ["failed", "abandoned", "canceled", "succeededWithIssues", "succeeded", "skipped"];

/** The worst of what each part had come to by then. */
function resultAt(attempt: number, parts: readonly Part[]): string | null {
  const latest = new Map<string, Part>();
  for (const part of parts)
    if (part.attempt <= attempt && part.attempt > (latest.get(part.name)?.attempt ?? 0)) latest.set(part.name, part);
  const results = new Set([...latest.values()].map(({ record }) => record.result));
  return RESULTS.find((result) => results.has(result)) ?? null;
}

/** The earliest beginning, or the latest end. */
function edge(parts: readonly Part[], field: "startTime" | "finishTime"): Instant | null {
  const times = parts.flatMap(({ record }) => instant(record[field]) ?? []).sort(compareInstants);
  return times.at(field === "startTime" ? 0 : -1) ?? null;
}
