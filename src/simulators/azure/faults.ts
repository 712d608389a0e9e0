import { Random } from "../organisation/random.ts";

/** What the simulator can be told to do wrong. */
export const AZURE_FAULTS = {
  delayed: "the right answer with Retry-After and X-RateLimit headers: the identity is being slowed down",
  throttled: "429 with Retry-After: TF400733, the request was canceled",
  sign_in: "203 with a page to sign in, as for a token that is not accepted",
  redirect: "302 to a page to sign in",
  revoked_after: "203 with a page to sign in after so many requests",
  underscoped: "403 for builds: the token lacks the scope",
  query_timeout: "the query gave up after 30 seconds: VS402335",
  bad_gateway: "502 with an HTML page",
  timeout: "no answer for `seconds` (0.05), then 504 with an HTML page",
  html: "200 with a page for people, as of a proxy that wants them to sign in",
  truncated: "a JSON body cut in the middle",
  reset: "the connection drops before the answer",
  slow: "the right answer after `seconds` (0.5)",
  missing_field: "one field of one record is left out",
  wrong_type: "one field of one record has another type",
  weird_text: "titles, texts and names of people with emoji, NUL, right-to-left marks and lone surrogates",
  duplicate_page: "a page comes a second time instead of the next one",
  loop_page: "the continuation token that was sent comes back",
  no_token: "a feed says that there is more, without a token",
} as const;

export type AzureFault = keyof typeof AZURE_FAULTS;

export interface FaultOptions {
  /** Share of requests that suffer it; 1 by default. */
  readonly rate?: number;
  /** Ends after it happened so often. */
  readonly times?: number;
  /** Only requests whose `METHOD path` matches. */
  readonly match?: RegExp;
  readonly seconds?: number;
  /** Begins after so many requests. */
  readonly after?: number;
}

/** The faults that are switched on. */
export class AzureFaults {
  readonly random: Random;
  readonly #active = new Map<AzureFault, FaultOptions & { seen: number; happened: number }>();

  constructor(seed: number, texts: readonly string[] = []) {
    this.random = new Random(`azure faults:${seed}`);
    for (const text of texts) {
      const [name = "", value] = text.split(":");
      const number = Number(value ?? (name === "revoked_after" ? 20 : 1));
      if (!(number >= 0)) throw new RangeError(`"${text}" is not a fault: NAME or NAME:RATE is the form`);
      this.set(name, name === "revoked_after" ? { after: number } : { rate: number });
    }
  }

  set(name: string, options: FaultOptions = {}) {
    if (!(name in AZURE_FAULTS))
      throw new RangeError(`there is no fault "${name}"; there are ${Object.keys(AZURE_FAULTS).join(", ")}`);
    this.#active.set(name as AzureFault, { ...options, seen: 0, happened: 0 });
  }

  /** Switches one fault off, or all. */
  clear(name?: AzureFault) {
    if (name) this.#active.delete(name);
    else this.#active.clear();
  }

  /** Does the fault strike this request? Call once per request and fault. */
  strikes(name: AzureFault, subject: string): FaultOptions | null {
    const fault = this.#active.get(name);
    if (!fault || (fault.match && !fault.match.test(subject))) return null;
    fault.seen++;
    if (fault.after !== undefined && fault.seen <= fault.after) return null;
    if (fault.times !== undefined && fault.happened >= fault.times) return null;
    if (!this.random.chance(fault.rate ?? 1)) return null;
    fault.happened++;
    return fault;
  }
}
