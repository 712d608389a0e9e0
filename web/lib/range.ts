import dayjs from "dayjs";

import type { Grain } from "./dates.ts";

/** What the URL says about time: a preset's name, or two dates. `to` is exclusive. */
export interface RangeSearch {
  range?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export interface Range {
  from: string;
  to: string;
  label: string;
}

interface Preset {
  name: string;
  label: string;
  grain: Grain;
  /** Days or months from the first bucket to tomorrow. */
  start: (today: dayjs.Dayjs) => dayjs.Dayjs;
}

const monday = (date: dayjs.Dayjs) => date.subtract((date.day() + 6) % 7, "day");

export const presets: readonly Preset[] = [
  { name: "14d", label: "Last 14 days", grain: "day", start: (today) => today.subtract(13, "day") },
  { name: "30d", label: "Last 30 days", grain: "day", start: (today) => today.subtract(29, "day") },
  { name: "12w", label: "Last 12 weeks", grain: "week", start: (today) => monday(today).subtract(11, "week") },
  { name: "26w", label: "Last 26 weeks", grain: "week", start: (today) => monday(today).subtract(25, "week") },
  { name: "12m", label: "Last 12 months", grain: "month", start: (today) => today.startOf("month").subtract(11, "month") },
  { name: "24m", label: "Last 24 months", grain: "quarter", start: (today) => today.startOf("month").subtract(23, "month") },
];

export const defaultPreset = "12w";

const iso = (date: dayjs.Dayjs) => date.format("YYYY-MM-DD");
const isDay = (value: string | undefined): value is string => value !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(value);

/** The half-open range a URL means, ending tomorrow for presets so that today is inside. */
export function resolveRange(search: RangeSearch, today: dayjs.Dayjs = dayjs()): Range {
  if (isDay(search.from) && isDay(search.to) && search.from < search.to)
    return { from: search.from, to: search.to, label: "Custom" };
  const preset = presets.find((one) => one.name === search.range) ?? presets.find((one) => one.name === defaultPreset)!;
  const start = preset.start(dayjs.utc(iso(today)));
  return { from: iso(start), to: iso(dayjs.utc(iso(today)).add(1, "day")), label: preset.label };
}

/** The grain that suits a range when the URL names none: between about 8 and 40 buckets. */
export function suitableGrain(search: RangeSearch, range: Range): Grain {
  const preset = presets.find((one) => one.name === (search.range ?? (search.from ? "" : defaultPreset)));
  if (preset) return preset.grain;
  const days = dayjs.utc(range.to).diff(dayjs.utc(range.from), "day");
  if (days <= 31) return "day";
  if (days <= 200) return "week";
  return days <= 800 ? "month" : "quarter";
}
