import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answered, client, type Schemas } from "./api.ts";
import { asProblem, type Problem } from "./problem.ts";

export type Query = Schemas["Query"];
export type Answer = Schemas["Answer"];
export type Row = Answer["rows"][number];
export type Metric = Schemas["Metric"];

/** One query's outcome; each of a set answers or fails on its own. */
export interface Outcome {
  answer: Answer | null;
  problem: Problem | null;
}

/** Several queries by name, asked in one request. */
export const answersQuery = <Name extends string>(queries: Readonly<Record<Name, Query>>) =>
  queryOptions({
    queryKey: ["answers", queries],
    placeholderData: keepPreviousData,
    queryFn: async (): Promise<Record<Name, Outcome>> => {
      const names = Object.keys(queries) as Name[];
      const body = { queries: names.map((name) => queries[name]) };
      const { answers } = await answered(client.POST("/api/v1/queries", { body }));
      return Object.fromEntries(names.map((name, index) => [name, outcome(answers[index])])) as Record<Name, Outcome>;
    },
  });

const outcome = (given: Schemas["Answers"]["answers"][number] | undefined): Outcome => ({
  answer: given?.answer ?? null,
  problem: given?.problem ? asProblem(given.problem) : null,
});

/** A number of an answer's row, or null where it is unknown. */
export function numberOf(row: Row | undefined, column: string): number | null {
  const value = row?.[column];
  return typeof value === "number" ? value : null;
}

export const textOf = (row: Row | undefined, column: string): string | null => {
  const value = row?.[column];
  return typeof value === "string" ? value : null;
};

export const bucketColumn = (answer: Answer): string =>
  answer.columns.find((column) => column.kind === "bucket")?.name ?? "bucket";

/** The column that carries a dimension's name for people. */
export function labelColumn(answer: { columns: Answer["columns"] }, dimension: string): string {
  const label = answer.columns.find((column) => column.kind === "label" && column.name.startsWith(dimension.replace(/_id$/, "")));
  return label?.name ?? dimension;
}

/** What one metric says over the whole range of an answer. */
export interface Figure {
  value: number | null;
  n: number | null;
  before: number | null;
  change: number | null;
}

export const figureOf = (row: Row | undefined, metric: string): Figure => ({
  value: numberOf(row, metric),
  n: numberOf(row, `${metric}_n`),
  before: numberOf(row, `${metric}_before`),
  change: numberOf(row, `${metric}_change`),
});
