import type { Answer, Json } from "../../ingest/connector.ts";
import type { Config } from "./config.ts";
import type { Reading } from "./instance.ts";
import { listLoops } from "./problems.ts";

export type RawIssue = { readonly id: string; readonly key: string; readonly fields: Readonly<Record<string, unknown>> } & Record<
  string,
  unknown
>;

export interface Search {
  readonly isCloud: boolean;
  /** Conditions without time and order. */
  readonly jql: string;
  readonly fields: readonly string[];
  readonly expand?: "changelog";
  /** Ids and keys that no longer exist are left out instead of refused. */
  readonly isLenient?: boolean;
}

/**
 * Where a pass stands: everything changed before `anchor` (ms since 1970) has been read. Within the anchor's minute `skip` (Data Center)
 * or `token` (Cloud) leads on.
 */
type Place = {
  readonly anchor: number | null;
  readonly skip: number;
  readonly token: string | null;
};

export interface SearchPage {
  readonly issues: readonly RawIssue[];
  readonly answer: Answer;
  /** Null after the last page. */
  readonly next: Json | null;
  /** Change time of the last issue. */
  readonly updated: number | null;
}

const MOST = 100;
/** Issues that are asked for again where a list may have shifted. */
const STEP_BACK = 10;
const MINUTE = 60_000;

const minute = (time: number): number => Math.floor(time / MINUTE);
const updatedOf = ({ fields }: RawIssue): number => Date.parse(String(fields.updated));

/**
 * Issues in the order of their last change, from `since` (ms) on. Without `until` one that is touched meanwhile moves to the end and is
 * seen again; with it, it leaves the range, and the reading of news sees it. Every page asks anew from the last change seen, so that nothing slips through when the list shifts under it.
 * JQL takes milliseconds since 1970 whatever the user's time zone is; the instance may cut them to the minute.
 */
export async function* issuesByChange(
  reading: Reading,
  search: Search,
  { since, until, position }: { since: number | null; until: number | null; position: Json | null },
): AsyncGenerator<SearchPage> {
  const seen = new Map<string, number>();
  // The bound may be cut to the minute.
  const ranged = until === null ? search : { ...search, jql: `${search.jql} AND updated <= ${until + MINUTE}` };
  let place: Place = (position as Place | null) ?? { anchor: since, skip: 0, token: null };
  for (;;) {
    const { answer, issues, token, isLast } = await searchPage(reading, ranged, place);
    const fresh = issues.filter((issue) => seen.get(issue.id) !== updatedOf(issue));
    for (const issue of fresh) seen.set(issue.id, updatedOf(issue));
    const last = issues.at(-1);
    const updated = last ? updatedOf(last) : null;
    const next = isLast ? null : nextPlace(place, { updated, count: issues.length, token });
    yield { issues: fresh, answer, next, updated };
    if (!next) return;
    if (next.token !== null && next.token === place.token) throw listLoops("issues");
    place = next;
    for (const [id, time] of seen) if (place.anchor !== null && minute(time) < minute(place.anchor)) seen.delete(id);
  }
}

function nextPlace(
  place: Place,
  { updated, count, token }: { updated: number | null; count: number; token: string | null },
): Place {
  if (updated !== null && (place.anchor === null || minute(updated) > minute(place.anchor)))
    return { anchor: updated, skip: 0, token: null };
  return { anchor: place.anchor, skip: place.skip + Math.max(1, count - STEP_BACK), token };
}

interface FoundPage {
  readonly answer: Answer;
  readonly issues: readonly RawIssue[];
  readonly token: string | null;
  readonly isLast: boolean;
}

async function searchPage({ api }: Reading, search: Search, { anchor, skip, token }: Place): Promise<FoundPage> {
  const jql = `${search.jql}${anchor === null ? "" : ` AND updated >= ${anchor}`} ORDER BY updated ASC, key ASC`;
  const size = api.pageSize("search", { start: MOST, min: 10, max: MOST });
  const answer = await size.ask((maxResults) => ask(api, { ...search, jql, maxResults, skip, token }));
  return found(answer, search.isCloud, skip);
}

