import { addSeconds, compareInstants, type Instant } from "../domain/instant.ts";
import type { Ask, Authorization } from "./connector.ts";
import { FatalError } from "./errors.ts";

/** Nobody minds a clock that is wrong by so little. */
const CLOSE_MS = 30_000;

/** What was signed for another time than the provider's is refused, and the refusal tells its time: then it is signed anew, once. */
export async function atTheirTime<Result>(
  { now, elapsed }: { now(): Instant; elapsed(): number },
  work: (now: Instant) => Promise<Result>,
): Promise<Result> {
  const believed = now();
  const begun = elapsed();
  try {
    return await work(believed);
  } catch (error) {
    const expected = Date.parse(believed) + elapsed() - begun;
    if (!(error instanceof FatalError) || Math.abs(Date.parse(now()) - expected) < CLOSE_MS) throw error;
    return work(now());
  }
}

/** A credential this close to its end is exchanged anew. */
const EARLY_SECONDS = 60;

/** Credentials that were exchanged for short-lived ones: one exchange at a time, shared by everything in the process. */
export class Authorizer {
  readonly #held = new Map<string, Promise<Authorization>>();

  /** The one to call with now. */
  async current(
    key: string,
    exchange: { authorize: (ask: Ask) => Promise<Authorization>; ask: Ask; now: Instant },
  ): Promise<Authorization> {
    for (;;) {
      const held = this.#held.get(key) ?? this.#exchange(key, exchange);
      const authorization = await held;
      const { expiresAt } = authorization;
      if (!expiresAt || compareInstants(addSeconds(expiresAt, -EARLY_SECONDS), exchange.now) > 0) return authorization;
      const isOurs = this.#held.get(key) === held;
      if (isOurs) return this.#exchange(key, exchange);
    }
  }

  /** The provider refused it; another may have been exchanged meanwhile. */
  async refused(key: string, refused: Authorization): Promise<void> {
    const held = this.#held.get(key);
    if (held && (await held.catch(() => null)) === refused && this.#held.get(key) === held) this.#held.delete(key);
  }

  #exchange(
    key: string,
    { authorize, ask }: { authorize: (ask: Ask) => Promise<Authorization>; ask: Ask },
  ): Promise<Authorization> {
    const exchanging = authorize(ask);
    this.#held.set(key, exchanging);
    exchanging.catch(() => {
      if (this.#held.get(key) === exchanging) this.#held.delete(key);
    });
    return exchanging;
  }
}
