import { z } from "zod";

import type { Answer, AnswerInfo } from "../../ingest/connector.ts";
import type { Reading } from "./instance.ts";
import { issuesByName, type RawIssue } from "./search.ts";

/** Histories by issue id; null: Jira does not show them. */
export interface Histories {
  readonly of: ReadonlyMap<string, readonly unknown[] | null>;
  readonly answers: readonly AnswerInfo[];
}

const ISSUES_AT_ONCE = 1000;
const ENTRIES_AT_ONCE = 10_000;

const bulk = z.object({
  issueChangeLogs: z.array(z.object({ issueId: z.coerce.string(), changeHistories: z.array(z.unknown()) })),
  nextPageToken: z.string().nullish(),
});

/**
 * The whole history of many issues at once; what a search embeds is cut off on Cloud.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post
 */
export async function cloudHistories(reading: Reading, issues: readonly RawIssue[]): Promise<Histories> {
  const all = new Map<string, unknown[] | null>();
  const answers: AnswerInfo[] = [];
  for (let from = 0; from < issues.length; from += ISSUES_AT_ONCE) {
    const ids = issues.slice(from, from + ISSUES_AT_ONCE).map(({ id }) => id);
    let token: string | null = null;
    do {
      const body = { issueIdsOrKeys: ids, maxResults: ENTRIES_AT_ONCE, ...(token === null ? {} : { nextPageToken: token }) };
      const answer: Answer = await reading.api.post("/rest/api/3/changelog/bulkfetch", body, { class: "history" });
      const page = bulk.parse(answer.body);
      answers.push(answer);
      for (const { issueId, changeHistories } of page.issueChangeLogs)
        all.set(issueId, [...(all.get(issueId) ?? []), ...changeHistories]);
      token = page.nextPageToken ?? null;
    } while (token !== null);
  }
  const silent = issues.filter(({ id, fields }) => !all.has(id) && fields.updated !== fields.created);
  for (const { id } of silent) all.set(id, null);
  const names = silent.map(({ id }) => id);
  for await (const { answer, issues: found } of issuesByName(reading, names, { fields: ["updated"], expand: "changelog" })) {
    answers.push(answer);
    for (const issue of found) all.set(issue.id, await embedded(reading, issue, answers));
  }
  return { of: all, answers };
}

const inline = z.object({ histories: z.array(z.unknown()), total: z.number().nullish() });

/** An issue that was changed and has no history: either nothing of it is history, or we may not see it. */
async function embedded(reading: Reading, issue: RawIssue, answers: AnswerInfo[]): Promise<unknown[] | null> {
  const found = inline.safeParse(issue.changelog);
  if (!found.success) return null;
  const { histories, total } = found.data;
  if ((total ?? 0) <= histories.length) return histories;
  const whole: unknown[] = [];
  for (let startAt = 0; startAt < total!;) {
    const answer = await reading.api.get(
      `/rest/api/3/issue/${issue.id}/changelog`,
      { startAt, maxResults: 100 },
      { class: "history" },
    );
    const { values = [], isLast } = answer.body as { values?: unknown[]; isLast?: boolean };
    answers.push(answer);
    whole.push(...values);
    if (isLast === true || values.length === 0) break;
    startAt += values.length;
  }
  return whole;
}

/** Data Center embeds the whole history; an issue without the part does not show it. */
export const serverHistories = (issues: readonly RawIssue[]): Histories => ({
  of: new Map(
    issues.map((issue) => {
      const found = inline.safeParse(issue.changelog);
      return [issue.id, found.success ? found.data.histories : null] as const;
    }),
  ),
  answers: [],
});
