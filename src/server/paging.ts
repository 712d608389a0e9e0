import type { Page } from "./services.ts";

/** One page of a list that is in memory anyway; the cursor is the number of rows before it. */
export function pageOfList<Item>(
  all: readonly Item[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Page<Item> {
  const start = readCursor(cursor);
  const items = all.slice(start, start + limit);
  return { items, nextCursor: start + limit < all.length ? String(start + limit) : null, total: all.length };
}

/** Rows before the page; a cursor that is none of ours begins at the start. */
export const readCursor = (cursor: string | undefined): number =>
  cursor !== undefined && /^\d{1,12}$/.test(cursor) ? Number(cursor) : 0;
