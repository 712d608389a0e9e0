import type { z } from "zod";

import { type Page, type ReadRequest, stream } from "../../../ingest/connector.ts";
import { appOf } from "../app.ts";
import { ownersOf, type Config } from "../config.ts";
import { ask as send, completeLists, type Thing } from "../graphql.ts";
import { toAccount, toBoard, toRepository, toTeam } from "../map/organisation.ts";
import { listOf, owners, repositories as allRepositories } from "../owners.ts";
import * as records from "../records-organisation.ts";
import { mayRead } from "../scopes.ts";
import * as ask from "../selections.ts";
import { repositorySweep, teamSweep } from "../sweeps.ts";

const AN_HOUR = 3_600;

/** All repositories of the credential, chosen or not: forks and references lead to them. */
export const repositories = stream<Config, records.Repository>({
  name: "repositories",
  docs: "https://docs.github.com/en/graphql/reference/objects#repository",
  level: "integration",
  record: records.repository,
  key: ({ databaseId }) => String(databaseId),
  changedAt: ({ updatedAt }) => updatedAt,
  order: "unordered",
  overlapSeconds: 300,
  everySeconds: AN_HOUR,
  async *read(request) {
    for await (const { nodes, answer } of allRepositories(request))
      yield { records: nodes, answers: [answer], position: null, reached: null };
  },
  cost: {
    class: "graphql",
    recordsPerCall: 100,
    typicalRecords: 50,
    adapted: ({ config }) =>
      appOf(config)
        ? { class: "core", details: { share: 1, atOnce: 100, class: "graphql" } }
        : { callsAtStart: Math.max(0, ownersOf(config).length - 1) },
  },
  map: toRepository,
  sweep: repositorySweep,
  fills: ["repository", "project", "workflow_status"],
});

/** Every owner's list, one after the other. */
async function* ofEachOwner(
  request: ReadRequest<Config>,
  list: { query: string; name: string; most: number; connections?: number },
): AsyncGenerator<Page> {
  for (const login of await owners(request))
    for await (const { nodes, answer } of listOf(request, { ...list, variables: { login } })) {
      const more = list.name === "teams" ? await completeLists(request, nodes, ask.teamLists) : [];
      yield { records: nodes, answers: [answer, ...more], position: null, reached: null };
    }
}

/** Calls beside the lists: who the owners are, and at least one page for each of them. */
const lookUps = (config: Config): number => {
  const owners = ownersOf(config).length;
  return owners > 0 ? owners - 1 : appOf(config) ? 1 : 2;
};

/** Members of the organisations; everybody else is known from what they did. */
export const accounts = stream<Config, z.output<typeof records.member>>({
  name: "accounts",
  docs: "https://docs.github.com/en/graphql/reference/objects#user",
  level: "integration",
  record: records.member,
  key: ({ databaseId }) => String(databaseId),
  changedAt: ({ updatedAt }) => updatedAt,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: 6 * AN_HOUR,
  async *read(request) {
    const answer = await send(request, "query { __typename }");
    const withEmail = mayRead(answer, "user:email") || mayRead(answer, "read:user");
    yield* ofEachOwner(request, { query: ask.members(withEmail), name: "accounts", most: 100 });
  },
  cost: {
    class: "graphql",
    recordsPerCall: 100,
    typicalRecords: 50,
    adapted: ({ config }) => ({ callsAtStart: 1 + lookUps(config) }),
  },
  map: toAccount,
  fills: ["account"],
});

export const teams = stream<Config, z.output<typeof records.team>>({
  name: "teams",
  docs: "https://docs.github.com/en/graphql/reference/objects#team",
  level: "integration",
  record: records.team,
  key: ({ databaseId }) => String(databaseId),
  changedAt: ({ updatedAt }) => updatedAt,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: 6 * AN_HOUR,
  read: (request) => ofEachOwner(request, { query: ask.teams, name: "teams", most: 50, connections: 1 }),
  cost: {
    class: "graphql",
    recordsPerCall: 50,
    typicalRecords: 10,
    adapted: ({ config }) => ({ callsAtStart: lookUps(config) }),
  },
  map: toTeam,
  sweep: teamSweep,
  fills: ["account_group", "account_group_member", "account"],
});

/** Projects with their fields; what they say of an issue comes with the issue. */
export const projects = stream<Config, records.Project>({
  name: "projects",
  docs: "https://docs.github.com/en/graphql/reference/objects#projectv2",
  level: "integration",
  record: records.project,
  key: ({ databaseId }) => String(databaseId),
  changedAt: ({ updatedAt }) => updatedAt,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: AN_HOUR,
  async *read(request) {
    if (!request.config.projects) return;
    for await (const page of ofEachOwner(request, { query: ask.projects, name: "projects", most: 20, connections: 2 })) {
      const readOn = page.answers[0]!.receivedAt.slice(0, 10);
      yield { ...page, records: (page.records as Thing[]).map((project) => ({ ...project, readOn })) };
    }
  },
  cost: {
    class: "graphql",
    recordsPerCall: 20,
    typicalRecords: 5,
    adapted: ({ config }) => (config.projects ? { callsAtStart: lookUps(config) } : null),
  },
  map: toBoard,
  fills: ["board", "sprint", "workflow_status"],
});
