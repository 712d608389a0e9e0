import { describe, expect, it } from "vitest";

import type { Answer, Api, Json } from "./connector.ts";
import { graphqlPages, linkPages, nextLink, offsetPages, tokenPages } from "./paging.ts";

const answer = (body: unknown, headers: Record<string, string> = {}): Answer => ({
  request: "GET /x",
  status: 200,
  receivedAt: "2026-01-01T00:00:00Z",
  headers,
  body,
});

async function all<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

const fixedSize = { current: 10, ask: (request: (size: number) => Promise<Answer>) => request(10) };

function apiOf(respond: (path: string, body?: Json) => Answer): Api & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    get: async (path) => (asked.push(path), respond(path)),
    post: async (path, body) => (asked.push(JSON.stringify((body as { variables: Json }).variables)), respond(path, body)),
    pageSize: () => fixedSize,
  };
}

describe("Link headers", () => {
  it.each([
    ['<https://x/2>; rel="next", <https://x/9>; rel="last"', "https://x/2"],
    ['<https://x/1>; rel="prev", <https://x/3>; title="a, b"; rel=next', "https://x/3"],
    ['<https://x/2>; rel="last next"', "https://x/2"],
    ['<https://x/1>; rel="prev"', null],
    ['<https://x/1>; rel="nextish"', null],
    [undefined, null],
  ])("%s", (header, expected) => expect(nextLink(header)).toBe(expected));

  it("are followed to the end, or from a saved address", async () => {
    const api = apiOf((path) =>
      answer(
        [],
        path === "/things"
          ? { link: '<https://x/2>; rel="next"' }
          : path === "https://x/2"
            ? { link: '<https://x/3>; rel="next"' }
            : {},
      ),
    );
    expect((await all(linkPages(api, { path: "/things" }))).map(({ next }) => next)).toEqual([
      "https://x/2",
      "https://x/3",
      null,
    ]);
    await all(linkPages(api, { path: "/things", from: "https://x/3" }));
    expect(api.asked).toEqual(["/things", "https://x/2", "https://x/3", "https://x/3"]);
  });

  it("that lead in a circle are refused with the address", async () => {
    const api = apiOf(() => answer([], { link: '<https://x/2>; rel="next"' }));
    await expect(all(linkPages(api, { path: "/things" }))).rejects.toMatchObject({
      code: "paging_loop",
      what: expect.stringContaining("https://x/2"),
    });
  });
});

describe("counted positions", () => {
  const pages = (sizes: number[], total?: number) =>
    all(
      offsetPages(0, {
        step: 10,
        ask: async (at) => answer({ count: sizes[at / 10] ?? 0 }),
        count: ({ body }) => (body as { count: number }).count,
        ...(total === undefined ? {} : { total: () => total }),
      }),
    );

  it("do not take a short page for the end, but an empty one or the total", async () => {
    expect(await pages([10, 3, 10, 0])).toHaveLength(3);
    expect(await pages([10, 10, 5], 25)).toHaveLength(3);
    expect((await pages([10, 10], 20)).map(({ next }) => next)).toEqual([10, null]);
    expect(await pages([0])).toHaveLength(1);
  });
});

describe("tokens", () => {
  it("lead on until there is none", async () => {
    const asked: (string | null)[] = [];
    const ask = async (token: string | null) => (
      asked.push(token),
      answer({ next: token === "b" ? null : token === null ? "a" : "b" })
    );
    await all(tokenPages("things", { ask, next: ({ body }) => (body as { next: string | null }).next }));
    expect(asked).toEqual([null, "a", "b"]);
    await expect(all(tokenPages("things", { ask: async () => answer({}), next: () => "same" }))).rejects.toMatchObject({
      code: "paging_loop",
    });
  });
});

describe("GraphQL connections", () => {
  const connection = (data: unknown) => (data as { things: never } | undefined)?.things ?? null;

  it("are read page by page with size and cursor as variables", async () => {
    const api = apiOf((_, body) => {
      const { after } = (body as { variables: { after: string | null } }).variables;
      return answer({
        data: { things: { nodes: [after], pageInfo: { hasNextPage: after !== "c2", endCursor: after === null ? "c1" : "c2" } } },
      });
    });
    const pages = await all(
      graphqlPages(api, { path: "/graphql", query: "q", variables: { owner: "acme" }, size: fixedSize, connection }),
    );
    expect(pages.map(({ nodes, next }) => [nodes, next])).toEqual([
      [[null], "c1"],
      [["c1"], "c2"],
      [["c2"], null],
    ]);
    expect(api.asked[1]).toBe('{"owner":"acme","first":10,"after":"c1"}');
  });

  it("that name the same cursor twice are refused, and missing ones are empty", async () => {
    const looping = apiOf(() => answer({ data: { things: { nodes: [], pageInfo: { hasNextPage: true, endCursor: "c1" } } } }));
    await expect(
      all(graphqlPages(looping, { path: "/graphql", query: "q", variables: {}, size: fixedSize, connection })),
    ).rejects.toMatchObject({ code: "paging_loop" });
    const none = apiOf(() => answer({ data: null }));
    expect(
      await all(graphqlPages(none, { path: "/graphql", query: "q", variables: {}, size: fixedSize, connection })),
    ).toMatchObject([{ nodes: [], next: null }]);
  });
});
