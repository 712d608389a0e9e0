import type { History, Repository } from "../../organisation/index.ts";
import type { GithubState } from "../state.ts";

/** One REST call as a route sees it. */
export interface RestRequest {
  readonly state: GithubState;
  /** Address of the API as the caller wrote it, without a trailing slash: `http://127.0.0.1:1234/api/v3`. */
  readonly api: string;
  /** Address of the web pages. */
  readonly web: string;
  /** Path below the API's address, names of repositories replaced by `/repositories/<id>` as GitHub's own links do. */
  readonly linkPath: string;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
}

export interface RepositoryRequest extends RestRequest {
  readonly repository: Repository;
  readonly history: History;
}

export interface RestAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = (request: RestRequest) => RestAnswer;
export type RepositoryRoute = (request: RepositoryRequest) => RestAnswer;

const DOCS = "https://docs.github.com/rest";

/** An error as GitHub writes it. https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api */
export const refusal = (
  status: number,
  message: string,
  more: { docs?: string; headers?: Record<string, string> } = {},
): RestAnswer => ({
  status,
  body: { message, documentation_url: more.docs ?? DOCS, status: String(status) },
  ...(more.headers && { headers: more.headers }),
});

export const notFound = () => refusal(404, "Not Found");

export interface Paging<T> {
  readonly list: readonly T[];
  readonly render: (thing: T) => unknown;
  /** Name of the list in the answer; without it the answer is the list itself. */
  readonly envelope?: string;
  /** No page reaches beyond this many results. */
  readonly cap?: number;
  readonly perPage?: number;
}

/** One page with its `Link` header. https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export function page<T>(request: RestRequest, { list, render, envelope, cap, perPage = 30 }: Paging<T>): RestAnswer {
  const size = Math.min(100, Math.max(1, Number(request.query.get("per_page")) || perPage));
  const number = Math.max(1, Number(request.query.get("page")) || 1);
  const reachable = Math.min(list.length, cap ?? list.length);
  const rows = list.slice((number - 1) * size, Math.min(number * size, reachable)).map(render);
  const link = linkHeader(request, { number, last: Math.max(1, Math.ceil(reachable / size)) });
  return { body: envelope ? { total_count: list.length, [envelope]: rows } : rows, ...(link && { headers: { link } }) };
}

function linkHeader(request: RestRequest, { number, last }: { number: number; last: number }): string {
  const to = (target: number, relation: string) => {
    const query = new URLSearchParams(request.query);
    query.set("page", String(target));
    return `<${request.api}${request.linkPath}?${query.toString()}>; rel="${relation}"`;
  };
  const links: string[] = [];
  if (number > 1) links.push(to(Math.min(number - 1, last), "prev"));
  if (number < last) links.push(to(number + 1, "next"), to(last, "last"));
  if (number > 1) links.push(to(1, "first"));
  return links.join(", ");
}

/** The instant of a query parameter, seconds; null without one. */
export function instantOf(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  const time = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time / 1000;
}
