import { createHash } from "node:crypto";

import type { Random } from "../organisation/random.ts";

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** Emoji, NUL, right-to-left marks, a lone surrogate, a combining accent, a space without width. */
export const WEIRD = "🦊 \u0000 \u202Eשלום\u202C ﷽ \uD83D e\u0301 \u200B";

/** The records of an answer: the rows of the outermost list. */
function recordsOf(body: unknown): Json[] {
  if (Array.isArray(body)) return body.filter(isObject);
  if (!isObject(body)) return [];
  const list = Object.values(body).find((value) => Array.isArray(value) && value.some(isObject));
  if (list && !("data" in body)) return (list as unknown[]).filter(isObject);
  const connection = outermost(body.data, (value) => Array.isArray(value.nodes));
  return connection ? (connection.nodes as unknown[]).filter(isObject) : [];
}

/** Breadth first: the outermost object that fits. */
function outermost(start: unknown, fits: (value: Json) => boolean): Json | null {
  let level: unknown[] = [start];
  while (level.length) {
    for (const value of level) if (isObject(value) && fits(value)) return value;
    level = level.flatMap((value) => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []));
  }
  return null;
}

/** Leaves records out of lists. Which ones depends on the record alone, so that every list lacks the same; single things asked for by number or id are there. */
export function omitRecords(body: unknown, share: number): unknown {
  const isKept = (record: unknown) => !isObject(record) || chanceOf(record) >= share;
  const copy = structuredClone(body);
  if (Array.isArray(copy)) return copy.filter(isKept);
  if (!isObject(copy)) return copy;
  if (!("data" in copy)) {
    for (const [name, value] of Object.entries(copy)) if (Array.isArray(value)) copy[name] = value.filter(isKept);
    return copy;
  }
  const list = listIn(copy.data);
  if (list) list.nodes = (list.nodes as unknown[]).filter(isKept);
  return copy;
}

/** The outermost paged list that was not asked for as part of a thing by number (`g0`, `g1` …). */
function listIn(value: unknown): Json | null {
  if (!isObject(value)) return null;
  if (Array.isArray(value.nodes) && isObject(value.pageInfo)) return value;
  for (const [name, part] of Object.entries(value)) {
    const found = /^g\d+$/.test(name) ? null : listIn(part);
    if (found) return found;
  }
  return null;
}

/** 0 ≤ x < 1, the same for the same thing whatever was asked of it. */
function chanceOf(record: Json): number {
  const name = String(record.number ?? record.databaseId ?? record.id ?? record.name ?? record.sha ?? record.oid);
  return createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;
}

export const SPOILINGS = ["missing_field", "wrong_type", "null_field", "new_field"] as const;
type Spoiling = (typeof SPOILINGS)[number];

/** Changes one record; answers without records stay as they are. The body must be a copy. */
export function spoilRecord(body: unknown, random: Random, how: Spoiling) {
  const records = recordsOf(body);
  if (!records.length) return;
  const record = random.pick(records);
  const keys = Object.keys(record).filter((key) => record[key] !== null && key !== "__typename");
  if (!keys.length) return;
  const key = random.pick(keys);
  if (how === "missing_field") delete record[key];
  else if (how === "null_field") record[key] = null;
  else if (how === "new_field") record["heardOfByNobody"] = { value: [1, null, "new"] };
  else record[key] = typeof record[key] === "string" ? { unexpected: record[key] } : "unexpected";
}

/** Writes odd characters into every title, body, message, name and headline. */
export function makeWeird(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(makeWeird);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === "string" && /^(title|body|message|messageHeadline|description)$/.test(key)
        ? `${inner} ${WEIRD}`
        : makeWeird(inner),
    ]),
  );
}

/** Makes holes in GraphQL data: some rows become null, with the error GitHub gives when a query costs too much. */
export function makePartial(body: Json, random: Random): Json {
  const connection = outermost(body.data, (value) => Array.isArray(value.nodes) && value.nodes.length > 0);
  const nodes = connection?.nodes as unknown[] | undefined;
  const index = nodes ? random.int(0, nodes.length - 1) : 0;
  if (nodes) nodes[index] = null;
  const message = "Resource limits for this query exceeded.";
  return { ...body, errors: [{ type: "RESOURCE_LIMITS_EXCEEDED", path: ["nodes", index], locations: [], message }] };
}

/** Makes a GraphQL page point to itself: the cursor that was sent is the cursor that comes back. */
export function loopGraphql(body: Json, after: unknown) {
  const connection = outermost(body.data, (value) => isObject(value.pageInfo));
  const info = connection?.pageInfo as Json | undefined;
  if (info) Object.assign(info, { hasNextPage: true, ...(typeof after === "string" && { endCursor: after }) });
}
