import type { Problem } from "../../domain/problem.ts";
import type { Answer, AnswerInfo } from "../../ingest/connector.ts";
import { isLeftOut, type Config } from "./config.ts";
import { cloudHistories, serverHistories } from "./history.ts";
import type { Known, Reading } from "./instance.ts";
import { estimateUnreadable, historyHidden } from "./problems.ts";
import { issuesByKey, issuesByName, type RawIssue } from "./search.ts";

/** Jira's own fields that rows are made of. */
const OWN_FIELDS =
  "project issuetype status created updated summary description resolution resolutiondate statuscategorychangedate priority parent reporter creator assignee labels components fixVersions versions issuelinks duedate timeoriginalestimate timeestimate timespent environment comment worklog".split(
    " ",
  );
/** Without these there is no row. */
const NEEDED = new Set(["project", "issuetype", "status", "created", "updated"]);

export const fieldsToAsk = (config: Config, known: Known): string[] => [
  ...OWN_FIELDS.filter((name) => NEEDED.has(name) || !isLeftOut(config, name)),
  ...known.wanted,
];

export interface Joined {
  readonly records: readonly unknown[];
  readonly answers: readonly AnswerInfo[];
  readonly remark?: Problem;
}

/** Issues as they were found, with history, with lists that did not fit, and with what their fields mean here. */
export async function join(
  reading: Reading,
  { issues, known, isCloud, epics }: { issues: readonly RawIssue[]; known: Known; isCloud: boolean; epics: Map<string, string> },
): Promise<Joined> {
  const { of: histories, answers: asked } = isCloud ? await cloudHistories(reading, issues) : serverHistories(issues);
  const answers = [...asked];
  for (const issue of issues) answers.push(...(await completeLists(reading, issue, isCloud)));
  const keys = known.detected.epic === null ? [] : issues.flatMap((issue) => epicKey(issue, known.detected.epic!));
  answers.push(...(await findEpics(reading, { keys, isCloud, epics })));
  const records = issues.map((issue) => {
    const [key] = known.detected.epic === null ? [] : epicKey(issue, known.detected.epic);
    const id = key === undefined ? undefined : epics.get(key);
    // An issue that Cloud has no entry for was never changed.
    const entries = histories.has(issue.id) ? histories.get(issue.id)! : isCloud ? [] : null;
    const changelog = entries === null ? null : { histories: entries };
    return leaveOut({ ...issue, changelog, detected: known.detected, epic: id ? { id, key } : null }, reading.config);
  });
  const remark = known.remark ?? remarkOn(issues, known, histories);
  return { records, answers, ...(remark ? { remark } : {}) };
}

function remarkOn(
  issues: readonly RawIssue[],
  { detected }: Known,
  histories: ReadonlyMap<string, readonly unknown[] | null>,
): Problem | null {
  const hidden = issues.filter(({ id }) => histories.get(id) === null).map(({ key }) => key);
  if (hidden.length > 0) return historyHidden(hidden);
  for (const field of detected.points) {
    const odd = issues.filter(({ fields }) => typeof (fields[field] ?? 0) !== "number").map(({ key }) => key);
    if (odd.length > 0) return estimateUnreadable(field, odd);
  }
  return null;
}

/* ── Lists inside an issue ───────────────────────────────────────────────────────────────────────────────────── */

type List = { total?: number } & Record<string, unknown>;

/** A search embeds the first comments and worklogs only. */
async function completeLists({ api }: Reading, issue: RawIssue, isCloud: boolean): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [name, inner] of [
    ["comment", "comments"],
    ["worklog", "worklogs"],
  ] as const) {
    const list = issue.fields[name] as List | null | undefined;
    const first = list?.[inner];
    if (!list || !Array.isArray(first) || first.length >= (list.total ?? 0)) continue;
    const whole: unknown[] = [];
    for (;;) {
      const path = `/rest/api/${isCloud ? 3 : 2}/issue/${issue.id}/${name}`;
      const answer = await api.get(path, { startAt: whole.length, maxResults: 1000 });
      const page = (answer.body as List)[inner] as unknown[];
      answers.push(answer);
      whole.push(...page);
      if (page.length === 0 || whole.length >= ((answer.body as List).total ?? 0)) break;
    }
    list[inner] = whole;
  }
  return answers;
}

/* ── Epics that a field names by key ─────────────────────────────────────────────────────────────────────────── */

function epicKey({ fields }: RawIssue, field: string): string[] {
  const value = fields[field] as string | { key?: string } | null | undefined;
  const key = typeof value === "string" ? value : value?.key;
  return key ? [key] : [];
}

async function findEpics(
  reading: Reading,
  { keys, isCloud, epics }: { keys: readonly string[]; isCloud: boolean; epics: Map<string, string> },
): Promise<Answer[]> {
  const open = [...new Set(keys)].filter((key) => !epics.has(key) && /^[A-Z][A-Z0-9_]*-\d+$/i.test(key));
  if (open.length === 0) return [];
  const answers: Answer[] = [];
  const pages = isCloud
    ? issuesByName(reading, open, { fields: ["updated"] })
    : issuesByKey(reading, { isCloud, jql: `key in (${open.join(", ")})`, fields: ["updated"], isLenient: true });
  for await (const { answer, issues } of pages) {
    answers.push(answer);
    for (const { id, key } of issues) epics.set(key, id);
  }
  return answers;
}

/* ── What people do not want to be kept ──────────────────────────────────────────────────────────────────────── */

type Entry = { items?: { field?: string; fieldId?: string }[] };

/** Texts of fields that are left out stay out of the history too; old descriptions are never kept. */
function leaveOut(record: Record<string, unknown>, config: Config): unknown {
  const { histories } = (record.changelog ?? { histories: [] }) as { histories: Entry[] };
  for (const { items } of histories)
    for (const item of items ?? []) {
      const isPrivate = [item.field ?? "", item.fieldId ?? ""].some(
        (name) => /^(description|environment|comment)$/i.test(name) || isLeftOut(config, name),
      );
      if (isPrivate) Object.assign(item, { fromString: null, toString: null, from: null, to: null });
    }
  return isLeftOut(config, "userDetails") ? withoutPeople(record) : record;
}

const PERSONAL = new Set(["displayName", "emailAddress", "avatarUrls", "name"]);

/** People stay known by their number. A user name is kept only where it is all there is. */
function withoutPeople(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPeople);
  const given = value as Record<string, unknown>;
  const isPerson = "accountId" in given || ("displayName" in given && "key" in given);
  const isAboutPeople = /^(assignee|reporter|creator)$/i.test(String(given.field ?? ""));
  const kept = Object.entries(given).filter(
    ([name]) => !(isPerson && PERSONAL.has(name)) && !(isAboutPeople && /^(fromString|toString)$/.test(name)),
  );
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutPeople(part)]));
}
