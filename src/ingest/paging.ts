import type { Answer, Api, Json, PageSize, RequestSpec } from "./connector.ts";
import { pagingLoop } from "./problems.ts";

/* The ways in which providers page. Each yields answers with the position after them; none takes a short page for the end. */

export interface Paged<Next extends Json = string> {
  readonly answer: Answer;
  /** Where the next page begins; null after the last. Fit for `Page.position`. */
  readonly next: Next | null;
}

type Options = Pick<RequestSpec, "class" | "headers" | "cost">;

/** `Link: <…>; rel="next"` of RFC 8288. `from` is the address of a page, as `next` gave it. */
export async function* linkPages(
  api: Api,
  request: { path: string; query?: RequestSpec["query"]; from?: string | null; options?: Options },
): AsyncGenerator<Paged> {
  const seen = loopCheck(request.path);
  let address = request.from ?? null;
  do {
    const answer = address
      ? await api.get(address, undefined, request.options)
      : await api.get(request.path, request.query, request.options);
    address = nextLink(answer.headers.link);
    if (address) seen(address);
    yield { answer, next: address };
  } while (address);
}

export function nextLink(header: string | undefined): string | null {
  for (const [, address, parameters] of (header ?? "").matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)/g))
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(parameters!)) return address!;
  return null;
}

/**
 * Counted positions. `step` is the size asked for when positions count records, and 1 when they count pages.
 * Reading ends with an empty page, or where `total` says so.
 */
export async function* offsetPages(
  first: number,
  request: {
    step: number;
    ask: (at: number) => Promise<Answer>;
    count: (answer: Answer) => number;
    total?: (answer: Answer) => number | null;
  },
): AsyncGenerator<Paged<number>> {
  for (let at = first; ; at += request.step) {
    const answer = await request.ask(at);
    const count = request.count(answer);
    const total = request.total?.(answer) ?? null;
    const isLast = count === 0 || (total !== null && at + request.step >= total);
    if (count > 0 || at === first) yield { answer, next: isLast ? null : at + request.step };
    if (isLast) return;
  }
}

/** An opaque token in the body or a header leads on; `next` finds it, null ends. */
export async function* tokenPages(
  name: string,
  request: { from?: string | null; ask: (token: string | null) => Promise<Answer>; next: (answer: Answer) => string | null },
): AsyncGenerator<Paged> {
  const seen = loopCheck(name);
  let token = request.from ?? null;
  do {
    const answer = await request.ask(token);
    token = request.next(answer);
    if (token !== null) seen(token);
    yield { answer, next: token };
  } while (token !== null);
}

export interface Connection<Node = unknown> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

/** One GraphQL connection, a page at a time, in pages whose size fits what the provider can bear. */
export async function* graphqlPages<Node>(
  api: Api,
  request: {
    path: string;
    query: string;
    variables: { readonly [name: string]: Json };
    /** Names of the variables for size and cursor; `first` and `after` unless given. */
    names?: { size: string; after: string };
    size: PageSize;
    connection: (data: unknown) => Connection<Node> | null;
    from?: string | null;
    options?: Options | ((size: number) => Options);
  },
): AsyncGenerator<Paged & { readonly nodes: readonly Node[] }> {
  const names = request.names ?? { size: "first", after: "after" };
  const seen = loopCheck(request.path);
  let after = request.from ?? null;
  do {
    const answer = await request.size.ask((size) => {
      const variables = { ...request.variables, [names.size]: size, [names.after]: after };
      const options = typeof request.options === "function" ? request.options(size) : request.options;
      return api.post(request.path, { query: request.query, variables }, options);
    });
    const connection = request.connection((answer.body as { data?: unknown } | null)?.data);
    after = connection?.pageInfo.hasNextPage ? (connection.pageInfo.endCursor ?? null) : null;
    if (after !== null) seen(after);
    yield { answer, next: after, nodes: connection?.nodes ?? [] };
  } while (after !== null);
}

/** Throws when a position comes a second time. */
function loopCheck(name: string): (position: string) => void {
  const positions = new Set<string>();
  return (position) => {
    if (positions.has(position)) throw pagingLoop(name, position.slice(0, 100));
    positions.add(position);
  };
}
