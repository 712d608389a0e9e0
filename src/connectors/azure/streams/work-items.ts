import { z } from "zod";

import { compareInstants, type Instant } from "../../../domain/instant.ts";
import { type AnswerInfo, type Page, type ReadKeysRequest, type ReadRequest, stream } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import { leftOut } from "../config.ts";
import { toLink } from "../map/boards.ts";
import { toWorkItem } from "../map/work-item.ts";
import { projectPath, version } from "../paths.ts";
import { feedWithoutToken } from "../problems.ts";
import * as records from "../records.ts";
import { isForBoards } from "./boards.ts";
import { openHistory, type RawRevision, without } from "./revision-history.ts";

/**
 * Every revision of every work item of the project, in the order in which they were made: the feed that Azure offers for
 * warehouses. One record is one revision with the fields before it, so that what changed can be told from it alone.
 */
export const workItems = stream<Config, records.Revision>({
  name: "work_items",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/reporting-work-item-revisions",
  level: "scope",
  isFor: isForBoards,
  record: records.revision,
  key: ({ id, rev }) => `${id}/${rev}`,
  changedAt: ({ fields }) => fields["System.ChangedDate"],
  order: "ascending",
  orderedBy: ({ isAgain, fields }) => (isAgain ? null : fields["System.ChangedDate"]),
  overlapSeconds: 300,
  // The revision before may be hidden while the work item lies in the recycle bin.
  isFinished: ({ rev, previous }) => rev === 1 || previous !== null,
  rereadSeconds: () => 86_400,
  read: readRevisions,
  readKeys,
  map: toWorkItem,
  fills: ["issue", "issue_transition", "issue_comment", "account"],
  // Types, states and iterations come with each pass that brings something.
  cost: { recordsPerCall: 1_000, typicalRecords: 500, callsAtStart: 2 },
});

export const workItemLinks = stream<Config, z.output<typeof records.link>>({
  name: "work_item_links",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/reporting-work-item-links/get",
  level: "scope",
  isFor: isForBoards,
  record: records.link,
  key: ({ rel, attributes: { sourceId, targetId, changedDate } }) => `${sourceId}/${rel}/${targetId}/${changedDate}`,
  changedAt: ({ attributes }) => attributes.changedDate,
  order: "ascending",
  overlapSeconds: 300,
  async *read(request) {
    const path = `${projectPath(request.scope)}/_apis/wit/reporting/workitemlinks`;
    for await (const batch of feed<RawLink>(request, { path, query: {} })) {
      const { values, answer, token, isLast } = batch;
      const last = values.at(-1)?.attributes?.changedDate ?? null;
      yield { records: values, answers: [answer], position: isLast ? null : { token }, reached: last };
    }
  },
  map: toLink,
  fills: ["issue_link"],
  cost: { recordsPerCall: 1_000, typicalRecords: 500 },
});

interface RawLink {
  readonly attributes?: { readonly changedDate?: Instant };
}

/* ── The feeds ───────────────────────────────────────────────────────────────────────────────────────────────── */

const batchOf = z.object({
  values: z.array(z.unknown()),
  continuationToken: z.union([z.string(), z.number()]).nullish(),
  isLastBatch: z.boolean().nullish(),
});
const place = z.object({ token: z.string(), after: z.string().nullish() });

interface Batch<Value> {
  readonly values: readonly Value[];
  readonly answer: AnswerInfo;
  /** Leads on, now or later. */
  readonly token: string;
  readonly isLast: boolean;
}

/** A feed begins at an instant or goes on at a token; short batches are no end, only `isLastBatch` is. */
async function* feed<Value>(
  { api, config, scope, since, position }: ReadRequest<Config>,
  { path, query }: { path: string; query: Readonly<Record<string, string | boolean>> },
): AsyncGenerator<Batch<Value>> {
  const size = api.pageSize(path, { start: 1_000, min: 50, max: 1_000 });
  let token = place.safeParse(position).data?.token ?? null;
  for (;;) {
    const from = token === null ? { startDateTime: since ?? undefined } : { continuationToken: token };
    const answer = await size.ask((most) => api.get(path, { ...query, ...from, $maxPageSize: most, ...version(config) }));
    const { values, continuationToken, isLastBatch } = batchOf.parse(answer.body);
    const isLast = isLastBatch !== false;
    const next = continuationToken === null || continuationToken === undefined ? null : String(continuationToken);
    if (!isLast && (next === null || next === token)) throw feedWithoutToken(scope.name);
    yield { values: values as readonly Value[], answer, token: next ?? "", isLast };
    if (isLast) return;
    token = next;
  }
}

async function* readRevisions(request: ReadRequest<Config>): AsyncGenerator<Page> {
  const { scope, config, since, until, position } = request;
  const path = `${projectPath(scope)}/_apis/wit/reporting/workitemrevisions`;
  const query = { includeDeleted: true, includeIdentityRef: true, $expand: "fields" };
  const hidden = leftOut(config);
  let reached = place.safeParse(position).data?.after ?? null;
  const history = openHistory(request, reached ?? since);
  for await (const { values, answer, token, isLast } of feed<RawRevision>(request, { path, query })) {
    for (const { fields } of values) reached = latest(reached, fields?.["System.ChangedDate"]);
    // The feed has no end; what lies beyond the range is there already and not joined again.
    const wanted = until === null ? values : values.filter((value) => isUpTo(until, value));
    const { joined, answers } = await history.join(wanted.map((value) => without(value, hidden)));
    const at = isLast ? null : { token, ...(reached === null ? {} : { after: reached }) };
    yield { records: joined, answers: [answer, ...answers], position: at, reached };
  }
}

const isUpTo = (until: Instant, { fields }: RawRevision): boolean => {
  const at = fields?.["System.ChangedDate"];
  return typeof at !== "string" || compareInstants(at, until) <= 0;
};

const latest = (a: Instant | null, b: unknown): Instant | null =>
  typeof b !== "string" ? a : a === null || compareInstants(a, b) < 0 ? b : a;

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/revisions/get */
async function* readKeys(request: ReadKeysRequest<Config>): AsyncGenerator<Page> {
  const history = openHistory({ ...request, since: null, until: null, position: null }, null);
  for (const key of request.keys) {
    const [id, rev] = key.split("/").map(Number);
    const found = await history.revision(id!, rev!);
    if (!found) continue;
    const { joined, answers } = await history.join([found.revision]);
    yield { records: joined, answers: [found.answer, ...answers], position: null, reached: null };
  }
}
