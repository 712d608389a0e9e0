import { schema as publishedText } from "@octokit/graphql-schema";
import {
  buildSchema,
  extendSchema,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
  type DocumentNode,
} from "graphql";
import { describe, expect, it } from "vitest";

import type { Scope } from "../../ingest/connector.ts";
import { repositoryQuery } from "./graphql.ts";
import * as ask from "./selections.ts";

/* GitHub's rules: https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api */

const published = buildSchema(publishedText.idl, { assumeValid: true, assumeValidSDL: true });
/** What newer hosts have beyond the published schema. https://docs.github.com/en/graphql/reference/objects */
const newest = extendSchema(
  published,
  parse(`
    type IssueType implements Node { id: ID! name: String! }
    extend type Issue { issueType: IssueType parent: Issue }
    type ProjectV2ItemStatusChangedEvent implements Node { id: ID! actor: Actor createdAt: DateTime! previousStatus: String! status: String! project: ProjectV2 }
    extend union IssueTimelineItems = ProjectV2ItemStatusChangedEvent
    extend enum IssueTimelineItemsItemType { PROJECT_V2_ITEM_STATUS_CHANGED_EVENT }
  `),
  { assumeValid: true, assumeValidSDL: true },
);

const old: Scope = { id: "1", name: "acme/pay", kind: "repository" };
const withProjects: Scope = { ...old, attributes: { offers: ["projects"] } };
const modern: Scope = { ...old, attributes: { offers: [...ask.optionalFields] } };

const page = (list: { selection: string }) => repositoryQuery("page", list.selection, ", $first: Int!, $after: String");
const rest = (type: string, inner: { field: string; args?: string; selection: string }) =>
  `query { g0: node(id: "X") { ... on ${type} { id ${inner.field}(${inner.args ?? ""}first: 100, after: "Y") { totalCount pageInfo { hasNextPage endCursor } ${inner.selection} } } } }`;

/** Name, text, size of `$first` or `$ids`, most points, and the schema it must fit. */
const queries: [name: string, text: string, size: number, mostPoints: number, schema: GraphQLSchema][] = [
  ["pull_requests", page(ask.pullRequestList), 50, 4, published],
  ["pull_requests, largest page", page(ask.pullRequestList), 100, 7, published],
  ["issues of an old host", page(ask.issueList(old)), 100, 6, published],
  ["issues with projects", page(ask.issueList(withProjects)), 100, 9, published],
  ["issues of a modern host", page(ask.issueList(modern)), 100, 8, newest],
  ["commits", page(ask.commitList("2026-01-01T00:00:00Z")), 100, 1, published],
  ["releases", page(ask.releaseList), 100, 1, published],
  ["tags", page(ask.tagList), 100, 1, published],
  ["deployments", page(ask.deploymentList), 100, 1, published],
  ["keys of pull requests", page(ask.pullRequestKeys), 100, 1, published],
  ["keys of issues", page(ask.issueKeys), 100, 1, published],
  ["keys of releases", page(ask.releaseKeys), 100, 1, published],
  ["keys of tags", page(ask.tagKeys), 100, 1, published],
  ["keys of deployments", page(ask.deploymentKeys), 100, 1, published],
  ["keys of teams", ask.teamKeys, 100, 1, published],
  ["jobs", ask.checkSuites(false).query, 100, 1, published],
  ["jobs with steps", ask.checkSuites(true).query, 100, 21, published],
  ["repositories of an owner", ask.ownedRepositories, 100, 1, published],
  ["repositories of a token", ask.visibleRepositories, 100, 1, published],
  ["repositories by id", ask.repositoriesById, 100, 1, published],
  ["members", ask.members(true), 100, 1, published],
  ["teams", ask.teams, 50, 1, published],
  ["projects", ask.projects, 20, 1, published],
  ["probe", ask.probe, 100, 4, published],
  ["what git does not tell of a repository", repositoryQuery("Cloned", ask.CLONED), 1, 1, published],
  [
    "what git does not tell of commits",
    repositoryQuery("Signers", ask.signers(Array(100).fill("0".repeat(40)))),
    1,
    1,
    published,
  ],
  ["introspection", ask.introspection, 1, 1, published],
  ...[
    ...ask.pullRequestLists,
    ...ask.issueLists(withProjects),
    ...ask.commitLists,
    ...ask.deploymentLists,
    ...ask.checkSuiteLists(true),
    ...ask.teamLists,
  ]
    .flatMap((inner) => [inner, ...(inner.lists ?? [])])
    .map((inner): [string, string, number, number, GraphQLSchema] => [
      `rest of ${inner.type}.${inner.field}`,
      rest(inner.type, inner),
      1,
      2,
      published,
    ]),
  ["rest of the timeline of a modern host", rest("Issue", ask.issueLists(modern)[1]!), 1, 1, newest],
];

describe("every query", () => {
  it.each(queries)("%s is one that GitHub accepts", (_name, text, _size, _points, schema) => {
    expect(validate(schema, parse(text)).map((error) => error.message)).toEqual([]);
  });

  it.each(queries)("%s stays within its points and nodes", (_name, text, size, mostPoints) => {
    const { connections, nodes } = price(parse(text), size);
    expect(Math.max(1, Math.round(connections / 100))).toBeLessThanOrEqual(mostPoints);
    expect(nodes).toBeLessThanOrEqual(500_000);
  });

  it("is refused when it asks for what is not there, so that the check above can fail", () => {
    expect(validate(published, parse(page(ask.issueList(modern))))).not.toEqual([]);
    expect(
      price(
        parse(
          "{ viewer { repositories(first: 100) { nodes { issues(first: 50) { nodes { labels(first: 60) { nodes { name } } } } } } } }",
        ),
        1,
      ),
    ).toEqual({
      connections: 5_101,
      nodes: 305_100,
    });
  });
});

/** Requests and nodes as GitHub counts them: each list once per parent, as full as its `first` or `last` says. */
function price(document: DocumentNode, size: number): { connections: number; nodes: number } {
  const total = { connections: 0, nodes: 0 };
  const walk = (set: SelectionSetNode | undefined, parents: number) => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind !== Kind.FIELD) walk("selectionSet" in selection ? selection.selectionSet : undefined, parents);
      else {
        const most = sizeOf(selection, size);
        if (most !== null) {
          total.connections += selection.name.value === "nodes" ? 0 : parents;
          total.nodes += parents * most;
        }
        walk(selection.selectionSet, parents * (most ?? 1));
      }
    }
  };
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) walk(definition.selectionSet, 1);
  return total;
}

function sizeOf(field: FieldNode, variable: number): number | null {
  const argument = field.arguments?.find(({ name }) => ["first", "last", "ids"].includes(name.value));
  if (!argument) return null;
  return argument.value.kind === Kind.INT ? Number(argument.value.value) : variable;
}
