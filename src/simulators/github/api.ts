import { createHash } from "node:crypto";

import { answerSpecial } from "./app-routes.ts";
import type { Credential } from "./auth.ts";
import type { Incoming, ServerParts } from "./exchange.ts";
import { answerHooks } from "./hook-routes.ts";
import type { FaultName, Faults } from "./faults.ts";
import { answerGraphql } from "./graphql/execute.ts";
import type { Window } from "./limits.ts";
import { refusal, type RestAnswer } from "./rest/request.ts";
import { answerRest, type RoutedAnswer } from "./rest/router.ts";
import { loopGraphql, makePartial, makeWeird, omitRecords, SPOILINGS, spoilRecord } from "./spoil.ts";

export interface ApiAnswer {
  readonly status?: number;
  readonly body?: unknown;
  /** Sent as it is instead of the body as JSON. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credential?: Credential;
  readonly window?: Window;
}

type Strikes = (name: FaultName) => ReturnType<Faults["strikes"]>;

const NO_AGENT =
  "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check https://developer.github.com for other possible causes.\n";

/** One request as GitHub's API answers it: who asks, what may be spent, what is there. */
export function answerApi(parts: ServerParts, incoming: Incoming, strikes: Strikes): ApiAnswer {
  if (!incoming.headers["user-agent"]) return { status: 403, text: NO_AGENT, headers: { "content-type": "text/plain" } };
  const identified = parts.credentials.identify(incoming.headers.authorization);
  if (!("token" in identified)) {
    parts.log.rest("unauthenticated");
    return identified;
  }
  const credential: Credential = strikes("underscoped")
    ? { ...identified, kind: "fine-grained", mayReadActions: false }
    : identified;
  return incoming.isGraphql ? graphql(parts, incoming, { credential, strikes }) : rest(parts, incoming, { credential, strikes });
}

interface Caller {
  readonly credential: Credential;
  readonly strikes: Strikes;
}

function rest(parts: ServerParts, incoming: Incoming, caller: Caller): ApiAnswer {
  const { limits, log } = parts;
  const { credential } = caller;
  const spent = limits.read(credential.token, "core");
  if (spent.remaining === 0 && incoming.path !== "/rate_limit") {
    log.rest("rate limited");
    const docs = "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting";
    return {
      ...refusal(403, `API rate limit exceeded for user ID ${parts.state.viewer.id}.`, { docs }),
      credential,
      window: spent,
    };
  }
  const answer = route(parts, incoming, caller);
  const body = spoilRest(parts, incoming, { answer, strikes: caller.strikes });
  // Recorded payloads name the host they came from; a simulator's links must lead back to it.
  const text = parts.state.isRecording
    ? JSON.stringify(body.body).replaceAll("https://api.github.com/", `${incoming.api}/`)
    : JSON.stringify(body.body);
  const etag = `W/"${createHash("sha256").update(credential.token).update(text).digest("hex")}"`;
  const isFound = (answer.status ?? 200) === 200;
  const isSame = isFound && (incoming.headers["if-none-match"] === etag || notModifiedSince(incoming, body.headers));
  log.rest(`${incoming.method} ${answer.route}`, isSame);
  const window = limits.charge(credential.token, "core", isSame || answer.isFree ? 0 : 1);
  return {
    status: isSame ? 304 : (answer.status ?? 200),
    text,
    headers: {
      ...(isFound && {
        etag,
        "cache-control": "private, max-age=60, s-maxage=60",
        vary: "Accept, Authorization, Cookie, X-GitHub-OTP",
      }),
      ...body.headers,
    },
    credential,
    window,
  };
}

function notModifiedSince(incoming: Incoming, headers: RestAnswer["headers"]): boolean {
  const since = incoming.headers["if-modified-since"];
  const last = headers?.["last-modified"];
  return (
    since !== undefined &&
    last !== undefined &&
    incoming.headers["if-none-match"] === undefined &&
    Date.parse(last) <= Date.parse(since)
  );
}

function route(parts: ServerParts, incoming: Incoming, { credential }: Caller): RoutedAnswer & { isFree?: boolean } {
  const { state, credentials, limits, webhooks } = parts;
  const { api, web, path, version, method } = incoming;
  const query = incoming.url.searchParams;
  const request = { state, api, web, linkPath: path, query, params: {} };
  const hooks = answerHooks({ method, path, request, credential, webhooks });
  if (hooks) return hooks;
  const special = answerSpecial({ method, request, path, credential, credentials, limits, version });
  if (special) return special;
  const refuse = (area: "actions" | "other") =>
    area === "actions" && !credential.mayReadActions
      ? refusal(403, "Resource not accessible by personal access token", {
          headers: { "x-accepted-github-permissions": "actions=read" },
        })
      : null;
  return answerRest({ state, api, web, path, query, refuse });
}

/** Bodies of the last pages, for `duplicate_page`. */
const lastPages = new WeakMap<ServerParts, Map<string, { body: unknown; wasRepeated: boolean }>>();

function repeated(parts: ServerParts, key: string, page: { isLater: boolean; body: unknown; strikes: Strikes }): unknown {
  let pages = lastPages.get(parts);
  if (!pages) lastPages.set(parts, (pages = new Map()));
  const last = pages.get(key);
  if (page.isLater && last && !last.wasRepeated && page.strikes("duplicate_page")) {
    pages.set(key, { ...last, wasRepeated: true });
    return last.body;
  }
  pages.set(key, { body: page.body, wasRepeated: false });
  return page.body;
}

/** Share of records that `omits` leaves out when nothing else is said. */
const OMITTED = 0.1;

function spoilRest(
  parts: ServerParts,
  incoming: Incoming,
  { answer, strikes }: { answer: RestAnswer; strikes: Strikes },
): RestAnswer {
  if ((answer.status ?? 200) !== 200) return answer;
  const { searchParams } = incoming.url;
  const isLater = Number(searchParams.get("page") ?? 1) > 1;
  let body = repeated(parts, incoming.path, { isLater, body: answer.body, strikes });
  let { headers } = answer;
  const omits = parts.faults.active("omits", `${incoming.method} ${incoming.path}`);
  if (omits) body = omitRecords(body, omits.rate ?? OMITTED);
  for (const name of SPOILINGS)
    if (strikes(name)) {
      body = structuredClone(body);
      spoilRecord(body, parts.faults.random, name);
    }
  if (strikes("weird_text")) body = makeWeird(body);
  if (headers?.link && strikes("loop_page")) {
    const query = new URLSearchParams(searchParams);
    headers = { ...headers, link: `<${incoming.api}${incoming.path}?${query.toString()}>; rel="next"` };
  }
  return { ...answer, body, ...(headers && { headers }) };
}

function graphql(parts: ServerParts, incoming: Incoming, { credential, strikes }: Caller): ApiAnswer {
  const { state, limits, log, faults } = parts;
  let asked: { query?: unknown; variables?: Record<string, unknown>; operationName?: unknown };
  try {
    asked = JSON.parse(incoming.body) as typeof asked;
  } catch {
    log.graphql("unreadable", 0);
    return { ...refusal(400, "Problems parsing JSON", { docs: "https://docs.github.com/graphql" }), credential };
  }
  if (incoming.method !== "POST") return { ...refusal(404, "Not Found"), credential };
  const { query, variables, operationName } = asked;
  const answer = answerGraphql({
    state,
    web: incoming.web,
    api: incoming.api,
    credential,
    limits,
    isOld: parts.enterprise !== null,
    query,
    variables,
    operationName,
  });
  log.graphql(answer.operation, answer.points);
  const after = Object.entries(variables ?? {}).find(
    ([name, value]) => typeof value === "string" && /after|cursor/i.test(name),
  )?.[1];
  let body = answer.body as Record<string, unknown>;
  if (answer.body.data) {
    const key = `${String(query)}${JSON.stringify({ ...variables, after: null, cursor: null })}`;
    body = repeated(parts, key, { isLater: after !== undefined, body, strikes }) as Record<string, unknown>;
    const omits = faults.active("omits", String(query));
    if (omits) body = omitRecords(body, omits.rate ?? OMITTED) as Record<string, unknown>;
    const name = SPOILINGS.find((fault) => strikes(fault));
    const [isPartial, isWeird, isLoop] = [strikes("partial"), strikes("weird_text"), strikes("loop_page")];
    if (name || isPartial || isLoop) body = structuredClone(body);
    if (name) spoilRecord(body, faults.random, name);
    if (isPartial) body = makePartial(body, faults.random);
    if (isWeird) body = makeWeird(body) as Record<string, unknown>;
    if (isLoop) loopGraphql(body, after);
  }
  return { body, credential, window: answer.window };
}
