import { describe, expect, it } from "vitest";

import type { Batch, BatchResult, Sink } from "./sink.ts";
import { createHeldRows } from "./held-rows.ts";
import { createWriter } from "./writer.ts";

const result: BatchResult = { entities: 0, unchanged: 0, tombstoned: 0 };

/** A sink that tells which streams went together, and whose first write waits. */
function slowSink() {
  const groups: string[][] = [];
  const first = Promise.withResolvers<void>();
  const take = async (batches: readonly Batch[]) => {
    groups.push(batches.map(({ connector }) => connector));
    if (groups.length === 1) await first.promise;
    return batches.map(() => result);
  };
  const sink = { write: async (batch: Batch) => (await take([batch]))[0]!, writeAll: take } as unknown as Sink;
  return { sink, groups, goOn: () => first.resolve() };
}

describe("the line in front of the sink", () => {
  it("puts into one transaction what waits, but no stream twice and not too many rows", async () => {
    const { sink, groups, goOn } = slowSink();
    const writer = createWriter(sink);
    const write = (stream: string, rows = 10) =>
      writer.write({ stream, rows, build: () => ({ connector: stream }) as Batch, done: () => undefined });
    const all = [write("first"), write("a"), write("b"), write("a"), write("c", 15_000), write("d", 6000), write("e", 90_000)];
    goOn();
    await Promise.all(all);
    expect(groups).toEqual([["first"], ["a", "b"], ["a", "c"], ["d"], ["e"]]);
  });
});

describe("rows that are held", () => {
  it("make those wait who bring more, until enough is written", async () => {
    const held = createHeldRows(100);
    const order: string[] = [];
    held.add(150);
    const waiting = held.room().then(() => order.push("room"));
    held.remove(40);
    await Promise.resolve();
    order.push("still full");
    expect(held.isFull).toBe(true);
    held.remove(40);
    await waiting;
    expect(order).toEqual(["still full", "room"]);
    expect(held.isFull).toBe(false);
    await held.room();
  });
});
