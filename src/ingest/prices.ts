import type { Instant } from "../domain/instant.ts";

/* What providers allow and charge, as connectors declare it and headers tell. */

/** What the count itself showed of the price. */
export interface Counted {
  readonly records: number;
  readonly callsPerRecord: number;
}

export interface DetailCost {
  /** Share of the records that need one. */
  readonly share: number;
  /** Records that one such call serves. */
  readonly atOnce: number;
  /** Pages of the list that share such calls; the first page of a pass goes alone. Default 1. */
  readonly pages?: number;
  /** Default that of the list. */
  readonly class?: string;
  /** What one is charged at least, default 1, and for each record that it serves. */
  readonly pointsPerCall?: number;
  readonly pointsPerRecord?: number;
}

export interface ClassLimit {
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Budget per hour when the provider's headers do not tell (self-hosted hosts may have no limit: then null). */
  readonly perHour: number | null;
  /** Limits that hold beside it, over a sliding time: 2,000 points in 60 s, 10 calls in 1 s, 200 points in 300 s. */
  readonly windows?: readonly WindowLimit[];
}

export interface WindowLimit {
  /** `seconds`: of the provider's work, told by how long its answers take beyond its quickest one. */
  readonly of: "calls" | "points" | "seconds";
  readonly amount: number;
  readonly perSeconds: number;
}

export interface BudgetReading {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Instant;
}
