import { canonicalInstant, toMicros } from "../../domain/instant.ts";
import { type Table, commonColumns } from "../../domain/table.ts";
import { type Column, type StoredRow, type Transaction, columnsOf } from "../engine.ts";
import { sighting } from "../internal-tables.ts";
import { type Candidate, type RowVersion, type TableWork, supersedes } from "./candidates.ts";

/** One distinct content that mentions gave a thing; of equal contents the one with the smallest hash is kept. */
interface Mention {
  readonly content: StoredRow;
  readonly rawHash: string;
  readonly ingestedAt: string;
}

/** All that is known of one thing: its own version and what mentions say. The row is made of these parts alone. */
interface Parts {
  own: StoredRow | null;
  readonly mentions: Map<string, Mention>;
}

/**
 * A commit never changes, so what its own stream says of it stays said; mentions that add nothing to it need not be kept. They are the
 * most of all sightings by far.
 */
const isImmutable = (table: Table) => table.name === "commit";

/**
 * Merges own rows and mentions of the things of one table. The own version decides; mentions fill what it leaves NULL, the one with the
 * smallest hash first. Answers the rows that change, by id.
 */
export async function mergeSightings(tx: Transaction, { table, candidates }: TableWork): Promise<Map<string, StoredRow>> {
  const byId = Map.groupBy(candidates, ({ row }) => row["id"] as string);
  const ids = [...byId.keys()];
  const storedParts = Map.groupBy(await tx.find(sighting, { column: "id", values: ids }), (row) => row["id"] as string);
  const stored = new Map((await tx.find(table, { column: "id", values: ids })).map((row) => [row["id"] as string, row]));
  const shape = shapeOf(table);
  const rows = new Map<string, StoredRow>();
  const changedParts: { id: string; parts: StoredRow[] }[] = [];
  for (const [id, group] of byId) {
    const before = stored.get(id) ?? null;
    const partsBefore = storedParts.get(id) ?? [];
    const parts = readParts(shape, before, partsBefore);
    for (const candidate of group) addPart(shape, parts, candidate);
    if (parts.own && isImmutable(table)) dropSilent(shape, parts.own, parts.mentions);
    const row = makeRow(shape, parts);
    if (!before || !isSame(shape.all, row, before)) rows.set(id, row);
    const partsAfter = writeParts(id, parts);
    if (!isSameParts(partsBefore, partsAfter)) changedParts.push({ id, parts: partsAfter });
  }
  await tx.replace(
    sighting,
    changedParts.flatMap(({ parts }) => parts),
    { column: "id", values: changedParts.map(({ id }) => id) },
  );
  return rows;
}

/** The ids among `ids` that are known from mentions alone. */
export async function mentionedOnly(tx: Transaction, ids: readonly string[]): Promise<Set<string>> {
  const parts = Map.groupBy(await tx.find(sighting, { column: "id", values: ids }, ["id", "part"]), (row) => row["id"] as string);
  return new Set([...parts].filter(([, rows]) => rows.every((row) => row["part"] === "mention")).map(([id]) => id));
}

/* ── The shape of a table for merging ────────────────────────────────────────────────────────────────────────── */

interface Shape {
  readonly all: readonly Column[];
  /** Columns that are filled together: `kindCategory` with `kind`, `url` alone. */
  readonly units: readonly (readonly Column[])[];
}

const shapes = new WeakMap<Table, Shape>();

function shapeOf(table: Table): Shape {
  let shape = shapes.get(table);
  if (!shape) {
    const all = columnsOf(table);
    const own = all.filter((column) => column.name === "url" || !(column.name in commonColumns));
    const units = [...Map.groupBy(own, (column) => column.name.replace(/Category$/, "")).values()];
    shapes.set(table, (shape = { all, units }));
  }
  return shape;
}

/** A unit says nothing when it is NULL, or the fallback `other` without the provider's word. */
const saysNothing = (unit: readonly Column[], row: StoredRow) =>
  unit.every(({ name }) => (row[name] ?? null) === null || (row[name] === "other" && name.endsWith("Category")));

/* ── Parts ───────────────────────────────────────────────────────────────────────────────────────────────────── */

