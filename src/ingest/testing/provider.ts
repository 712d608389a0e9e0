import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One thing that the provider keeps; the list shows everything. */
export interface Thing {
  readonly id: number;
  readonly title: string;
  readonly updatedAt: string;
  readonly isOpen?: boolean;
}

export interface Call {
  readonly url: URL;
  readonly headers: http.IncomingHttpHeaders;
  readonly method: string;
  /** Of all calls, from 1. */
  readonly number: number;
}

/** Answers instead of the provider when it returns true. */
export type Fault = (call: Call, response: ServerResponse) => boolean | void;

export interface Provider {
  readonly url: string;
  readonly calls: Call[];
  /** Things by scope. */
  readonly things: Map<string, Thing[]>;
  fault: Fault;
  /** Order that the list really has; it claims whatever was asked. */
  order: "ascending" | "descending" | "shuffled";
  now: () => string;
  close(): Promise<void>;
}

/** A provider over real HTTP whose lists are paged by (time, id), with whatever misbehaviour a test plants. */
export async function startProvider(things: Record<string, readonly Thing[]>): Promise<Provider> {
  const server = http.createServer((request, response) => void answer(provider, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const provider: Provider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    things: new Map(Object.entries(things).map(([scope, list]) => [scope, [...list]])),
    fault: () => false,
    order: "descending",
    now: () => new Date().toISOString(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return provider;
}

function answer(provider: Provider, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, provider.url);
  const call: Call = { url, headers: request.headers, method: request.method!, number: provider.calls.length + 1 };
  provider.calls.push(call);
  response.setHeader("date", new Date(provider.now()).toUTCString());
  request.resume();
  if (provider.fault(call, response)) return;
  const [, kind, scope, , id] = url.pathname.split("/");
  if (kind === "me") return sendJson(response, { login: "ada" });
  if (kind === "marks") return sendJson(response, marks(provider));
  const list = kind === "scopes" && scope !== undefined ? provider.things.get(scope) : undefined;
  if (!list) return sendJson(response, { message: "Not Found" }, 404);
  if (id !== undefined) return sendJson(response, { things: list.filter((thing) => id.split(",").includes(String(thing.id))) });
  sendJson(response, pageOf(sorted(list, provider.order), url.searchParams));
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const marks = ({ things }: Provider) =>
  [...things].map(([scope, list]) => ({
    scope,
    mark: list.reduce((newest, { updatedAt }) => (updatedAt > newest ? updatedAt : newest), "") + list.length,
  }));

const placeOf = ({ updatedAt, id }: Thing): string => `${updatedAt}#${String(id).padStart(6, "0")}`;

function sorted(list: readonly Thing[], order: Provider["order"]): Thing[] {
  if (order === "shuffled") return [...list].sort((a, b) => ((a.id * 7919) % 101) - ((b.id * 7919) % 101));
  const sign = order === "ascending" ? 1 : -1;
  return [...list].sort((a, b) => (placeOf(a) < placeOf(b) ? -sign : sign));
}

function pageOf(list: readonly Thing[], parameters: URLSearchParams): { things: Thing[]; next: string | null } {
  const size = Number(parameters.get("size") ?? 10);
  const since = parameters.get("since") ?? "";
  const after = parameters.get("after");
  const asked = list.filter(({ updatedAt }) => updatedAt >= since);
  const start = after === null ? 0 : asked.findIndex((thing) => placeOf(thing) === after) + 1 || Number.POSITIVE_INFINITY;
  const things = asked.slice(start, start + size);
  return { things, next: start + size < asked.length ? placeOf(things.at(-1)!) : null };
}

/** Things of one scope, `count` of them, an hour apart, the last one an hour ago. */
export function someThings(
  count: number,
  options: { firstId?: number; title?: (id: number) => string; now?: string } = {},
): Thing[] {
  const newest = Date.parse(options.now ?? new Date().toISOString());
  return Array.from({ length: count }, (_, index) => {
    const id = (options.firstId ?? 1) + index;
    return {
      id,
      title: options.title?.(id) ?? `Thing ${id}`,
      updatedAt: new Date(newest - (count - index) * 3_600_000).toISOString(),
    };
  });
}
