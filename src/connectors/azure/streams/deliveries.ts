import { z } from "zod";

import { compareInstants } from "../../../domain/instant.ts";
import { type Page, type ReadRequest, stream } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import { toEnvironmentDeployment, toReleaseDeployment } from "../map/run.ts";
import { instant } from "../map/time.ts";
import { projectPath, releasePath, tokenList, valuesOf, version } from "../paths.ts";
import * as records from "../records-pipelines.ts";
import { isForPipelines } from "./pipelines.ts";

const A_DAY = 86_400;
const LISTED = 100;

/** Classic releases, by their last change. */
export const releaseDeployments = stream<Config, z.output<typeof records.releaseDeployment>>({
  name: "release_deployments",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/release/deployments/list",
  level: "scope",
  isFor: isForPipelines,
  record: records.releaseDeployment,
  key: ({ id }) => String(id),
  changedAt: ({ lastModifiedOn }) => lastModifiedOn,
  order: "ascending",
  // The list is in the order of ids, which follow the beginning rather than the last change.
  orderedBy: () => null,
  overlapSeconds: 300,
  async *read(request) {
    const { since, position } = request;
    const query = { queryOrder: "ascending", minModifiedTime: since ?? undefined, $top: LISTED };
    const path = `${releasePath(request)}/deployments`;
    for await (const { answer, next } of tokenList(request, { path, query, from: position }))
      yield { records: valuesOf(answer), answers: [answer], position: next, reached: null };
  },
  map: toReleaseDeployment,
  fills: ["deployment", "pipeline", "account"],
  cost: { recordsPerCall: LISTED, typicalRecords: 50 },
});

type Deployment = z.output<typeof records.environmentDeployment>;

/** Deployments of YAML pipelines: the newest first of each environment, one environment after the other. */
export const environmentDeployments = stream<Config, Deployment>({
  name: "environment_deployments",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/environments/environmentdeployment-records/list",
  level: "scope",
  isFor: isForPipelines,
  record: records.environmentDeployment,
  key: ({ id }) => String(id),
  changedAt: ({ finishTime, startTime, queueTime }) => instant(finishTime) ?? instant(startTime) ?? instant(queueTime),
  order: "unordered",
  overlapSeconds: 2 * A_DAY,
  read: readDeployments,
  map: toEnvironmentDeployment,
  fills: ["deployment"],
  // Environment by environment.
  cost: { recordsPerCall: LISTED, typicalRecords: 50, callsAtStart: 5 },
});

const environment = z.object({ id: z.number(), name: z.string() });
const place = z.object({ environment: z.number(), token: z.string().nullable() });

/** What has not ended is found again by the overlap, or by the end of its run. */
async function* readDeployments(request: ReadRequest<Config>): AsyncGenerator<Page> {
  const { api, config, scope, since } = request;
  const path = `${projectPath(scope)}/_apis/distributedtask/environments`;
  const listed = await api.get(path, { $top: 1_000, ...version(config, true) });
  const all = z
    .array(environment)
    .parse(valuesOf(listed))
    .toSorted((a, b) => a.id - b.id);
  const from = place.safeParse(request.position).data ?? null;
  const open = all.filter(({ id }) => from === null || id >= from.environment);
  for (const [index, { id, name }] of open.entries()) {
    const list = { path: `${path}/${id}/environmentdeploymentrecords`, query: { top: LISTED }, isPreview: true };
    const token = from?.environment === id ? from.token : null;
    for await (const { answer, next } of tokenList(request, { ...list, from: token })) {
      const found = valuesOf(answer) as readonly { queueTime?: string; startTime?: string }[];
      const oldest = instant(found.at(-1)?.queueTime);
      const isOver = next === null || (since !== null && oldest !== null && compareInstants(oldest, since) < 0);
      const following = open[index + 1];
      const position = !isOver ? { environment: id, token: next } : following ? { environment: following.id, token: null } : null;
      const joined = found.map((record) => ({ ...record, environmentName: name }));
      yield { records: joined, answers: [answer, ...(index === 0 ? [listed] : [])], position, reached: null };
      if (isOver) break;
    }
  }
}
