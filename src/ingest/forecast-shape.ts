/** What a request would cost, told before it begins. NULL is unknown, never 0. */
export interface Forecast {
  /** One entry per resource class of the provider's quota. */
  readonly classes: readonly ForecastClass[];
  readonly calls: number | null;
  readonly records: number | null;
  /** Expected duration with a band, waits for quota included. */
  readonly seconds: number | null;
  readonly secondsLow: number | null;
  readonly secondsHigh: number | null;
  /** counted: the provider told how many records there are; learned: from earlier reads; declared: from the connector alone. */
  readonly basis: "counted" | "learned" | "declared" | "unknown";
  readonly streams: readonly ForecastStream[];
}

export interface ForecastClass {
  readonly class: string;
  readonly calls: number | null;
  readonly points: number | null;
  /** 0…1 of what one period of the quota holds; NULL where there is no limit or none is known. */
  readonly shareOfQuota: number | null;
}

export interface ForecastStream {
  readonly stream: string;
  readonly scopeId: string;
  readonly calls: number | null;
  readonly records: number | null;
  /** The way it would be read: `list`, or the name of one of the stream's other ways. */
  readonly way: string;
}
