import type { ApiAnswer } from "./api.ts";
import type { Incoming } from "./exchange.ts";

const MOST_UNDER_WAY = 10;

/**
 * Who was told to wait, and for how long: all calls of a credential after a secondary limit, those of one resource when its
 * budget is used up. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export class Blocks {
  readonly #told = new Map<string, { from: number; until: number; arrived: number }>();
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
    const blocks = [whoOf(incoming), resourceOf(incoming)].map((key) => this.#told.get(key));
    return blocks.some((block) => {
      if (!block || arrivedAt >= block.until) return false;
      // Of what arrives in its first half, some may have been under way when the word went out.
      return ++block.arrived > MOST_UNDER_WAY || arrivedAt > (block.from + block.until) / 2;
    });
  }

  #note(key: string, seconds: number) {
    const from = this.#elapsed();
    const known = this.#told.get(key);
    const isOver = known === undefined || known.until <= from;
    const until = Math.max(known?.until ?? 0, from + seconds * 1000);
    this.#told.set(key, isOver ? { from, until, arrived: 0 } : { ...known, until });
  }
}

const whoOf = ({ headers }: Incoming) => String(headers.authorization);
const resourceOf = (incoming: Incoming) => `${whoOf(incoming)} ${incoming.isGraphql ? "graphql" : "core"}`;
