/** Lets at most `count` pieces of work run at once; the others wait in order. */
export class Permits {
  #free: number;
  readonly #count: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
    this.#free = count;
  }

  /** Runs `work` with one permit, or waits for one first; a `signal` that fires while waiting takes it out of the line. */
  async use<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await this.#take(signal);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  /** Runs `work` while nothing else holds a permit. */
  async useAll<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let taken = 0; taken < this.#count; taken++) await this.#take();
    try {
      return await work();
    } finally {
      for (let given = 0; given < this.#count; given++) this.#give();
    }
  }

  #take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const entry = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal!.reason as Error);
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(entry);
    });
  }

  #give() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
