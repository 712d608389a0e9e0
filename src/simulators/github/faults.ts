import { Random } from "../organisation/random.ts";

/** What the simulator can be told to do wrong. */
export const FAULTS = {
  bad_gateway: "502 with an HTML page",
  timeout: "no answer for `seconds` (10 at GitHub, 0.05 here), then 504, or 502 for GraphQL",
  partial: "GraphQL data with holes, and errors beside it",
  truncated: "a JSON body cut in the middle",
  secondary_limit: "403 with Retry-After of `seconds` (1): secondary rate limit",
  primary_limit: "403 (GraphQL: 200 with RATE_LIMITED) and no points left until the reset, `seconds` away (2)",
  slow: "the right answer after `seconds` (0.5)",
  html: "200 with a sign-in page",
  reset: "the connection drops before the answer",
  expired_token: "401 Bad credentials",
  revoked_after: "401 Bad credentials after so many requests",
  missing_field: "one field of one record is left out",
  wrong_type: "one field of one record has another type",
  null_field: "one field of one record is null",
  new_field: "one record has a field that nobody has heard of",
  weird_text: "texts with emoji, NUL, right-to-left marks and lone surrogates",
  duplicate_page: "a page comes a second time instead of the next one",
  loop_page: "the next page is always the same page",
  omits: "a list leaves out records without a word; always the same ones while it is on (`rate` of them, a tenth by default)",
  underscoped: "the token lacks the permission to read Actions",
} as const;

export type FaultName = keyof typeof FAULTS;

export interface FaultOptions {
  /** Share of requests that suffer it; 1 by default. */
  readonly rate?: number;
  /** Ends after it happened so often. */
  readonly times?: number;
  /** Only requests whose `METHOD path` or GraphQL operation matches. */
  readonly match?: RegExp;
  readonly seconds?: number;
  /** Begins after so many requests. */
  readonly after?: number;
}

interface Active extends FaultOptions {
  seen: number;
  happened: number;
}

/** The faults that are switched on. */
export class Faults {
  readonly #active = new Map<FaultName, Active>();
  readonly #random: Random;

  constructor(seed: number, texts: readonly string[] = []) {
    this.#random = new Random(`faults:${seed}`);
    for (const text of texts) this.#parse(text);
  }

  /** Switches a fault on, or changes its options. */
  set(name: string, options: FaultOptions = {}) {
    if (!(name in FAULTS)) throw new RangeError(`there is no fault "${name}"; there are ${Object.keys(FAULTS).join(", ")}`);
    this.#active.set(name as FaultName, { ...options, seen: 0, happened: 0 });
  }

  /** Switches one fault off, or all. */
  clear(name?: FaultName) {
    if (name) this.#active.delete(name);
    else this.#active.clear();
  }

  /** Does the fault strike this request? Call once per request and fault. */
  strikes(name: FaultName, subject: string): FaultOptions | null {
    const fault = this.#active.get(name);
    if (!fault || (fault.match && !fault.match.test(subject))) return null;
    fault.seen++;
    if (fault.after !== undefined && fault.seen <= fault.after) return null;
    if (fault.times !== undefined && fault.happened >= fault.times) return null;
    if (!this.#random.chance(fault.rate ?? 1)) return null;
    fault.happened++;
    return fault;
  }

  /** How the fault is set, if it concerns this request; counts nothing. */
  active(name: FaultName, subject: string): FaultOptions | null {
    const fault = this.#active.get(name);
    return fault && (!fault.match || fault.match.test(subject)) ? fault : null;
  }

  get random(): Random {
    return this.#random;
  }

  /** `bad_gateway:0.05` is a rate, `revoked_after:20` a number of requests. */
  #parse(text: string) {
    const [name = "", value] = text.split(":");
    if (value === undefined) return this.set(name, name === "revoked_after" ? { after: 20 } : {});
    const number = Number(value);
    if (!(number >= 0)) throw new RangeError(`"${text}" is not a fault: NAME or NAME:RATE is the form`);
    this.set(name, name === "revoked_after" ? { after: number } : { rate: number });
  }
}
