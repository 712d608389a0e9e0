import { describeBucket, formatBucket, type Grain } from "../../lib/dates.ts";

/** One bucket of the time axis. */
export interface Bucket {
  /** First local day. */
  start: string;
  /** Its name where it is no period: a sprint. */
  label?: string;
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
  /** Bars with the same word stand on each other, others beside them; all of one chart do unless told. */
  stack?: string;
}

export interface ChartData {
  buckets: readonly Bucket[];
  grain: Grain;
  unit: string;
  series: readonly Series[];
}

export const bucketName = ({ start, label }: Bucket, grain: Grain): string => label ?? formatBucket(start, grain);
export const bucketTitle = ({ start, label }: Bucket, grain: Grain): string => label ?? describeBucket(start, grain);

export const isProvisional = (bucket: Bucket): boolean => bucket.isPartial || bucket.isImmature;

export const isEmptyChart = ({ series }: ChartData): boolean =>
  series.every((one) => one.values.every((value) => value === null || value === undefined));
