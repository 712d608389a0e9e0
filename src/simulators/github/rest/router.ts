import type { Repository } from "../../organisation/index.ts";
import { findRepository, type GithubState } from "../state.ts";
import { accountRoutes } from "./routes-accounts.ts";
import { actionRoutes } from "./routes-actions.ts";
import { codeRoutes } from "./routes-code.ts";
import { pullRoutes } from "./routes-pulls.ts";
import { notFound, type RepositoryRoute, type RestAnswer, type RestRequest } from "./request.ts";

interface Compiled<R> {
  readonly pattern: string;
  readonly expression: RegExp;
  readonly names: readonly string[];
  readonly route: R;
}

/** Literal segments win over parameters: `pulls/comments` before `pulls/:number`. */
function compile<R>(routes: Record<string, R>): Compiled<R>[] {
  const weight = (pattern: string) =>
    pattern
      .split("/")
      .map((part) => (part.startsWith(":") ? "b" : "a"))
      .join("");
  return Object.entries(routes)
    .map(([pattern, route]) => ({
      pattern,
      route,
      names: [...pattern.matchAll(/:(\w+)/g)].map((match) => match[1]!),
      expression: new RegExp(`^${pattern.replaceAll(/:\w+/g, "([^/]+)")}$`),
    }))
    .sort((a, b) => (weight(a.pattern) < weight(b.pattern) ? -1 : 1));
}

const repositoryRoutes = compile<RepositoryRoute>({ ...codeRoutes, ...pullRoutes, ...actionRoutes });
const otherRoutes = compile(accountRoutes);

export interface RestCall {
  readonly state: GithubState;
  readonly api: string;
  readonly web: string;
  /** Below the API's address, decoded, without query: `/repos/acme/pay/pulls`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** May the credential read this? A sentence that says no, or null. */
  readonly refuse: (area: "actions" | "other") => RestAnswer | null;
}

export interface RoutedAnswer extends RestAnswer {
  /** `GET /repos/{o}/{r}/pulls/:number`, for counting. */
  readonly route: string;
}

/** Finds the route of a GET and lets it answer. */
export function answerRest(call: RestCall): RoutedAnswer {
  const named = /^\/repos\/([^/]+\/[^/]+)(?:\/(.*))?$/.exec(call.path);
  const numbered = named ? null : /^\/repositories\/(\d+)(?:\/(.*))?$/.exec(call.path);
  if (!named && !numbered) return answerOther(call);
  const rest = (named?.[2] ?? numbered?.[2] ?? "").replace(/\/$/, "");
  if (numbered) {
    const repository = call.state.repositories.find((entry) => entry.id === Number(numbered[1]));
    return repository ? answerRepository(call, repository, rest) : { ...notFound(), route: "/repositories/{id}" };
  }
  const found = findRepository(call.state, decodeURIComponent(named![1]!));
  if (!found) return { ...notFound(), route: "/repos/{o}/{r}" };
  return found.isFormer ? moved(call, found.repository, rest) : answerRepository(call, found.repository, rest);
}

/** https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects */
function moved(call: RestCall, repository: Repository, rest: string): RoutedAnswer {
  const query = call.query.toString();
  const location = `${call.api}/repositories/${repository.id}${rest && `/${rest}`}${query && `?${query}`}`;
  const body = {
    message: "Moved Permanently",
    url: location,
    documentation_url: "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
  };
  return { status: 301, body, headers: { location }, route: "/repos/{o}/{r} moved" };
}

function answerRepository(call: RestCall, repository: Repository, rest: string): RoutedAnswer {
  for (const { pattern, expression, names, route } of repositoryRoutes) {
    const match = expression.exec(rest);
    if (!match) continue;
    const name = `/repos/{o}/{r}${pattern && `/${pattern}`}`;
    const refused = call.refuse(pattern.startsWith("actions/") ? "actions" : "other");
    if (refused) return { ...refused, route: name };
    const params = Object.fromEntries(names.map((key, index) => [key, decodeURIComponent(match[index + 1]!)]));
    const linkPath = `/repositories/${repository.id}${rest && `/${rest}`}`;
    return { ...route({ ...call, params, linkPath, repository, history: repository.history() }), route: name };
  }
  return { ...notFound(), route: "/repos/{o}/{r}/?" };
}

function answerOther(call: RestCall): RoutedAnswer {
  for (const { pattern, expression, names, route } of otherRoutes) {
    const match = expression.exec(call.path.slice(1));
    if (!match) continue;
    const params = Object.fromEntries(names.map((key, index) => [key, decodeURIComponent(match[index + 1]!)]));
    const request: RestRequest = { ...call, params, linkPath: call.path };
    return { ...route(request), route: `/${pattern}` };
  }
  return { ...notFound(), route: "?" };
}
