import { describe, expect, it } from "vitest";

import { formatId, parseId } from "./id.ts";
import { addSeconds, canonicalInstant, compareInstants, fromMicros, toMicros } from "./instant.ts";
import { describeColumn, toCamel, toSnake } from "./table.ts";
import { tableNamed, tables } from "./tables.ts";

describe("instants", () => {
  it("keep microseconds and turn offsets into UTC", () => {
    expect(canonicalInstant("2026-03-31T23:59:59.999999Z")).toBe("2026-03-31T23:59:59.999999Z");
    expect(canonicalInstant("2021-02-18T14:59:13.000+08:00")).toBe("2021-02-18T06:59:13Z");
    expect(toMicros("1969-12-31T23:59:59.999999Z")).toBe(-1n);
    expect(fromMicros(-1n)).toBe("1969-12-31T23:59:59.999999Z");
    expect(addSeconds("2026-01-01T00:00:00Z", -0.5)).toBe("2025-12-31T23:59:59.500Z");
    expect(compareInstants("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z")).toBe(0);
  });

  it("refuse text that is no instant", () => {
    expect(() => toMicros("yesterday")).toThrow(/not an instant/);
  });
});

describe("ids", () => {
  it("come apart as they were put together, with colons in the native key", () => {
    const parts = { connector: "github", entity: "git_ref", integration: "acme-github", nativeKey: "1/branch/a:b/c" };
    expect(parseId(formatId(parts))).toEqual(parts);
    expect(() => parseId("github:commit")).toThrow(/is not an id/);
  });
});

describe("tables", () => {
  it("are those of the domain model, each name and column once", () => {
    expect(tables).toHaveLength(74);
    expect(new Set(tables.map((table) => table.name)).size).toBe(74);
    for (const table of tables) {
      for (const [column, schema] of Object.entries(table.all)) {
        expect(toCamel(toSnake(column)), `${table.name}.${column}`).toBe(column);
        expect(describeColumn(schema).type).toBeTypeOf("string");
      }
    }
  });

  it("say which columns are never NULL", () => {
    const pullRequest = tableNamed("pull_request");
    expect(describeColumn(pullRequest.all.openedAt!)).toEqual({ type: "timestamptz", required: true });
    expect(describeColumn(pullRequest.all.mergedAt!)).toEqual({ type: "timestamptz", required: false });
    expect(describeColumn(pullRequest.all.stateCategory!)).toEqual({ type: "text", required: true });
  });
});
