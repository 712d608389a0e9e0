import { Random } from "../organisation/random.ts";
import { JqlError } from "./jql.ts";
import { pageSize, pick, search, type Shown } from "./search.ts";
import { issueNamed, type JiraState, type Json, type SimulatedIssue } from "./state.ts";

export interface JiraRequest {
  readonly state: JiraState;
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly params: readonly string[];
  readonly cutsToMinute: boolean;
  /** Null: pages are as large as asked for. */
  readonly shrink: Random | null;
}

export interface JiraAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Route = readonly [
  method: string,
  path: RegExp,
  only: "cloud" | "server" | null,
  answer: (request: JiraRequest) => JiraAnswer,
];

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes */
export const refusal = (status: number, ...errorMessages: readonly string[]): JiraAnswer => ({
  status,
  body: { errorMessages, errors: {} },
});
const gone = (): JiraAnswer => refusal(404, "Issue does not exist or you do not have permission to see it.");

const number = (query: URLSearchParams, name: string, standard: number): number => Number(query.get(name) ?? standard);

/** Pages of `values`, as most lists of Jira. */
function valuePage(all: readonly unknown[], query: URLSearchParams, most = 50): JiraAnswer {
  const [startAt, maxResults] = [number(query, "startAt", 0), Math.min(number(query, "maxResults", 50), most)];
  const values = all.slice(startAt, startAt + maxResults);
  return { body: { startAt, maxResults, total: all.length, isLast: startAt + values.length >= all.length, values } };
}

const barePage = (all: readonly unknown[], query: URLSearchParams): JiraAnswer => {
  const startAt = number(query, "startAt", 0);
  return { body: all.slice(startAt, startAt + number(query, "maxResults", 50)) };
};

const projectNamed = ({ projects }: JiraState, name: string) => projects.find(({ id, key }) => id === name || key === name);

