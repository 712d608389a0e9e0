import { z } from "zod";

import type { Filter } from "../domain/filter.ts";
import type { Instant } from "../domain/instant.ts";
import { statistics } from "./metric.ts";
import type { Metric, Statistic, When } from "./metric.ts";

export const grains = ["day", "week", "fortnight", "month", "quarter", "year"] as const;
export type Grain = (typeof grains)[number];

/** The most rows of an answer. */
export const mostRows = 10_000;

const name = z.string().min(1).max(200);
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** A query as people send it; filters are read by the warehouse's grammar (`docs/design/metrics.md` §7.1, §7.2). */
export const queryFields = {
  metrics: z.array(name).min(1).max(20),
  from: moment,
  to: moment,
  grain: z.enum(grains).optional(),
  statistic: z.enum(statistics).optional(),
  dimensions: z.array(name).max(3).optional(),
  filters: z.array(z.unknown()).max(100).optional(),
  project: name.optional(),
  compare: z.union([z.enum(["previous", "previous_year"]), z.strictObject({ from: moment, to: moment })]).optional(),
  order: z
    .array(z.tuple([name, z.enum(["asc", "desc"])]))
    .max(10)
    .optional(),
  limit: z.int().min(1).max(mostRows).optional(),
  timezone: name.optional(),
  profile: name.optional(),
  membership: z.enum(["then", "now"]).optional(),
  rows: z.boolean().optional(),
  cursor: z.string().max(2000).optional(),
  now: z.iso.datetime({ offset: true }).optional(),
};

export const querySchema = z.strictObject(queryFields);

/** A query in its normal form: defaults filled in, filters read. Sending it again gives the same answer. */
export interface Query {
  readonly metrics: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly grain?: Grain;
  readonly statistic: Statistic;
  readonly dimensions: readonly string[];
  readonly filters: readonly Filter[];
  readonly project?: string;
  readonly compare?: "previous" | "previous_year" | { readonly from: string; readonly to: string };
  readonly order: readonly (readonly [string, "asc" | "desc"])[];
  readonly limit: number;
  readonly timezone?: string;
  readonly profile?: string;
  readonly membership: "then" | "now";
  readonly rows?: boolean;
  readonly cursor?: string;
  readonly now: Instant;
}

/** A query whose names are known: the metrics it asks for, all of one fact and one time. */
export interface Parsed {
  readonly query: Query;
  readonly metrics: readonly Metric[];
  readonly when: When;
}
