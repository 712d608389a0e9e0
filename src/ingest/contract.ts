import { describe, expect, it } from "vitest";
import { z } from "zod";

import { tableNamed, type TableName } from "../domain/tables.ts";
import { canonicalJson } from "./canonical.ts";
import {
  wholeIntegration,
  type Connector,
  type Json,
  type MapContext,
  type Mapped,
  type MappedRow,
  type Scope,
  type Stream,
} from "./connector.ts";
import { describeLive, type LiveFixture } from "./contract-live.ts";
import { isBefore } from "./instants.ts";
import { mapContext } from "./records.ts";
import { secretsOf } from "./redact.ts";
import { createRowCheck } from "./row-check.ts";

export type { LiveFixture } from "./contract-live.ts";

/** What the suite needs of a connector's author. Every skip carries its reason. */
export interface ConnectorFixtures {
  /** A configuration that fits; its secrets are made up and at least six characters long. */
  readonly config: { readonly [name: string]: Json };
  /** The scope the records come from. */
  readonly scope: Scope;
  /** For each stream, pages of raw records as its reader yields them, in its declared order. */
  readonly pages: { readonly [stream: string]: readonly (readonly unknown[])[] };
  /** Columns that no fixture can fill, `table.column`, with the reason. */
  readonly unfilled?: { readonly [column: string]: string };
  /** The connector against its simulator: check, scopes, stop and resume, replay, nothing from the future. */
  readonly live?: LiveFixture;
  /** Why there is no `live`. */
  readonly skipLive?: string;
}

type AnyStream = Stream<unknown, unknown>;

const INTEGRATION = "acme-contract";

/**
 * The promises that every connector keeps, checked by one call:
 *
 *     connectorContract(github, { config, scope, pages: { pull_requests: [[…], […]] }, unfilled: { "issue.points": "no field in use" }, live })
 *
 * Without a network: the configuration refuses the empty object and never prints a secret · names, documentation and declared facts hold
 * together · every stream has fixtures · each record fits · keys are unique and stable · the declared order holds · rows fit their tables and
 * ids · mapping twice is equal and changes nothing · every table in `fills` is filled, and every column by some fixture.
 * With `live` (a simulator): `check` answers · there is a scope · nothing comes from the future · stopping after any page and resuming loses
 * nothing · a replay from the archive equals the live read · secrets stay out of the archive.
 */
export function connectorContract(connector: Connector<unknown>, fixtures: ConnectorFixtures): void {
  describe(`connector ${connector.name}`, () => {
    describeConfig(connector, fixtures);
    it("says who it is and where its documentation is", () => {
      expect(connector.name).toMatch(/^[a-z][a-z0-9]*$/);
      expect(new Date(connector.launchedOn).getTime()).toBeLessThan(Date.now());
      for (const { docs } of [connector, ...connector.streams]) expect(new URL(docs).protocol).toBe("https:");
      expect(new Set(connector.streams.map(({ name }) => name)).size).toBe(connector.streams.length);
    });
    for (const stream of connector.streams as readonly AnyStream[]) describeStream(connector, stream, fixtures);
    it("fills every column of its tables, but for those that are named with a reason", () => expectFilled(connector, fixtures));
    if (fixtures.live) describeLive(connector, fixtures.live);
    else it.skip(`works against its simulator (${fixtures.skipLive ?? "no simulator given"})`, () => undefined);
  });
}

function describeConfig(connector: Connector<unknown>, fixtures: ConnectorFixtures): void {
  it("refuses an empty configuration and takes a right one", () => {
    expect(connector.config.safeParse({}).success).toBe(false);
    expect(() => connector.config.parse(fixtures.config)).not.toThrow();
    expect(() => connector.client(connector.config.parse(fixtures.config))).not.toThrow();
  });

  it("marks its secrets, and never prints one", () => {
    const secrets = secretsOf(connector.config, connector.config.parse(fixtures.config));
    for (const [name, value] of Object.entries(fixtures.config)) {
      if (typeof value === "string" && /token|secret|password|private.?key|api.?key/i.test(name))
        expect(secrets, `${name} must be marked secret`).toContain(value);
    }
    for (const name of Object.keys(fixtures.config)) {
      const { error } = connector.config.safeParse({ ...fixtures.config, [name]: { unexpected: secrets } });
      for (const secret of secrets) expect(JSON.stringify(error ?? "")).not.toContain(secret);
    }
  });
}

