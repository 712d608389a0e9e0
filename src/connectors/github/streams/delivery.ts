import type { z } from "zod";

import { addSeconds, compareInstants } from "../../../domain/instant.ts";
import { type Page, type ReadKeysRequest, type ReadRequest, stream } from "../../../ingest/connector.ts";
import { linkPages } from "../../../ingest/paging.ts";
import type { Config } from "../config.ts";
import { ask, completeLists, dataOf, pagesOf, points, type RepositoryList, type Thing } from "../graphql.ts";
import { hasEnded, toDeployment, toPipeline, toRelease, toTag } from "../map/delivery.ts";
import * as records from "../records-delivery.ts";
import { DEPLOYMENT, deploymentList, deploymentLists, releaseList, tagList } from "../selections.ts";
import { deploymentSweep, pipelineSweep, releaseSweep, tagSweep } from "../sweeps.ts";
import { readNewestFirst } from "./changed-things.ts";

const A_DAY = 86_400;
const A_MONTH = 31 * A_DAY;

/** Short lists without a usable time: read whole whenever the probe says that something changed. */
async function* readWhole(request: ReadRequest<Config>, list: RepositoryList): AsyncGenerator<Page> {
  for await (const { answer, nodes, next } of pagesOf(request, list, request.position as string | null))
    yield { records: nodes, answers: [answer], position: next, reached: null };
}

/** `createdAt` of a release is the time of its commit, so a new release may stand anywhere in the list. */
export const releases = stream<Config, z.output<typeof records.release>>({
  name: "releases",
  docs: "https://docs.github.com/en/graphql/reference/objects#release",
  level: "scope",
  record: records.release,
  key: ({ databaseId }) => String(databaseId),
  changedAt: ({ updatedAt }) => updatedAt ?? null,
  order: "unordered",
  overlapSeconds: 0,
  read: (request) => readWhole(request, releaseList),
  cost: { class: "graphql", recordsPerCall: 100 },
  map: toRelease,
  sweep: releaseSweep,
  fills: ["release", "account"],
});

export const tags = stream<Config, z.output<typeof records.tag>>({
  name: "tags",
  docs: "https://docs.github.com/en/graphql/reference/objects#ref",
  level: "scope",
  record: records.tag,
  key: ({ repository, name }) => `${repository.databaseId}/${name}`,
  changedAt: () => null,
  order: "unordered",
  overlapSeconds: 0,
  read: (request) => readWhole(request, tagList),
  cost: { class: "graphql", recordsPerCall: 100 },
  map: toTag,
  sweep: tagSweep,
  fills: ["git_ref"],
});

export const deployments = stream<Config, records.Deployment>({
  name: "deployments",
  docs: "https://docs.github.com/en/graphql/reference/objects#deployment",
  level: "scope",
  record: records.deployment,
  key: ({ id }) => id,
  changedAt: ({ updatedAt }) => updatedAt,
  order: "descending",
  orderedBy: ({ createdAt }) => createdAt,
  overlapSeconds: 2 * A_DAY,
  // The list is by creation; a deployment that waits for approval may end weeks later.
  isFinished: (deployment, { readAt }) =>
    hasEnded(deployment) || compareInstants(readAt, addSeconds(deployment.createdAt, A_MONTH)) > 0,
  read: (request) => readNewestFirst(request, { list: deploymentList, inner: deploymentLists, time: "createdAt", together: 1 }),
  readKeys: readDeployments,
  cost: { class: "graphql", recordsPerCall: 100, pointsPerRecord: 0.01 },
  map: toDeployment,
  sweep: deploymentSweep,
  fills: ["deployment", "account"],
});

async function* readDeployments(request: ReadKeysRequest<Config>): AsyncGenerator<Page> {
  const query = `query DeploymentsById($ids: [ID!]!) { nodes(ids: $ids) { ... on Deployment { ${DEPLOYMENT} } } }`;
  for (let from = 0; from < request.keys.length; from += 100) {
    const ids = request.keys.slice(from, from + 100);
    const answer = await ask(request, query, { variables: { ids }, cost: points(ids.length) });
    const found = (dataOf(answer).nodes as (Thing | null)[]).filter((node) => node?.id !== undefined) as Thing[];
    yield {
      records: found,
      answers: [answer, ...(await completeLists(request, found, deploymentLists))],
      position: null,
      reached: null,
    };
  }
}

export const pipelines = stream<Config, z.output<typeof records.workflow>>({
  name: "pipelines",
  docs: "https://docs.github.com/en/rest/actions/workflows#list-repository-workflows",
  level: "scope",
  record: records.workflow,
  key: ({ id }) => String(id),
  changedAt: ({ updated_at }) => updated_at ?? null,
  order: "unordered",
  overlapSeconds: 0,
  async *read({ api, scope }) {
    for await (const { answer } of linkPages(api, { path: `/repos/${scope.name}/actions/workflows`, query: { per_page: 100 } }))
      yield { records: (answer.body as { workflows: Thing[] }).workflows, answers: [answer], position: null, reached: null };
  },
  cost: { recordsPerCall: 100, typicalRecords: 10 },
  map: toPipeline,
  sweep: pipelineSweep,
  fills: ["pipeline"],
});
