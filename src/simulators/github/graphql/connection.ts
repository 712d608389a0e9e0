import { typedError } from "./context.ts";

export interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** How a list is sorted: cursors name a place in that order, so that they stay valid while rows move. */
export interface Order<T> {
  readonly key: (item: T) => readonly [number, number];
  /** 1 ascending, −1 descending. */
  readonly sign: 1 | -1;
}

export interface ConnectionSpec<T> extends Partial<Order<T>> {
  readonly list: readonly T[];
  readonly view: (item: T) => unknown;
  /** Names the version of the list that positions count in. */
  readonly anchor?: string;
}

const encode = (place: readonly (number | string)[]) => Buffer.from(`cursor:v2:${JSON.stringify(place)}`).toString("base64");

function decode(cursor: string): number[] {
  const text = Buffer.from(cursor, "base64").toString();
  if (!text.startsWith("cursor:v2:["))
    throw typedError("INVALID_CURSOR_ARGUMENTS", `\`${cursor}\` does not appear to be a valid cursor.`);
  return JSON.parse(text.slice(10)) as number[];
}

/** The version of the list that a cursor was made in. */
export const anchorOf = (cursor: string | null | undefined): string | undefined =>
  (cursor ? (decode(cursor) as unknown[])[1] : undefined) as string | undefined;

/** One page of a list, as GitHub's connections give it. https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api */
export class Connection<T> {
  readonly totalCount: number;
  readonly #spec: ConnectionSpec<T>;
  readonly #start: number;
  readonly #end: number;

  constructor(spec: ConnectionSpec<T>, page: PageArguments) {
    this.#spec = spec;
    this.totalCount = spec.list.length;
    let start = page.after ? this.#after(decode(page.after)) : 0;
    let end = page.before ? this.#before(decode(page.before)) : spec.list.length;
    if (page.first !== undefined && page.first !== null) end = Math.min(end, start + page.first);
    if (page.last !== undefined && page.last !== null) start = Math.max(start, end - page.last);
    this.#start = start;
    this.#end = Math.max(start, end);
  }

  get nodes() {
    return this.#spec.list.slice(this.#start, this.#end).map(this.#spec.view);
  }

  get edges() {
    return this.#spec.list
      .slice(this.#start, this.#end)
      .map((item, index) => ({ cursor: this.#cursor(this.#start + index), node: this.#spec.view(item) }));
  }

  get pageInfo() {
    const isEmpty = this.#start >= this.#end;
    return {
      hasNextPage: this.#end < this.#spec.list.length,
      hasPreviousPage: this.#start > 0,
      startCursor: isEmpty ? null : this.#cursor(this.#start),
      endCursor: isEmpty ? null : this.#cursor(this.#end - 1),
    };
  }

  #cursor(index: number): string {
    const { key, list, anchor } = this.#spec;
    return encode(key ? key(list[index]!) : anchor ? [index, anchor] : [index]);
  }

  /** Index of the first item behind the place. */
  #after(place: number[]): number {
    return this.#spec.key ? this.#search(place, 0) : (place[0] ?? -1) + 1;
  }

  #before(place: number[]): number {
    return this.#spec.key ? this.#search(place, -1) : (place[0] ?? 0);
  }

  /** First index whose item compares greater than `bound` with the place, in the list's order. */
  #search(place: number[], bound: 0 | -1): number {
    const { list, key, sign = 1 } = this.#spec;
    const [value = 0, id = 0] = place;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const [itemValue, itemId] = key!(list[middle]!);
      const comparison = sign * (itemValue - value || itemId - id);
      if (comparison > bound) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

export const connect = <T>(page: PageArguments, list: readonly T[], view: (item: T) => unknown) =>
  new Connection({ list, view }, page);

/** The same for a sorted list. */
export const connectOrdered = <T>(page: PageArguments, sorted: Order<T> & { list: readonly T[] }, view: (item: T) => unknown) =>
  new Connection({ ...sorted, view }, page);
