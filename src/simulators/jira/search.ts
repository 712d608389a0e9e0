import { JqlError, parseJql, type Ground, type Query, type Searched } from "./jql.ts";
import type { Random } from "../organisation/random.ts";
import { issueNamed, type JiraState, type Json, type SimulatedIssue } from "./state.ts";

export interface Shown {
  readonly issue: SimulatedIssue;
  readonly key: string;
  readonly fields: Json;
  readonly updatedAt: number;
}

/** What the index shows of an issue now; null while it has not seen it. */
function shownBy(state: JiraState, issue: SimulatedIssue): Shown | null {
  const isStale = issue.stale !== null && state.now() < issue.stale.until;
  const shown = isStale ? issue.stale!.shown : issue;
  return shown && { issue, key: shown.key, fields: shown.fields, updatedAt: shown.updatedAt };
}

const searched = ({ issue, key, fields, updatedAt }: Shown): Searched => ({
  id: issue.id,
  key,
  previousKeys: issue.previousKeys,
  project: fields.project as Searched["project"],
  type: String((fields.issuetype as Json | undefined)?.name),
  status: String((fields.status as Json | undefined)?.name),
  updatedAt,
  createdAt: issue.createdAt,
});

export interface SearchRequest {
  readonly jql: string;
  readonly isLenient: boolean;
  readonly cutsToMinute: boolean;
}

/** Everything that matches, in order. Throws JqlError. */
export function search(state: JiraState, { jql, isLenient, cutsToMinute }: SearchRequest): { query: Query; found: Shown[] } {
  const projects = new Set(
    state.projects.flatMap(({ id, key, name }) => [String(id), String(key), String(name)].map((word) => word.toLowerCase())),
  );
  const ground: Ground = {
    now: state.now(),
    zone: state.zone,
    cutsToMinute,
    isLenient,
    isKnownProject: (name) => projects.has(name.toLowerCase()),
    isKnownIssue: (name) => issueNamed(state, name) !== null,
    filterOf(id) {
      const filter = state.filters.get(id);
      if (filter === undefined) throw new JqlError(`The value '${id}' does not exist for the field 'filter'.`);
      return filter;
    },
  };
  const query = parseJql(jql, ground);
  const all = [...state.issues.values()]
    .flatMap((issue) => shownBy(state, issue) ?? [])
    .map((shown) => ({ shown, words: searched(shown) }));
  const matching = all.filter(({ words }) => query.matches(words));
  matching.sort((a, b) => query.compare(a.words, b.words) || Number(a.words.id) - Number(b.words.id));
  return { query, found: matching.map(({ shown }) => shown) };
}

/** Comments and worklogs that a search embeds. */
const EMBEDDED = 20;
/** Entries of history that Cloud embeds: the newest. */
const EMBEDDED_HISTORY = 40;

/** One issue with the fields asked for. */
export function pick(
  state: JiraState,
  { issue, key, fields }: Shown,
  asked: { fields: readonly string[]; withHistory: boolean },
): Json {
  const names = asked.fields.includes("*all") ? Object.keys(fields) : asked.fields;
  const picked = Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, embedded(name, fields[name])]));
  const history = asked.withHistory && !issue.hidesHistory ? { changelog: changelogOf(state, issue) } : {};
  return { id: issue.id, key, self: `/rest/api/2/issue/${issue.id}`, fields: picked, ...history };
}

function embedded(name: string, value: unknown): unknown {
  const inner = name === "comment" ? "comments" : name === "worklog" ? "worklogs" : null;
  const list = inner && (value as Json | null)?.[inner];
  return inner && Array.isArray(list) ? { ...(value as Json), [inner]: list.slice(0, EMBEDDED), maxResults: EMBEDDED } : value;
}

function changelogOf({ flavour }: JiraState, { histories }: SimulatedIssue): Json {
  const shown = flavour === "cloud" ? histories.toReversed().slice(0, EMBEDDED_HISTORY) : histories;
  return { startAt: 0, maxResults: shown.length, total: histories.length, histories: shown };
}

/** Cloud gives up to 5,000 ids, and a hundred issues with fields at most; often it gives fewer than it could. */
export function pageSize(fields: readonly string[], wanted: number, shrink: Random | null): number {
  const isIdsOnly = fields.every((name) => name === "id" || name === "key");
  const most = Math.min(wanted, isIdsOnly ? 5000 : 100);
  return isIdsOnly || !shrink || most < 20 ? Math.max(1, most) : Math.ceil(most * shrink.between(0.75, 1));
}
