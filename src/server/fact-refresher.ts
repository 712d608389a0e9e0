import type { Instant } from "../domain/instant.ts";
import { Problem } from "../domain/problem.ts";
import type { EventStream } from "./events.ts";

type FactState = "empty" | "waiting" | "building" | "fresh" | "failed";

export interface FactRefresher {
  /** Rows arrived: a build follows soon. */
  readonly touch: () => void;
  /** Rows arrived that somebody waits for: a build follows at once, also when the last one is not long ago. */
  readonly touchSoon: () => void;
  /** Builds now, or joins the build that is under way and follows it. Answers its duration. */
  refresh(): Promise<{ seconds: number }>;
  readonly state: {
    readonly state: FactState;
    readonly builtAt: Instant | null;
    readonly seconds: number | null;
    readonly problem: string | null;
  };
  /** Waits for the build under way and starts no other. */
  stop(): Promise<void>;
}

export interface FactRefresherOptions {
  /** Links, then facts. */
  build(): Promise<void>;
  readonly events: EventStream;
  now(): Instant;
  onError(error: unknown): void;
  /** Wait after the first rows, so that one build sees a whole burst. */
  readonly firstDelayMs?: number;
  readonly soonDelayMs?: number;
  /** A build takes at most one part in this many of the time. */
  readonly spacing?: number;
  /** Facts speak of now, so they are built again after this long even if nothing arrived. */
  readonly longestMs?: number;
}

/** Keeps links and facts fresh while rows arrive: soon after the first ones, then spaced by how long a build takes. */
export function createFactRefresher(options: FactRefresherOptions): FactRefresher {
  const { firstDelayMs = 2500, soonDelayMs = 300, spacing = 4, longestMs = 3_600_000 } = options;
  let state: FactState = "empty";
  let builtAt: Instant | null = null;
  let seconds: number | null = null;
  let problem: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let isTouched = false;
  let isUrgent = false;
  let isStopped = false;
  let nextAllowed = 0;

  const set = (next: FactState) => {
    state = next;
    options.events.publish({ type: "facts", state, builtAt });
  };
  const schedule = (delay: number) => {
    if (isStopped) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => void run(), delay);
    timer.unref();
  };
  const run = (): Promise<void> => {
    running ??= once().finally(() => {
      running = null;
      schedule(
        isUrgent
          ? Math.max(soonDelayMs, Math.min(1000, (seconds ?? 0) * 1000))
          : isTouched
            ? Math.max(firstDelayMs, nextAllowed - performance.now())
            : longestMs,
      );
    });
    return running;
  };
  const once = async () => {
    isTouched = false;
    isUrgent = false;
    set("building");
    const begun = performance.now();
    try {
      await options.build();
      builtAt = options.now();
      seconds = (performance.now() - begun) / 1000;
      problem = null;
      set("fresh");
    } catch (error) {
      problem = error instanceof Problem ? error.message : "Facts could not be built; the log of the server says why.";
      options.onError(error);
      set("failed");
    }
    nextAllowed = performance.now() + (performance.now() - begun) * (spacing - 1);
  };

  return {
    touch() {
      if (isTouched || isStopped) return;
      isTouched = true;
      if (running) return;
      if (state === "empty") set("waiting");
      schedule(Math.max(firstDelayMs, nextAllowed - performance.now()));
    },
    touchSoon() {
      if (isUrgent || isStopped) return;
      isUrgent = true;
      isTouched = true;
      if (running) return;
      if (state === "empty") set("waiting");
      schedule(soonDelayMs);
    },
    async refresh() {
      if (running) await running;
      await run();
      if (problem !== null) throw new Problem({ code: "facts_failed", what: problem, status: 500 });
      return { seconds: seconds ?? 0 };
    },
    get state() {
      return { state, builtAt, seconds, problem };
    },
    async stop() {
      isStopped = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
