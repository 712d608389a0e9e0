import type { Instant } from "../domain/instant.ts";
import { totalCalls } from "./cost.ts";
import type { CallsOfClass } from "./cost.ts";
import type { Progress, StreamKey } from "./sink.ts";

/** What earlier tasks left behind, handed in by composition. */
export interface History {
  /** Ended tasks of the integration that read history, newest first; some hundred of them are enough. */
  tasks(integrationId: string): Promise<readonly PastTask[]>;
  /** Progress of all its streams and scopes at once. */
  progress(integrationId: string): Promise<readonly (StreamKey & Progress)[]>;
  /** Seconds that its earlier runs took over those that were played for them; null before the first. */
  pace?(integrationId: string): Promise<number | null>;
}

export interface PastTask {
  readonly stream: string;
  readonly scopeId: string;
  readonly requests: number;
  readonly records: number;
  /** Oldest and newest change that it saw. */
  readonly firstChangeAt: Instant | null;
  readonly lastChangeAt: Instant | null;
}

/** What tasks of one stream taught. */
export interface Lesson {
  /** Records that a day of a scope holds, by scope and over all of them. */
  readonly perDay: ReadonlyMap<string, number>;
  readonly perDayOfAny: number | null;
  /** Calls that were made over those that the connector's figures give. */
  readonly factor: number;
}

const DAY_MS = 86_400_000;
/** Fewer calls teach nothing about the price of one. */
const LEAST_CALLS = 20;
const FACTORS = { least: 0.5, most: 3 };

/** Lessons by stream; `priced` gives the calls that a task of so many records ought to have made. */
export function learn(
  tasks: readonly PastTask[],
  priced: (stream: string, scopeId: string, records: number) => readonly CallsOfClass[] | null,
): ReadonlyMap<string, Lesson> {
  return new Map([...Map.groupBy(tasks, ({ stream }) => stream)].map(([stream, own]) => [stream, lessonOf(own, priced)]));
}

function lessonOf(tasks: readonly PastTask[], priced: Parameters<typeof learn>[1]): Lesson {
  const days = new Map<string, { records: number; days: number }>();
  let [made, expected] = [0, 0];
  for (const { stream, scopeId, records, requests, firstChangeAt, lastChangeAt } of tasks) {
    const known = days.get(scopeId) ?? { records: 0, days: 0 };
    const span = firstChangeAt && lastChangeAt ? (Date.parse(lastChangeAt) - Date.parse(firstChangeAt)) / DAY_MS : 0;
    if (span >= 1) days.set(scopeId, { records: known.records + records, days: known.days + span });
    const parts = priced(stream, scopeId, records);
    if (!parts) continue;
    made += requests;
    expected += totalCalls(parts);
  }
  const all = [...days.values()];
  const sum = (of: "records" | "days") => all.reduce((total, each) => total + each[of], 0);
  return {
    perDay: new Map([...days].map(([scopeId, each]) => [scopeId, each.records / each.days])),
    perDayOfAny: all.length === 0 ? null : sum("records") / sum("days"),
    factor: expected < LEAST_CALLS ? 1 : Math.min(FACTORS.most, Math.max(FACTORS.least, made / expected)),
  };
}
