import { describe, expect, it } from "vitest";

import type { Answer, Api } from "../../ingest/connector.ts";
import { config } from "./config.ts";
import { completeLists, type Inner, type Thing } from "./graphql.ts";

/** Lists of letters by thing and field, three to a page, as `node(id:)` gives them. */
function library(lists: Record<string, Record<string, readonly string[]>>) {
  const queries: string[] = [];
  const page = (id: string, field: string, from: number, first: number) => {
    const all = lists[id]?.[field] ?? [];
    const to = Math.min(from + Math.min(first, 3), all.length);
    const nodes = all
      .slice(from, to)
      .map((letter) => ({ id: letter, ...(lists[letter] ? { notes: count(letter, "notes") } : {}) }));
    return { totalCount: all.length, pageInfo: { hasNextPage: to < all.length, endCursor: String(to) }, nodes };
  };
  const count = (id: string, field: string) => ({ totalCount: lists[id]?.[field]?.length ?? 0 });
  const api: Api = {
    get: () => Promise.reject(new Error("only queries are expected")),
    async post(_path, body) {
      const { query } = body as { query: string };
      queries.push(query);
      const parts = query.matchAll(
        /(g\d+): node\(id: "(\w+)"\) \{ \.\.\. on \w+ \{ id (\w+)\(first: (\d+)(?:, after: "(\d+)")?\)/g,
      );
      const data = Object.fromEntries(
        [...parts].map(([, name, id, field, first, after]) => [
          name,
          lists[id!] ? { id, [field!]: page(id!, field!, Number(after ?? 0), Number(first)) } : null,
        ]),
      );
      return {
        request: "POST /graphql",
        status: 200,
        receivedAt: "2026-03-03T15:00:00Z",
        headers: {},
        body: { data },
      } satisfies Answer;
    },
    pageSize: (_name, { start }) => ({ current: start, ask: (request) => request(start) }),
  };
  return { queries, reading: { api, config: config.parse({ token: "made-up-token-of-acme" }) }, count, page };
}

const notes: Inner = { type: "Chapter", field: "notes", selection: "nodes { id }" };
const chapters: Inner = { type: "Book", field: "chapters", selection: "nodes { id }", lists: [notes] };
const names = (thing: Thing, field: string) =>
  ((thing[field] as { nodes: { id: string }[] }).nodes ?? []).map(({ id }) => id).join("");

describe("lists inside things", () => {
  it("are read to their end, many in one query, level by level", async () => {
    const { queries, reading, page, count } = library({
      b1: { chapters: [..."abcdefgh"] },
      b2: { chapters: [..."xyz"] },
      d: { notes: [..."1234"] },
      y: { notes: [..."5"] },
    });
    const things: Thing[] = [
      { id: "b1", chapters: page("b1", "chapters", 0, 3) },
      { id: "b2", chapters: count("b2", "chapters") },
    ];
    const answers = await completeLists(reading, things, [chapters]);
    expect(things.map((thing) => names(thing, "chapters"))).toEqual(["abcdefgh", "xyz"]);
    const chapter = (things[0]!.chapters as { nodes: Thing[] }).nodes.find(({ id }) => id === "d")!;
    expect(names(chapter, "notes")).toBe("1234");
    expect(queries).toHaveLength(3);
    expect(answers).toHaveLength(3);
    expect(queries[0]!.match(/node\(/g)).toHaveLength(2);
  });

  it("that are whole cost nothing", async () => {
    const { queries, reading, page } = library({ b1: { chapters: ["a"] } });
    await completeLists(
      reading,
      [
        { id: "b1", chapters: page("b1", "chapters", 0, 3) },
        { id: "b2", chapters: null },
      ],
      [chapters],
    );
    expect(queries).toEqual([]);
  });

  it("end where their thing vanished in between", async () => {
    const { queries, reading } = library({});
    const things: Thing[] = [
      { id: "b1", chapters: { totalCount: 9, pageInfo: { hasNextPage: true, endCursor: "3" }, nodes: [{ id: "a" }] } },
    ];
    await completeLists(reading, things, [chapters]);
    expect(names(things[0]!, "chapters")).toBe("a");
    expect(queries).toHaveLength(1);
  });

  it("that lead in a circle are given up with a reason", async () => {
    const { reading } = library({ b1: { chapters: [..."abcdefgh"] } });
    const stuck = { ...reading, api: { ...reading.api, post: async () => stuckAnswer } };
    const same = { totalCount: 9, pageInfo: { hasNextPage: true, endCursor: "3" }, nodes: [{ id: "a" }] };
    const stuckAnswer: Answer = {
      request: "",
      status: 200,
      receivedAt: "2026-03-03T15:00:00Z",
      headers: {},
      body: { data: { g0: { id: "b1", chapters: same } } },
    };
    await expect(completeLists(stuck, [{ id: "b1", chapters: { ...same } }], [chapters])).rejects.toMatchObject({
      code: "github_list_loops",
    });
  });
});