function describeStream(connector: Connector<unknown>, stream: AnyStream, fixtures: ConnectorFixtures): void {
  const pages = fixtures.pages[stream.name] ?? [];
  const context = contextFor(connector, stream, fixtures);
  const records = () => pages.flat().map((raw) => stream.record.parse(raw));

  describe(`stream ${stream.name}`, () => {
    it("has a fixture, and each record of it fits", () => {
      expect(pages.flat().length, "there must be a record").toBeGreaterThan(0);
      for (const raw of pages.flat()) expect(z.prettifyError(stream.record.safeParse(raw).error ?? new z.ZodError([]))).toBe("");
    });

    it("gives every record a key of its own, and reads unfinished ones again by it", () => {
      const keys = records().map((record) => stream.key(record));
      expect(new Set(keys).size).toBe(keys.length);
      for (const key of keys) expect(key).toMatch(/^(?!.*(?:undefined|null|\[object)).+$/);
      if (stream.isFinished) expect(stream.readKeys, "isFinished needs readKeys").toBeDefined();
    });

    it(`keeps its declared order (${stream.order})`, () => {
      if (stream.order === "unordered") return;
      const times = records().map((record) => (stream.orderedBy ? stream.orderedBy(record) : stream.changedAt(record)));
      for (const [index, time] of times.entries()) {
        const last = times[index - 1];
        if (index === 0 || !time || !last) continue;
        expect(
          stream.order === "ascending" ? isBefore(time, last) : isBefore(last, time),
          `record ${index}: ${time} after ${last}`,
        ).toBe(false);
      }
    });

    it("maps to rows that fit their tables, the same each time, without touching the record", () => {
      const checkRow = createRowCheck({ connector: connector.name, integrationId: INTEGRATION });
      for (const raw of pages.flat()) {
        const record = frozen(stream.record.parse(structuredClone(raw)));
        const mapped = stream.map(record, context);
        expect(canonicalJson(stream.map(record, context))).toBe(canonicalJson(mapped));
        const rows = rowsOf(mapped);
        for (const row of rows) expect(checkRow(row) ?? zodComplaint(row), canonicalJson(row).slice(0, 300)).toBeNull();
        const ids = rows.map((row) => idOf(row));
        expect(new Set(ids).size, "one record maps to each row once").toBe(ids.length);
      }
    });

    it("fills the tables it names, and no others", () => {
      const filled = new Set(records().flatMap((record) => rowsOf(stream.map(record, context)).map(({ entity }) => entity)));
      expect([...filled].toSorted()).toEqual([...stream.fills].toSorted());
    });
  });
}

function contextFor(connector: Connector<unknown>, stream: AnyStream, { config, scope }: ConnectorFixtures): MapContext<unknown> {
  const parsed = connector.config.parse(config);
  const client = connector.client(parsed);
  return mapContext({
    connector: connector.name,
    integrationId: INTEGRATION,
    config: parsed,
    scope: stream.level === "integration" ? wholeIntegration : scope,
    host: client.host ?? new URL(client.baseUrl).host,
  });
}

const rowsOf = (mapped: readonly Mapped[]): MappedRow[] => mapped.filter((one): one is MappedRow => "entity" in one);
const idOf = (row: MappedRow): string => (row as unknown as { id: string }).id;

function zodComplaint(row: MappedRow): string | null {
  const { error } = z.object(tableNamed(row.entity).columns).safeParse(row);
  return error ? z.prettifyError(error) : null;
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

function expectFilled(connector: Connector<unknown>, fixtures: ConnectorFixtures): void {
  const rows = (connector.streams as readonly AnyStream[]).flatMap((stream) => {
    const context = contextFor(connector, stream, fixtures);
    return (fixtures.pages[stream.name] ?? []).flat().flatMap((raw) => rowsOf(stream.map(stream.record.parse(raw), context)));
  });
  const tables = new Set<TableName>(connector.streams.flatMap(({ fills }) => fills));
  const empty: string[] = [];
  for (const name of tables) {
    const own = rows.filter(({ entity }) => entity === name) as unknown as Record<string, unknown>[];
    for (const column of Object.keys(tableNamed(name).columns))
      if (!own.some((row) => row[column] !== null && row[column] !== undefined)) empty.push(`${name}.${column}`);
  }
  expect(empty.toSorted()).toEqual(Object.keys(fixtures.unfilled ?? {}).toSorted());
}