function readParts({ units }: Shape, before: StoredRow | null, stored: readonly StoredRow[]): Parts {
  const parts: Parts = { own: null, mentions: new Map() };
  if (before && stored.length === 0) parts.own = before;
  for (const part of stored) {
    const content = (part["content"] ?? before) as StoredRow;
    if (part["part"] === "own") parts.own = { ...content, deletedAt: before?.["deletedAt"] ?? null };
    else
      addMention(units, parts.mentions, {
        content,
        rawHash: part["rawHash"] as string,
        ingestedAt: part["ingestedAt"] as string,
      });
  }
  return parts;
}

function addPart({ units }: Shape, parts: Parts, { row, isMention, from }: Candidate) {
  if (isMention) {
    const content = { ...row };
    addMention(units, parts.mentions, { content, rawHash: row["rawHash"] as string, ingestedAt: row["ingestedAt"] as string });
  } else if (!parts.own || supersedes({ row, from }, parts.own as unknown as RowVersion)) parts.own = row;
}

function addMention(units: Shape["units"], mentions: Map<string, Mention>, mention: Mention) {
  const key = JSON.stringify(units.map((unit) => unit.map((column) => canonical(column, mention.content[column.name]))));
  const known = mentions.get(key);
  if (!known || precedes(mention, known)) mentions.set(key, mention);
}

const precedes = (a: Mention, b: Mention) =>
  a.rawHash < b.rawHash || (a.rawHash === b.rawHash && toMicros(a.ingestedAt) < toMicros(b.ingestedAt));

/** Takes away the mentions that fill nothing in the own version. */
function dropSilent({ units }: Shape, own: StoredRow, mentions: Map<string, Mention>) {
  const open = units.filter((unit) => saysNothing(unit, own));
  for (const [key, { content }] of mentions) if (open.every((unit) => saysNothing(unit, content))) mentions.delete(key);
}

/** A lone own version needs no part, a lone mention one without content: then the entity row holds it. */
function writeParts(id: string, { own, mentions }: Parts): StoredRow[] {
  if (own && mentions.size === 0) return [];
  const isAlone = !own && mentions.size === 1;
  const all = [...mentions.values()].map((mention) => partRow(id, "mention", mention, isAlone));
  if (own)
    all.push(
      partRow(id, "own", { content: own, rawHash: own["rawHash"] as string, ingestedAt: own["ingestedAt"] as string }, false),
    );
  return all;
}

const partRow = (
  id: string,
  part: "own" | "mention",
  { content, rawHash, ingestedAt }: Mention,
  isAlone: boolean,
): StoredRow => ({
  id,
  integrationId: content["integrationId"],
  part,
  rawHash,
  ingestedAt,
  content: isAlone
    ? null
    : Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null && value !== undefined)),
});

const isSameParts = (before: readonly StoredRow[], after: readonly StoredRow[]): boolean =>
  before.length === after.length && partTexts(before).join() === partTexts(after).join();

const partTexts = (parts: readonly StoredRow[]) =>
  parts
    .map(({ part, rawHash, ingestedAt, content }) =>
      JSON.stringify([part, rawHash, canonicalInstant(ingestedAt as string), content && Object.entries(content).sort(byKey)]),
    )
    .sort(byText);

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => byText(a, b);

/* ── The row ─────────────────────────────────────────────────────────────────────────────────────────────────── */

function makeRow({ units }: Shape, { own, mentions }: Parts): StoredRow {
  const ordered = [...mentions.values()].sort((a, b) => (precedes(a, b) ? -1 : 1));
  const first = ordered[0];
  const row: StoredRow = own
    ? { ...own }
    : { ...first!.content, rawHash: first!.rawHash, ingestedAt: first!.ingestedAt, sourceUpdatedAt: null, deletedAt: null };
  for (const unit of units) {
    if (!saysNothing(unit, row)) continue;
    const filler = ordered.find(({ content }) => !saysNothing(unit, content));
    if (filler) for (const { name } of unit) row[name] = filler.content[name] ?? null;
  }
  return row;
}

const isSame = (columns: readonly Column[], a: StoredRow, b: StoredRow): boolean =>
  columns.every((column) => {
    const left = a[column.name] ?? null;
    const right = b[column.name] ?? null;
    return left === right || JSON.stringify(canonical(column, left)) === JSON.stringify(canonical(column, right));
  });

/** One text for equal values: instants in UTC without trailing zeros. */
const canonical = (column: Column, value: unknown): unknown =>
  typeof value === "string" && column.type === "timestamptz" ? canonicalInstant(value) : (value ?? null);
