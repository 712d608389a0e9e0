import type { AnswerInfo, Page, ReadKeysRequest, ReadRequest } from "../../../ingest/connector.ts";
import { stream } from "../../../ingest/connector.ts";
import { cloudByConfig, type Config } from "../config.ts";
import { isCloud as isCloudOf, knownFields, type Known } from "../instance.ts";
import { fieldsToAsk, join } from "../joined.ts";
import { toIssue } from "../map/issue.ts";
import { issue, type Issue } from "../records.ts";
import { conditionOf, issuesByChange, issuesByKey, issuesByName, type RawIssue, type Search } from "../search.ts";

/** Search pages that share one request for histories. */
const TOGETHER = 5;
/** Cloud's index lags behind; what was written just before a pass began is read again by the next. */
const LAG_SECONDS = 900;

interface Setting extends Search {
  readonly known: Known;
}

async function settingOf(request: ReadRequest<Config> | ReadKeysRequest<Config>): Promise<Setting> {
  const isCloud = await isCloudOf(request);
  const known = await knownFields(request);
  const jql = await conditionOf(request, request.config);
  return {
    isCloud,
    jql,
    known,
    fields: fieldsToAsk(request.config, known),
    ...(isCloud ? {} : { expand: "changelog" as const }),
  };
}

async function* read(request: ReadRequest<Config>): AsyncGenerator<Page> {
  const setting = await settingOf(request);
  const epics = new Map<string, string>();
  let issues: RawIssue[] = [];
  let answers: AnswerInfo[] = [];
  // The first page goes out alone, so that people see something soon.
  let wanted = request.position === null || !setting.isCloud ? 1 : TOGETHER;
  const since = request.since === null ? null : Math.max(0, Date.parse(request.since));
  const until = request.until === null ? null : Date.parse(request.until);
  let reached: number | null = null;
  for await (const found of issuesByChange(request, setting, { since, until, position: request.position })) {
    issues.push(...found.issues);
    answers.push(found.answer);
    reached = found.updated ?? reached;
    if (found.next !== null && answers.length < wanted) continue;
    const joined = await join(request, { issues, known: setting.known, isCloud: setting.isCloud, epics });
    yield {
      ...joined,
      answers: [...answers, setting.known.answer, ...joined.answers],
      position: found.next,
      reached: reached === null ? null : new Date(reached).toISOString(),
    };
    [issues, answers] = [[], []];
    if (setting.isCloud) wanted = TOGETHER;
  }
}

/**
 * Fresh from the store, not from the index, wherever it is now: what has moved to another project or no longer fits the filter still
 * exists, and its move is news.
 */
async function* readKeys(request: ReadKeysRequest<Config>): AsyncGenerator<Page> {
  const setting = await settingOf(request);
  const { isCloud, known, fields } = setting;
  const jql = `id in (${request.keys.join(", ")})`;
  const pages = isCloud
    ? issuesByName(request, request.keys, { fields })
    : issuesByKey(request, { ...setting, jql, isLenient: true });
  for await (const { answer, issues } of pages) {
    const joined = await join(request, { issues, known, isCloud, epics: new Map() });
    yield { ...joined, answers: [answer, ...joined.answers], position: null, reached: null };
  }
}

/** Issues with their whole history. A move to another project changes the key and not the id. */
export const issues = stream<Config, Issue>({
  name: "issues",
  docs: "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/",
  level: "scope",
  record: issue,
  key: ({ id }) => String(id),
  changedAt: ({ fields }) => fields.updated,
  order: "ascending",
  overlapSeconds: LAG_SECONDS,
  read,
  readKeys,
  map: toIssue,
  fills: ["issue", "project", "issue_transition", "issue_comment", "worklog", "issue_link", "issue_release", "account"],
  sweep: {
    entity: "issue",
    absence: "deleted",
    async *read({ api, config, scope }) {
      const reading = { api, config, scope };
      const isCloud = await isCloudOf(reading);
      const jql = await conditionOf(reading, config);
      const most = isCloud ? 5_000 : 1_000;
      for await (const { answer, issues: found } of issuesByKey(reading, { isCloud, jql, fields: ["id"], most }))
        yield { things: found.map(({ id }) => ({ key: id, changedAt: null })), answers: [answer] };
    },
  },
  cost: {
    class: "search",
    recordsPerCall: 80,
    // Histories come with the search on Data Center. Asked for before: the fields of the instance, a board's filter.
    adapted: ({ config, scope }) => ({
      details: {
        share: (cloudByConfig(config) ?? scope.attributes?.isCloud) === false ? 0 : 1,
        atOnce: 1_000,
        pages: TOGETHER,
        class: "history",
      },
      callsAtStart: scope.kind === "board" ? 2 : 1,
    }),
    // Lists that did not fit, and issues without an entry in the history.
    callsPerRecord: 0.01,
    async count({ api, config, scope, since, until }) {
      const reading = { api, config, scope };
      const times = [since && `updated >= ${Date.parse(since)}`, until && `updated <= ${Date.parse(until)}`].filter(Boolean);
      const jql = [await conditionOf(reading, config), ...times].join(" AND ");
      if (await isCloudOf(reading)) {
        const answer = await api.post("/rest/api/3/search/approximate-count", { jql }, { class: "search" });
        return (answer.body as { count?: number }).count ?? null;
      }
      const answer = await api.post("/rest/api/2/search", { jql, maxResults: 0, fields: ["id"] }, { class: "search" });
      return (answer.body as { total?: number }).total ?? null;
    },
  },
});
