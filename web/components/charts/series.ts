import type { Grain } from "../../lib/dates.ts";

/** One bucket of the time axis. */
export interface Bucket {
  /** First local day. */
  start: string;
  /** The range cuts it, or it is not over: drawn lighter. */
  isPartial: boolean;
  /** Later evidence can still change it: drawn lighter. */
  isImmature: boolean;
}

/** One drawn row of values, one for each bucket; null is unknown and leaves a gap. */
export interface Series {
  name: string;
  label: string;
  color: string;
  values: readonly (number | null)[];
  /** Items behind each value. */
  counts?: readonly (number | null)[] | undefined;
}

export interface ChartData {
  buckets: readonly Bucket[];
  grain: Grain;
  unit: string;
  series: readonly Series[];
}

export const isProvisional = (bucket: Bucket): boolean => bucket.isPartial || bucket.isImmature;

export const isEmptyChart = ({ series }: ChartData): boolean =>
  series.every((one) => one.values.every((value) => value === null || value === undefined));
