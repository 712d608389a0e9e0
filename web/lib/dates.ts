import dayjs from "dayjs";
import relativeTime from "dayjs/plugin/relativeTime";
import utc from "dayjs/plugin/utc";

dayjs.extend(utc);
dayjs.extend(relativeTime);

export type Grain = "day" | "week" | "fortnight" | "month" | "quarter" | "year";

/** `2024-03-04` → "4 Mar 2024". */
export const formatDay = (value: string): string => dayjs.utc(value).format("D MMM YYYY");

/** An instant in the reader's zone: "4 Mar 2024, 13:05". */
export const formatInstant = (value: string): string => dayjs(value).format("D MMM YYYY, HH:mm");

/** The same to the second and in UTC, as the archive keeps it. */
export const formatInstantUtc = (value: string): string => `${dayjs.utc(value).format("YYYY-MM-DD HH:mm:ss")} UTC`;

/** "3 minutes ago", "in 2 hours". */
export const fromNow = (value: string, now: number = Date.now()): string => dayjs(value).from(now);

/** A bucket's name by grain: "4 Mar", "Mar 2024", "Q1 2024". */
export function formatBucket(bucket: string, grain: Grain | undefined): string {
  const date = dayjs.utc(bucket);
  switch (grain) {
    case "month":
      return date.format("MMM YYYY");
    case "quarter":
      return `Q${Math.floor(date.month() / 3) + 1} ${date.year()}`;
    case "year":
      return date.format("YYYY");
    case undefined:
      return "Whole range";
    default:
      return date.format("D MMM");
  }
}

/** A bucket in full: "Week of 4 Mar 2024". */
export function describeBucket(bucket: string, grain: Grain | undefined): string {
  const date = dayjs.utc(bucket);
  if (grain === "week") return `Week of ${date.format("D MMM YYYY")}`;
  if (grain === "fortnight") return `Fortnight of ${date.format("D MMM YYYY")}`;
  if (grain === "day") return date.format("ddd D MMM YYYY");
  return formatBucket(bucket, grain);
}

/** First day after a bucket; with the bucket's own day it makes `[from, to)`. */
export function bucketEnd(bucket: string, grain: Grain): string {
  const date = dayjs.utc(bucket);
  if (grain === "fortnight") return date.add(14, "day").format("YYYY-MM-DD");
  if (grain === "quarter") return date.add(3, "month").format("YYYY-MM-DD");
  return date.add(1, grain).format("YYYY-MM-DD");
}

/** "25 Feb – 20 May 2024"; `to` is exclusive, what is shown is the last day inside. */
export function formatRange(from: string, to: string): string {
  const first = dayjs.utc(from);
  const last = dayjs.utc(to).subtract(1, "day");
  if (first.isSame(last, "day")) return first.format("D MMM YYYY");
  const start = first.year() === last.year() ? first.format("D MMM") : first.format("D MMM YYYY");
  return `${start} – ${last.format("D MMM YYYY")}`;
}