type Asked = Search & { readonly maxResults: number; readonly skip: number; readonly token: string | null };

/**
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post
 * https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/search-searchUsingSearchRequest
 */
function ask(api: Reading["api"], { isCloud, jql, fields, expand, maxResults, skip, token, isLenient }: Asked): Promise<Answer> {
  const body = { jql, fields: [...fields], maxResults };
  return isCloud
    ? api.post(
        "/rest/api/3/search/jql",
        { ...body, ...(token === null ? {} : { nextPageToken: token }), ...(expand ? { expand } : {}) },
        { class: "search" },
      )
    : api.post(
        "/rest/api/2/search",
        { ...body, startAt: skip, validateQuery: isLenient !== true, ...(expand ? { expand: [expand] } : {}) },
        { class: "search" },
      );
}

/** One of another shape goes on, so that it is set apart as a record and named. */
const withFields = (issue: RawIssue): RawIssue =>
  typeof issue.fields === "object" && issue.fields !== null ? issue : { ...issue, fields: {} };

function found(answer: Answer, isCloud: boolean, skip: number): FoundPage {
  const body = answer.body as { issues?: RawIssue[]; nextPageToken?: string | null; isLast?: boolean; total?: number };
  const issues = (body.issues ?? []).map(withFields);
  const token = body.nextPageToken ?? null;
  // A short page is not the end: Cloud shrinks pages as it likes.
  const isLast = isCloud
    ? token === null || body.isLast === true
    : issues.length === 0 || skip + issues.length >= (body.total ?? 0);
  return { answer, issues, token: isLast ? null : token, isLast };
}

/** Every issue that matches, by key; for lists of ids and single conditions. Pages of the size that is asked for, or smaller. */
export async function* issuesByKey(reading: Reading, search: Search & { most?: number }): AsyncGenerator<FoundPage> {
  const jql = `${search.jql} ORDER BY key ASC`;
  let [skip, token] = [0, null as string | null];
  for (;;) {
    const page = found(
      await ask(reading.api, { ...search, jql, maxResults: search.most ?? MOST, skip, token }),
      search.isCloud,
      skip,
    );
    yield page;
    if (page.isLast) return;
    if (page.token !== null && page.token === token) throw listLoops("issues");
    skip += page.issues.length;
    token = page.token;
  }
}

/**
 * Single issues by id or key on Cloud; what no longer exists or is hidden is left out. It does not wait for the index.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulkfetch-post
 */
export async function* issuesByName(
  { api }: Reading,
  names: readonly string[],
  { fields, expand }: Pick<Search, "fields" | "expand">,
): AsyncGenerator<{ answer: Answer; issues: readonly RawIssue[] }> {
  for (let from = 0; from < names.length; from += MOST) {
    const body = { issueIdsOrKeys: names.slice(from, from + MOST), fields: [...fields], ...(expand ? { expand: [expand] } : {}) };
    const answer = await api.post("/rest/api/3/issue/bulkfetch", body, { class: "search" });
    yield { answer, issues: ((answer.body as { issues?: RawIssue[] }).issues ?? []).map(withFields) };
  }
}

/** What a scope holds, as JQL. A board is known by its filter. */
export async function conditionOf(reading: Reading, config: Config): Promise<string> {
  const scope = reading.scope!;
  const filter = config.jql === undefined ? "" : ` AND (${config.jql})`;
  if (scope.kind !== "board") return `project = ${scope.id}${filter}`;
  const answer = await reading.api.get(`/rest/agile/1.0/board/${boardOf(scope.id)}/configuration`, undefined, { class: "agile" });
  const { filter: own } = answer.body as { filter?: { id?: string | number } };
  return `filter = ${own?.id}${filter}`;
}

/** Ids of boards and projects are two rows of numbers: a board's scope says so. */
export const boardScope = (id: string | number): string => `board/${id}`;
export const boardOf = (scopeId: string): string => scopeId.replace(/^board\//, "");
