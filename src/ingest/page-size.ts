import { AsyncLocalStorage } from "node:async_hooks";

import type { Answer, PageSize } from "./connector.ts";
import { RetryableError } from "./errors.ts";

export interface SizeRange {
  readonly start: number;
  readonly min: number;
  readonly max: number;
}

/** Answers within this time count as fast. */
const FAST_MS = 3000;
const FAST_PAGES = 5;

const shrinking = new AsyncLocalStorage<boolean>();

/** True inside an `ask` that can still make its page smaller: then asking the same again is the wrong medicine. */
export const canShrink = (): boolean => shrinking.getStore() === true;

/** Halves on trouble that a smaller page may avoid, grows by half after five fast pages in a row. */
export function createPageSize({ start, min, max }: SizeRange, tookMs: (answer: Answer) => number): PageSize {
  let size = start;
  let fast = 0;
  const settle = (answer: Answer) => {
    fast = tookMs(answer) <= FAST_MS ? fast + 1 : 0;
    if (fast < FAST_PAGES) return;
    fast = 0;
    size = Math.min(max, Math.ceil(size * 1.5));
  };
  return {
    get current() {
      return size;
    },
    async ask(request) {
      for (;;) {
        try {
          const answer = await shrinking.run(size > min, () => request(size));
          settle(answer);
          return answer;
        } catch (error) {
          if (!(error instanceof RetryableError) || !error.smallerPageMayHelp || size <= min) throw error;
          fast = 0;
          size = Math.max(min, Math.floor(size / 2));
        }
      }
    },
  };
}

/** Pages that hold so many records when every page is fast: sizes grow as above. At least one, since an empty list is asked for too. */
export function pagesFor(
  records: number,
  size: number | { readonly start: number; readonly max: number },
): { size: number; records: number }[] {
  let { start: current, max } = typeof size === "number" ? { start: size, max: size } : size;
  const pages: { size: number; records: number }[] = [];
  for (let left = records; left > 0 || pages.length === 0; left -= current) {
    if (pages.length > 0 && pages.length % FAST_PAGES === 0) current = Math.min(max, Math.ceil(current * 1.5));
    pages.push({ size: current, records: Math.max(0, Math.min(left, current)) });
  }
  return pages;
}