export const routes: readonly Route[] = [
  [
    "GET",
    /^\/serverInfo$/,
    null,
    ({ state }) => ({
      body: {
        version: state.flavour === "cloud" ? "1001.0.0-SNAPSHOT" : "9.17.0",
        deploymentType: state.flavour === "cloud" ? "Cloud" : "Server",
        serverTime: new Date(state.now()).toISOString(),
      },
    }),
  ],
  ["GET", /^\/myself$/, null, ({ state }) => ({ body: { ...state.me, timeZone: state.zone } })],
  [
    "GET",
    /^\/mypermissions$/,
    null,
    () => ({ body: { permissions: { BROWSE_PROJECTS: { key: "BROWSE_PROJECTS", havePermission: true } } } }),
  ],
  ["GET", /^\/field$/, null, ({ state }) => ({ body: state.fields })],
  ["GET", /^\/status$/, null, ({ state }) => ({ body: state.statuses })],
  ["GET", /^\/project\/search$/, "cloud", ({ state, query }) => valuePage(state.projects, query)],
  ["GET", /^\/project$/, null, ({ state }) => ({ body: state.projects })],
  ["GET", /^\/project\/([^/]+)\/versions$/, null, versionsOf],
  ["GET", /^\/users\/search$/, "cloud", ({ state, query }) => barePage(state.users, query)],
  [
    "GET",
    /^\/user\/search$/,
    "server",
    ({ state, query }) =>
      query.has("username") ? barePage(state.users, query) : refusal(400, "The username query parameter was not provided"),
  ],
  ["POST", /^\/search\/jql$/, "cloud", searchCloud],
  [
    "POST",
    /^\/search\/approximate-count$/,
    "cloud",
    (request) => answering(request, (found) => ({ body: { count: found.length } })),
  ],
  ["POST", /^\/search$/, "server", searchServer],
  [
    "POST",
    /^\/search$/,
    "cloud",
    () => refusal(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."),
  ],
  ["POST", /^\/changelog\/bulkfetch$/, "cloud", bulkHistory],
  ["POST", /^\/issue\/bulkfetch$/, "cloud", bulkIssues],
  [
    "GET",
    /^\/issue\/([^/]+)\/changelog$/,
    "cloud",
    ({ state, params, query }) => {
      const issue = issueNamed(state, params[0]!);
      return issue && !issue.hidesHistory ? valuePage(issue.histories, query, 100) : gone();
    },
  ],
  ["GET", /^\/issue\/([^/]+)\/(comment|worklog)$/, null, innerList],
  [
    "GET",
    /^\/issue\/([^/]+)$/,
    null,
    ({ state, params, query }) => {
      const issue = issueNamed(state, params[0]!);
      const asked = {
        fields: query.get("fields")?.split(",") ?? ["*all"],
        withHistory: query.get("expand")?.includes("changelog") ?? false,
      };
      return issue ? { body: pick(state, now(issue), asked) } : gone();
    },
  ],
];

/** Jira Software. https://developer.atlassian.com/cloud/jira/software/rest/ */
export const agileRoutes: readonly Route[] = [
  [
    "GET",
    /^\/board$/,
    null,
    ({ state, query }) => {
      const project = query.get("projectKeyOrId");
      const own = (location: Json | undefined) => String(location?.projectId) === project || location?.projectKey === project;
      return valuePage(
        state.boards.filter(({ location }) => project === null || own(location as Json)),
        query,
      );
    },
  ],
  [
    "GET",
    /^\/board\/(\d+)\/configuration$/,
    null,
    ({ state, params }) => {
      const found = state.configurations.get(params[0]!);
      return found ? { body: found } : refusal(404, "Board does not exist or you do not have permission to see it.");
    },
  ],
  [
    "GET",
    /^\/board\/(\d+)\/sprint$/,
    null,
    ({ state, params, query }) => {
      const sprints = state.sprints.get(params[0]!);
      return sprints ? valuePage(sprints, query) : refusal(400, "The board does not support sprints");
    },
  ],
];

const now = (issue: SimulatedIssue): Shown => ({ issue, key: issue.key, fields: issue.fields, updatedAt: issue.updatedAt });

function versionsOf({ state, params }: JiraRequest): JiraAnswer {
  const project = projectNamed(state, params[0]!);
  return project
    ? { body: state.versions.filter(({ projectId }) => String(projectId) === project.id) }
    : refusal(404, `No project could be found with key '${params[0]}'.`);
}

function answering({ state, body, cutsToMinute }: JiraRequest, answer: (found: Shown[]) => JiraAnswer): JiraAnswer {
  try {
    const { query, found } = search(state, {
      jql: String(body.jql ?? ""),
      isLenient: body.validateQuery === false,
      cutsToMinute,
    });
    if (state.flavour === "cloud" && !query.isBounded)
      return refusal(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.");
    return answer(found);
  } catch (error) {
    if (error instanceof JqlError) return refusal(400, error.message);
    throw error;
  }
}

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" ? value.split(",") : [];

/** The token counts places: like Jira's it is good for the same search only, and the list may shift under it. */
function searchCloud(request: JiraRequest): JiraAnswer {
  const { state, body, shrink } = request;
  return answering(request, (found) => {
    const fields = body.fields === undefined ? ["id"] : listOf(body.fields);
    const token = body.nextPageToken === undefined ? null : String(body.nextPageToken);
    const [jql, from] =
      token === null ? [body.jql, 0] : (JSON.parse(Buffer.from(token, "base64url").toString()) as [string, number]);
    if (jql !== body.jql) return refusal(400, "The provided next page token is invalid or expired.");
    const size = pageSize(fields, Number(body.maxResults ?? 50), shrink);
    const page = found.slice(from, from + size);
    const isLast = from + page.length >= found.length;
    const next = Buffer.from(JSON.stringify([jql, from + page.length])).toString("base64url");
    const asked = { fields, withHistory: listOf(body.expand).includes("changelog") };
    return {
      body: { issues: page.map((shown) => pick(state, shown, asked)), isLast, ...(isLast ? {} : { nextPageToken: next }) },
    };
  });
}

const MOST_ON_SERVER = 1000;

function searchServer(request: JiraRequest): JiraAnswer {
  const { state, body } = request;
  return answering(request, (found) => {
    const [startAt, maxResults] = [Number(body.startAt ?? 0), Math.min(Number(body.maxResults ?? 50), MOST_ON_SERVER)];
    const asked = {
      fields: body.fields === undefined ? ["*all"] : listOf(body.fields),
      withHistory: listOf(body.expand).includes("changelog"),
    };
    const issues = found.slice(startAt, startAt + maxResults).map((shown) => pick(state, shown, asked));
    return { body: { expand: "schema,names", startAt, maxResults, total: found.length, issues } };
  });
}

/** Oldest first, issue by issue; times are milliseconds here. What may not be seen is left out without a word. */
function bulkHistory({ state, body }: JiraRequest): JiraAnswer {
  const names = listOf(body.issueIdsOrKeys);
  const most = Number(body.maxResults ?? 1000);
  if (names.length < 1 || names.length > 1000) return refusal(400, "issueIdsOrKeys must hold between 1 and 1000 entries");
  if (most > 10_000 || listOf(body.fieldIds).length > 10) return refusal(400, "maxResults or fieldIds is too large");
  const from = Number(body.nextPageToken ?? 0);
  const entries = names.flatMap((name) => {
    const issue = issueNamed(state, name);
    return !issue || issue.hidesHistory ? [] : issue.histories.map((history) => ({ issueId: issue.id, history }));
  });
  const logs = new Map<string, Json[]>();
  for (const { issueId, history } of entries.slice(from, from + most))
    logs.set(issueId, [
      ...(logs.get(issueId) ?? []),
      { ...history, created: Date.parse(String(history.created).replace(/(\d\d)$/, ":$1")) },
    ]);
  const isLast = from + most >= entries.length;
  const issueChangeLogs = [...logs].map(([issueId, changeHistories]) => ({ issueId, changeHistories }));
  return { body: { issueChangeLogs, ...(isLast ? {} : { nextPageToken: String(from + most) }) } };
}

function bulkIssues({ state, body }: JiraRequest): JiraAnswer {
  const names = listOf(body.issueIdsOrKeys);
  if (names.length < 1 || names.length > 100) return refusal(400, "issueIdsOrKeys must hold between 1 and 100 entries");
  const asked = {
    fields: body.fields === undefined ? ["*navigable"] : listOf(body.fields),
    withHistory: listOf(body.expand).includes("changelog"),
  };
  const found = names.map((name) => issueNamed(state, name));
  const issueErrors = names
    .filter((_, index) => !found[index])
    .map((id) => ({ id, errorMessage: "Issue does not exist or you do not have permission to see it." }));
  return {
    body: { issues: found.filter((issue) => issue !== null).map((issue) => pick(state, now(issue), asked)), issueErrors },
  };
}

function innerList({ state, params, query }: JiraRequest): JiraAnswer {
  const issue = issueNamed(state, params[0]!);
  if (!issue) return gone();
  const inner = `${params[1]}s`;
  const all = ((issue.fields[params[1]!] as Json | undefined)?.[inner] ?? []) as Json[];
  const [startAt, maxResults] = [number(query, "startAt", 0), number(query, "maxResults", 5000)];
  return { body: { startAt, maxResults, total: all.length, [inner]: all.slice(startAt, startAt + maxResults) } };
}
