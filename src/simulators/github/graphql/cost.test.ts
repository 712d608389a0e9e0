import { getOperationAST, parse, validate } from "graphql";
import { expect, test } from "vitest";

import { price } from "./cost.ts";
import { githubSchema } from "./execute.ts";

const schema = githubSchema();

function cost(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  return price(schema, document, { operation: getOperationAST(document)!, variables });
}

const requests = (first: number, inner: string) =>
  `{ repository(owner: "acme", name: "pay") { pullRequests(first: ${first}) { nodes { ${inner} } } } }`;
const WIDE = `id labels(first: 10) { nodes { name } } assignees(first: 5) { nodes { login } } reviewRequests(first: 10) { totalCount nodes { id } }
  commits(first: 50) { totalCount nodes { commit { oid } } } reviews(first: 20) { nodes { state comments { totalCount } } } comments(first: 30) { nodes { createdAt } }
  timelineItems(first: 30) { nodes { __typename } } closingIssuesReferences(first: 5) { nodes { number } }`;
const ids = Array.from({ length: 100 }, (_, index) => `id${index}`);
const CHECKS = (inner: string) =>
  `query($ids: [ID!]!) { nodes(ids: $ids) { ... on CheckSuite { checkRuns(first: 50) { nodes { name ${inner} } } } } }`;
const PROBE = `{ organization(login: "acme") { repositories(first: 100) { nodes {
  pullRequests(first: 1) { nodes { updatedAt } } issues(first: 1) { nodes { updatedAt } } releases(first: 1) { nodes { id } } deployments(first: 1) { nodes { id } } } } } }`;
const THREADS =
  "query($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest { reviewThreads(first: 50) { nodes { comments(first: 5) { nodes { id } } } } } } }";

/** Requests, points and nodes of the queries whose price is published or measured. */
test.each([
  ["requests wide, 50 a page", requests(50, WIDE), {}, 401, 4, 8050],
  ["requests wide, 100 a page", requests(100, WIDE), {}, 801, 8, 16_100],
  [
    "requests very wide with files, 25 a page",
    requests(25, `${WIDE} files(first: 100) { nodes { path } }`),
    {},
    226,
    2,
    25 * (161 + 100),
  ],
  ["a sweep of numbers", requests(100, "id number updatedAt"), {}, 1, 1, 100],
  ["the probe of an organisation", PROBE, {}, 401, 4, 500],
  ["jobs of 100 runs", CHECKS(""), { ids }, 101, 1, 5100],
  ["jobs of 100 runs with steps", CHECKS("steps(first: 30) { nodes { name } }"), { ids }, 5101, 51, 155_100],
  [
    "100 deployments with statuses",
    '{ repository(owner: "a", name: "b") { deployments(first: 100) { nodes { statuses(first: 20) { nodes { state } } } } } }',
    {},
    101,
    1,
    2100,
  ],
  ["threads of 50 requests", THREADS, { ids: ids.slice(0, 50) }, 2551, 26, 15_050],
] as const)("%s", (_, query, variables, requestCount, points, nodes) => {
  expect(cost(query, variables)).toEqual({ requests: requestCount, points, nodes, refusals: [] });
});

test("the documentation's own example: 5,101 requests, 51 points", () => {
  const query = `query { viewer { repositories(first: 100) { edges { node { id issues(first: 50) { edges { node { id labels(first: 60) { edges { node { id name } } } } } } } } } } }`;
  expect(cost(query)).toMatchObject({ requests: 5101, points: 51 });
});

test("fragments, defaults, skipped fields and totals are counted as they are executed", () => {
  const query = `query($n: Int = 20, $with: Boolean!) { repository(owner: "a", name: "b") { ...R stargazers { totalCount } } }
    fragment R on Repository { pullRequests(first: $n) { nodes { id comments(first: 10) @include(if: $with) { nodes { id } } } } }`;
  expect(cost(query, { with: true })).toMatchObject({ requests: 21, nodes: 220 });
  expect(cost(query, { with: false, n: 5 })).toMatchObject({ requests: 1, nodes: 5 });
});

test("page limits are 1 to 100 and must be given where rows are asked for; 500,000 nodes are the end", () => {
  const types = (query: string) => cost(query).refusals.map((entry) => entry.type);
  expect(types(requests(101, "id"))).toEqual(["EXCESSIVE_PAGINATION"]);
  expect(types('{ repository(owner: "a", name: "b") { issues { nodes { id } } } }')).toEqual(["MISSING_PAGINATION_BOUNDARIES"]);
  expect(types(requests(100, "commits(first: 100) { nodes { commit { parents(first: 100) { nodes { oid } } } } }"))).toEqual([
    "MAX_NODE_LIMIT_EXCEEDED",
  ]);
});
