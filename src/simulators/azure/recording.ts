import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import { listOf, refusal, type Asked, type SimulatedAnswer } from "./wire.ts";

interface Recorded {
  /** Parts of the path in lower case, without organisation, numbers of pages and `.json`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly method: string | null;
  /** 1 for the first page. */
  readonly page: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * Answers from a folder of recorded payloads, whatever they are called:
 * a file named after its path (`Pay/_apis/build/builds.json`, or flat `_apis_build_builds.json`, or `builds.json` alone),
 * pages as `builds.2.json`, or a file of exchanges `[{ request: "GET https://…", status, headers, body }]`.
 * The longest path that fits the end of what is asked answers; what is not recorded is an empty list, or not there.
 */
export async function loadRecording(folder: string): Promise<(asked: Asked) => SimulatedAnswer> {
  const found: Recorded[] = [];
  for (const file of await jsonFiles(folder)) {
    const body: unknown = JSON.parse(await readFile(file, "utf8"));
    const exchanges = exchangesIn(body);
    if (exchanges) found.push(...exchanges);
    else found.push(ofFile(relative(folder, file), body));
  }
  if (found.length === 0) throw new Error(`there are no .json files in ${folder}`);
  return (asked) => answer(found, asked);
}

async function jsonFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json") && entry.name !== "expected.json")
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

const parts = (path: string): string[] =>
  decodeURIComponent(path)
    .toLowerCase()
    .split(/[\\/]|__?(?=[a-z{])/)
    .flatMap((part) => (part === "apis" ? ["_apis"] : part === "" ? [] : [part.replaceAll("-", "")]));

function ofFile(name: string, body: unknown): Recorded {
  const [, stem = name, page] = /^(.*?)(?:\.(\d+))?\.json$/.exec(name.split(sep).join("/")) ?? [];
  const [path = "", query = ""] = stem.split("@");
  return {
    path: parts(path),
    query: new URLSearchParams(query),
    method: null,
    page: Number(page ?? 1),
    status: 200,
    headers: {},
    body,
  };
}

interface Exchange {
  readonly request?: unknown;
  readonly url?: unknown;
  readonly path?: unknown;
  readonly method?: unknown;
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly response?: unknown;
}

/** A list of exchanges, in one of the forms that recorders write. */
function exchangesIn(body: unknown): Recorded[] | null {
  const list = Array.isArray(body) ? (body as Exchange[]) : isExchange(body) ? [body] : [];
  if (list.length === 0 || !list.every(isExchange)) return null;
  return list.map((one) => {
    const request = typeof one.request === "object" && one.request !== null ? (one.request as Exchange) : one;
    const response =
      typeof one.response === "object" && one.response !== null && "body" in one.response ? (one.response as Exchange) : one;
    const line = String(request.url ?? request.path ?? one.request);
    const [, method = null, address = line] = /^(GET|POST)\s+(.*)$/.exec(line) ?? [];
    const url = new URL(address, "http://recorded");
    return {
      path: parts(url.pathname),
      query: url.searchParams,
      method: method ?? (typeof request.method === "string" ? request.method : null),
      page: 1,
      status: Number(response.status ?? 200),
      headers: lowered(response.headers),
      body: response.body ?? one.response ?? null,
    };
  });
}

const isExchange = (value: unknown): value is Exchange =>
  typeof value === "object" &&
  value !== null &&
  ("body" in value || "response" in value) &&
  ("request" in value || "url" in value || "path" in value);

/** Only what leads on; lengths and encodings of then are wrong now. */
const lowered = (headers: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((headers ?? {}) as Record<string, unknown>)
      .map(([name, value]): [string, string] => [name.toLowerCase(), String(value)])
      .filter(([name]) => ["x-ms-continuationtoken", "retry-after"].includes(name)),
  );

function answer(all: readonly Recorded[], asked: Asked): SimulatedAnswer {
  const wanted = parts(asked.path);
  const token = asked.query.get("continuationToken");
  const fitting = all
    .map((one) => ({ one, score: score(one, wanted, asked) }))
    .filter(({ score: points }) => points > 0)
    .toSorted((a, b) => b.score - a.score || a.one.page - b.one.page);
  const best = fitting.filter(({ score: points }) => points === fitting[0]!.score).map(({ one }) => one);
  const page = token === null ? 1 : Number(/^recorded-(\d+)$/.exec(token)?.[1] ?? 1);
  const found = best.find((one) => one.page === page) ?? (page === 1 ? best[0] : undefined);
  if (!found) return missing(wanted);
  const following = best.find((one) => one.page === page + 1);
  return dressed(found, { asked, next: following ? `recorded-${page + 1}` : null });
}

/** How well a recorded path fits: all its parts must stand at the end of what is asked; ids of then stand for any. */
function score({ path, query, method }: Recorded, wanted: readonly string[], asked: Asked): number {
  if (method !== null && method !== asked.method) return 0;
  const tail = wanted.slice(-path.length);
  const isTail = path.length > 0 && path.length <= wanted.length && path.every((part, index) => isSame(part, tail[index]!));
  const isWhole = isTail || endsWithWanted(path, wanted);
  if (!isWhole) return 0;
  for (const [name, value] of query)
    if (!/^(api-version|\$top|top|\$maxPageSize)$/i.test(name) && asked.query.get(name) !== value) return 0;
  return 10 * path.length + [...query].length;
}

/** Recorded with an organisation that is not part of what is asked. */
const endsWithWanted = (path: readonly string[], wanted: readonly string[]): boolean =>
  path.length > wanted.length && wanted.every((part, index) => isSame(path.slice(-wanted.length)[index]!, part));

const isSame = (recorded: string, wanted: string): boolean => recorded === wanted || /^\{.*\}$/.test(recorded);

/** A list that was recorded without its pages has nothing more to skip to than itself. */
function skipped(list: readonly unknown[], recorded: URLSearchParams, asked: Asked): readonly unknown[] {
  const name = ["$skip", "searchCriteria.$skip"].find((one) => asked.query.has(one) && !recorded.has(one));
  return name === undefined ? list : list.slice(Number(asked.query.get(name)));
}

function dressed(
  { status, headers, body, query }: Recorded,
  { asked, next }: { asked: Asked; next: string | null },
): SimulatedAnswer {
  const isFeed = /\/reporting\//i.test(asked.path);
  const list = Array.isArray(body) ? body : null;
  if (isFeed) {
    const feed = list ? { values: list } : (body as Record<string, unknown>);
    const isLast = next === null && feed.isLastBatch !== false;
    const token = next ?? feed.continuationToken ?? "recorded-end";
    return { status, body: { ...feed, isLastBatch: isLast, continuationToken: token }, headers };
  }
  const value = list ?? (body as { value?: unknown } | null)?.value;
  return {
    status,
    body: Array.isArray(value) ? Object.assign({}, list ? {} : body, listOf(skipped(value, query, asked))) : body,
    headers: next === null ? headers : { ...headers, "x-ms-continuationtoken": next },
  };
}

/** Lists that nobody recorded are empty; single things are not there. */
function missing(wanted: readonly string[]): SimulatedAnswer {
  if (wanted.includes("reporting")) return { body: { values: [], isLastBatch: true, continuationToken: "recorded-end" } };
  if (wanted.at(-1) === "artifacturiquery") return { body: { artifactUrisQueryResult: {} } };
  if (wanted.at(-1) === "wiql") return { body: { workItems: [] } };
  if (wanted.at(-1) === "connectiondata") return { body: { authenticatedUser: { providerDisplayName: "Recording" } } };
  if (wanted.at(-1) === "iterations" && wanted.includes("classificationnodes")) return { body: { id: 0, name: "", path: "" } };
  if (wanted.at(-1) === "timeline") return { status: 204, text: "" };
  return /^\d+$|^[0-9a-f]{32}$/.test(wanted.at(-1) ?? "") ? refusal(404, "VS800075: It was not recorded.") : { body: listOf([]) };
}
