/** What reading will take, before it begins. Numbers that cannot be known are null, never 0. */
export interface Forecast {
  readonly classes: readonly ForecastClass[];
  readonly calls: number | null;
  readonly records: number | null;
  /** From the first call to the last, waits for budgets included; low and high are its band. */
  readonly seconds: number | null;
  readonly secondsLow: number | null;
  readonly secondsHigh: number | null;
  /** What the weakest tenth of the calls rests on: counted by the provider, learned from earlier tasks, declared by the connector. */
  readonly basis: ForecastBasis;
  readonly streams: readonly ForecastStream[];
  /** By how much earlier runs took longer than was played: a factor in the seconds above; 1 unless given. */
  readonly pace?: number;
}

export type ForecastBasis = "counted" | "learned" | "declared" | "unknown";

/** One resource class of the credential. */
export interface ForecastClass {
  readonly class: string;
  readonly calls: number | null;
  readonly points: number | null;
  /** Points over what the provider gives in one window: 2 means two windows' worth; null where there is no limit. */
  readonly shareOfQuota: number | null;
}

/** One stream of one scope that has something to read. */
export interface ForecastStream {
  readonly stream: string;
  readonly scopeId: string;
  readonly calls: number | null;
  readonly records: number | null;
  /** `list`, or the name of the other way in which it will be read. */
  readonly way: string;
}
