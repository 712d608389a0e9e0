import type { Forecast } from "../ingest/engine.ts";
import type { Backfill } from "../workspace/backfills.ts";
import type { Actuals } from "./run-backfill.ts";

/* A backfill in sentences for people. */

const count = (value: number) => Math.round(value).toLocaleString("en");

/** `About 1,240 calls (counted), 12 % of an hour's core quota, 10 min to 14 min.` */
export function forecastSentence(
  forecast: Pick<Forecast, "calls" | "classes" | "basis" | "seconds" | "secondsLow" | "secondsHigh"> | null,
): string {
  if (forecast === null || forecast.calls === null)
    return "What it will cost is not known before it begins: nothing was read yet that would tell.";
  const { calls, classes, basis, seconds, secondsLow, secondsHigh } = forecast;
  const quota = classes.flatMap(({ class: name, shareOfQuota }) =>
    shareOfQuota === null ? [] : [`${Math.ceil(shareOfQuota * 100)} % of one period's ${name} quota`],
  );
  const time =
    seconds === null
      ? "for a time that is not known"
      : secondsLow === null || secondsHigh === null
        ? `in about ${span(seconds)}`
        : `in ${span(secondsLow)} to ${span(secondsHigh)}`;
  const words = { counted: "counted", learned: "learned from earlier reads", declared: "a rough guess", unknown: "unsure" }[
    basis
  ];
  return `${calls === 1 ? "1 call" : `About ${count(calls)} calls`} (${words})${quota.length ? `, ${quota.join(", ")}` : ""}, ${time}.`;
}

/** How it stands. */
export function statusSentence({ status, since, error, nextAttemptAt }: Backfill, actuals: Actuals | null): string {
  const done = actuals?.share == null ? "" : `${Math.floor(actuals.share * 100)} % done`;
  const eta = actuals && etaWords(actuals);
  switch (status) {
    case "scheduled":
      return actuals ? `Waits to go on${done && `, ${done}`}.` : "Waits for its turn.";
    case "running":
      if (actuals?.waitingUntil) return `Waits for the vendor's quota until ${actuals.waitingUntil}${done && `, ${done}`}.`;
      return [done || "Running", eta ?? (actuals ? "time left not known yet" : null)].filter(Boolean).join(", ") + ".";
    case "paused":
      return `Paused${done && `, ${done}`}; nothing is lost. Resume it to go on where it stopped.`;
    case "succeeded":
      return since === null ? "Everything is there." : `Complete since ${since.slice(0, 10)}.`;
    case "failed":
      return `${(error as { title?: string } | null)?.title ?? "It failed."} It is tried again${nextAttemptAt ? ` at ${nextAttemptAt}` : " soon"}.`;
    case "cancelled":
      return `Cancelled${done && `, ${done}`}; what was read is kept.`;
  }
}

function etaWords({ etaSeconds, etaLowSeconds, etaHighSeconds }: Actuals): string | null {
  if (etaSeconds === null) return null;
  if (etaLowSeconds === null || etaHighSeconds === null) return `about ${span(etaSeconds)} left`;
  return `about ${span(etaSeconds)} left (${span(etaLowSeconds)} to ${span(etaHighSeconds)})`;
}

const units: readonly [number, string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
];

/** `2 h 5 min`, `12 s`. */
function span(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const [size, unit] = units.find(([length]) => seconds >= length)!;
  const whole = Math.floor(seconds / size);
  const next = units[units.findIndex(([length]) => length === size) + 1];
  const rest = next ? Math.round((seconds - whole * size) / next[0]) : 0;
  return rest > 0 ? `${whole} ${unit} ${rest} ${next![1]}` : `${whole} ${unit}`;
}
