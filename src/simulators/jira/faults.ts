import { Random } from "../organisation/random.ts";

/** What the simulator can be told to do wrong. */
export const FAULTS = {
  bad_gateway: "502 with an HTML page",
  rate_limit: "429 with Retry-After and the reason jira-burst-based",
  html: "200 with a sign-in page",
  anonymous: "200 with empty lists and X-Seraph-LoginReason: AUTHENTICATED_FAILED, as for a token that has ended",
  captcha: "403 with X-Seraph-LoginReason: AUTHENTICATION_DENIED",
  reset: "the connection drops before the answer",
  timeout: "504 after a moment",
  truncated: "the answer is cut in the middle",
  missing_field: "a field of one record is left out",
  wrong_type: "a field of one record has another type",
  weird_text: "emoji, NUL and right-to-left marks in what people wrote",
  forbidden: "403 without a hint",
  slow: "the right answer after 0.3 seconds",
} as const;
export type FaultName = keyof typeof FAULTS;

export interface FaultOptions {
  /** Share of requests that suffer it; 1 by default. */
  readonly rate?: number;
  /** Ends after it happened so often. */
  readonly times?: number;
  /** Only requests whose `METHOD path` matches. */
  readonly match?: RegExp;
}

/** The faults that are switched on. */
export class Faults {
  readonly #active = new Map<string, FaultOptions & { happened: number }>();
  readonly #random: Random;

  constructor(seed: number, texts: readonly string[] = []) {
    this.#random = new Random(`jira faults:${seed}`);
    for (const text of texts) {
      const [name = "", rate] = text.split(":");
      this.set(name, rate === undefined ? {} : { rate: Number(rate) });
    }
  }

  set(name: string, options: FaultOptions = {}) {
    if (!(name in FAULTS)) throw new RangeError(`there is no fault "${name}"; there are ${Object.keys(FAULTS).join(", ")}`);
    this.#active.set(name, { ...options, happened: 0 });
  }

  clear() {
    this.#active.clear();
  }

  strikes(name: FaultName, subject: string): boolean {
    const fault = this.#active.get(name);
    if (!fault || (fault.match && !fault.match.test(subject)) || fault.happened >= (fault.times ?? Number.POSITIVE_INFINITY))
      return false;
    if (!this.#random.chance(fault.rate ?? 1)) return false;
    fault.happened++;
    return true;
  }
}
