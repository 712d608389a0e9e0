import { z } from "zod";

import { type AnswerInfo, type Page, type ReadRequest, stream } from "../../../ingest/connector.ts";
import { toProject, toSprint, toStatuses, toTeam } from "../map/boards.ts";
import type { Config } from "../config.ts";
import { isProject, type InScope, projectPath, SHORTEST_PAGE, valuesOf, version } from "../paths.ts";
import * as records from "../records.ts";

const AN_HOUR = 3_600;
export const isForBoards = ({ config, scope }: { config: Config; scope: InScope["scope"] }): boolean =>
  config.boards && isProject({ scope });

export const projects = stream<Config, z.output<typeof records.project>>({
  name: "projects",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/core/projects/get",
  level: "scope",
  isFor: isProject,
  record: records.project,
  key: ({ id }) => id,
  changedAt: ({ lastUpdateTime }) => lastUpdateTime ?? null,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: 6 * AN_HOUR,
  async *read({ api, config, scope }) {
    const path = `/_apis/projects/${encodeURIComponent(scope.id)}`;
    const answer = await api.get(path, { includeCapabilities: true, ...version(config) });
    yield { records: [answer.body], answers: [answer], position: null, reached: null };
  },
  cost: { recordsPerCall: 1, typicalRecords: 1 },
  map: toProject,
  fills: ["project"],
});

interface RawTeam {
  readonly id: string;
  readonly [name: string]: unknown;
}

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/core/teams/get-teams */
async function teamsOf({ api, config, scope }: InScope): Promise<{ teams: readonly RawTeam[]; answers: AnswerInfo[] }> {
  const teams: RawTeam[] = [];
  const answers: AnswerInfo[] = [];
  const path = `/_apis/projects/${encodeURIComponent(scope.id)}/teams`;
  for (;;) {
    const answer = await api.get(path, { $top: 500, $skip: teams.length, ...version(config) });
    const found = valuesOf(answer) as readonly RawTeam[];
    answers.push(answer);
    teams.push(...found);
    if (found.length < SHORTEST_PAGE) return { teams, answers };
  }
}

export const teams = stream<Config, z.output<typeof records.team>>({
  name: "teams",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/core/teams/get-teams",
  level: "scope",
  isFor: isForBoards,
  record: records.team,
  key: ({ id }) => id,
  changedAt: () => null,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: 6 * AN_HOUR,
  async *read(request) {
    const { api, config, scope } = request;
    const { teams: found, answers } = await teamsOf(request);
    const joined: unknown[] = [];
    for (const team of found) {
      const path = `/_apis/projects/${encodeURIComponent(scope.id)}/teams/${encodeURIComponent(team.id)}/members`;
      const answer = await api.get(path, { $top: 5_000, ...version(config) });
      answers.push(answer);
      joined.push({ ...team, members: valuesOf(answer) });
    }
    yield { records: joined, answers, position: null, reached: null };
  },
  cost: { recordsPerCall: 100, typicalRecords: 1, callsPerRecord: 1 },
  map: toTeam,
  fills: ["account_group", "account_group_member", "board", "account"],
});

export const statuses = stream<Config, z.output<typeof records.workItemType>>({
  name: "statuses",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-item-types/list",
  level: "scope",
  isFor: isForBoards,
  record: records.workItemType,
  key: ({ name }) => name,
  changedAt: () => null,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: 6 * AN_HOUR,
  async *read(request) {
    const { types, answers } = await typesOf(request);
    yield { records: types, answers, position: null, reached: null };
  },
  cost: { recordsPerCall: 100, typicalRecords: 5 },
  map: toStatuses,
  fills: ["workflow_status"],
});

interface RawType {
  readonly name: string;
  readonly states?: readonly unknown[];
}

/** Types with their states, which older hosts only tell type by type. https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-item-type-states/list */
export async function typesOf({ api, config, scope }: InScope): Promise<{ types: readonly RawType[]; answers: AnswerInfo[] }> {
  const path = `${projectPath(scope)}/_apis/wit/workitemtypes`;
  const answer = await api.get(path, version(config));
  const answers: AnswerInfo[] = [answer];
  const types: RawType[] = [];
  for (const type of valuesOf(answer) as readonly RawType[]) {
    if (type.states) types.push(type);
    else {
      const told = await api.get(`${path}/${encodeURIComponent(type.name)}/states`, version(config));
      answers.push(told);
      types.push({ ...type, states: valuesOf(told) });
    }
  }
  return { types, answers };
}

/** A node of a classification tree; what else it says is told by its record. */
const node = z.looseObject({
  get children() {
    return z.array(node).nullish();
  },
});
type Node = z.output<typeof node>;

interface Tree {
  readonly nodes: readonly Node[];
  readonly root: unknown;
  readonly answer: AnswerInfo;
}

/** The tree of iterations without its root, which stands for the project. https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/classification-nodes/get */
export async function iterationNodes({ api, config, scope }: InScope): Promise<Tree> {
  const path = `${projectPath(scope)}/_apis/wit/classificationnodes/iterations`;
  const answer = await api.get(path, { $depth: 14, ...version(config) });
  const below = (one: Node): Node[] => (one.children ?? []).flatMap((child) => [child, ...below(child)]);
  const root = node.parse(answer.body);
  return { nodes: below(root), root: root.id, answer };
}

/** `\Pay\Iteration\2026\Sprint 3`, as the tree says it, is `Pay\2026\Sprint 3` in work items. */
export const pathInWorkItems = (path: string): string => path.replace(/^\\/, "").replace(/^([^\\]+)\\Iteration(?=\\|$)/i, "$1");

export const sprints = stream<Config, z.output<typeof records.iteration>>({
  name: "sprints",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/classification-nodes/get",
  level: "scope",
  isFor: isForBoards,
  record: records.iteration,
  key: ({ id }) => String(id),
  changedAt: () => null,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: AN_HOUR,
  read: readSprints,
  cost: { recordsPerCall: 1_000, typicalRecords: 50, callsAtStart: 2 },
  map: toSprint,
  fills: ["sprint"],
});

interface TeamIteration {
  readonly id: string;
  readonly attributes?: { readonly timeFrame?: string };
}

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/work/iterations/list */
async function* readSprints(request: ReadRequest<Config>): AsyncGenerator<Page> {
  const { api, config, scope } = request;
  const { nodes, answer } = await iterationNodes(request);
  const { teams: found, answers } = await teamsOf(request);
  const users = new Map<string, { id: string; timeFrame: string | null }[]>();
  for (const team of found) {
    const path = `${projectPath(scope)}/${encodeURIComponent(team.id)}/_apis/work/teamsettings/iterations`;
    const chosen = await api.get(path, version(config));
    answers.push(chosen);
    for (const { id, attributes } of valuesOf(chosen) as readonly TeamIteration[])
      users.set(id, [...(users.get(id) ?? []), { id: team.id, timeFrame: attributes?.timeFrame ?? null }]);
  }
  const readOn = answer.receivedAt.slice(0, 10);
  const joined = nodes.map((one) => ({
    ...one,
    children: undefined,
    teams: users.get(String(one.identifier ?? "")) ?? [],
    readOn,
  }));
  yield { records: joined, answers: [answer, ...answers], position: null, reached: null };
}
