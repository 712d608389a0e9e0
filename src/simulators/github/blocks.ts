import type { ApiAnswer } from "./api.ts";
import type { Incoming } from "./exchange.ts";

/**
 * Who was told to wait, and for how long: all calls of a credential after a secondary limit, those of one resource when its
 * budget is used up. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export class Blocks {
  readonly #told = new Map<string, { from: number; until: number }>();
  readonly #elapsed: () => number;
  readonly #now: () => number;

  /** Milliseconds that only ever grow, and the vendor's clock in seconds. */
  constructor(elapsed: () => number, now: () => number) {
    this.#elapsed = elapsed;
    this.#now = now;
  }

  /** The answer has gone out. */
  told(incoming: Incoming, { headers = {}, window }: ApiAnswer) {
    const retryAfter = Number(headers["retry-after"]);
    if (retryAfter > 0) this.#note(whoOf(incoming), retryAfter);
    // Whole seconds: the last one may have begun already.
    if (window?.remaining === 0) this.#note(resourceOf(incoming), window.reset - this.#now() - 1);
  }

  isInside(incoming: Incoming, arrivedAt: number): boolean {
    return [whoOf(incoming), resourceOf(incoming)].some((key) => {
      const block = this.#told.get(key);
      // What arrives in its first half may have been under way when the word went out.
      return block !== undefined && arrivedAt > (block.from + block.until) / 2 && arrivedAt < block.until;
    });
  }

  #note(key: string, seconds: number) {
    const from = this.#elapsed();
    const known = this.#told.get(key);
    const isOver = known === undefined || known.until <= from;
    this.#told.set(key, { from: isOver ? from : known.from, until: Math.max(known?.until ?? 0, from + seconds * 1000) });
  }
}

const whoOf = ({ headers }: Incoming) => String(headers.authorization);
const resourceOf = (incoming: Incoming) => `${whoOf(incoming)} ${incoming.isGraphql ? "graphql" : "core"}`;
