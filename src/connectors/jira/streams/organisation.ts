import { z } from "zod";

import { type Answer, type Page, type ReadRequest, stream } from "../../../ingest/connector.ts";
import { offsetPages } from "../../../ingest/paging.ts";
import type { Config } from "../config.ts";
import { isCloud } from "../instance.ts";
import { toBoard, toProject, toRelease, toSprint, toStatus } from "../map/organisation.ts";
import { toAccount } from "../map/people.ts";
import * as records from "../records.ts";
import { allBoards, allProjects, sprintsOf } from "../lists.ts";
import { boardOf } from "../search.ts";

const A_QUARTER = 900;
const SIX_HOURS = 21_600;

/** Lists without a time of change: read whole, now and then. */
const plain = { level: "integration", order: "unordered", overlapSeconds: 0, changedAt: () => null } as const;

const pageOf = (recordsFound: readonly unknown[], ...answers: readonly Answer[]): Page => ({
  records: recordsFound,
  answers,
  position: null,
  reached: null,
});

export const projects = stream<Config, records.Project>({
  ...plain,
  name: "projects",
  docs: "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/",
  record: records.project,
  key: ({ id }) => String(id),
  everySeconds: SIX_HOURS,
  async *read(request) {
    for await (const { answer, found } of allProjects(request)) yield pageOf(found, answer);
  },
  map: toProject,
  cost: { recordsPerCall: 50, typicalRecords: 50 },
  fills: ["project", "account"],
});

/** Boards with their filter and the field they estimate with. Not every instance has Jira Software. */
export const boards = stream<Config, records.Board>({
  ...plain,
  name: "boards",
  docs: "https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/",
  record: records.board,
  key: ({ id }) => String(id),
  everySeconds: SIX_HOURS,
  async *read(request) {
    for await (const { answer, found } of allBoards(request)) {
      const answers = [answer];
      const whole: unknown[] = [];
      for (const board of found as { id: number; type?: string }[]) {
        // Kanban boards do not estimate, so there is nothing to ask for.
        if (board.type === "kanban") whole.push(board);
        else {
          const configuration = await request.api.get(`/rest/agile/1.0/board/${board.id}/configuration`, undefined, {
            class: "agile",
          });
          answers.push(configuration);
          whole.push({ ...board, configuration: configuration.body });
        }
      }
      yield pageOf(whole, ...answers);
    }
  },
  map: toBoard,
  cost: { class: "agile", recordsPerCall: 50, typicalRecords: 10, callsPerRecord: 0.8 },
  fills: ["board"],
});

const PEOPLE_AT_ONCE = 200;

/** Everybody who may be shown, deactivated people too; the rest is known from what they did. */
export const accounts = stream<Config, records.User>({
  ...plain,
  name: "accounts",
  docs: "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/",
  record: records.listedUser,
  key: ({ accountId, key, name }) => accountId ?? key ?? name!,
  everySeconds: SIX_HOURS,
  async *read(request) {
    const { api } = request;
    const cloud = await isCloud(request);
    const more = cloud ? {} : { username: ".", includeInactive: true };
    const [path, step] = cloud ? ["/rest/api/3/users/search", PEOPLE_AT_ONCE] : ["/rest/api/2/user/search", PEOPLE_AT_ONCE];
    const pages = offsetPages(0, {
      step,
      ask: (startAt) => api.get(path, { ...more, startAt, maxResults: step }),
      count: (answer) => (answer.body as unknown[]).length,
    });
    for await (const { answer } of pages) yield pageOf(answer.body as unknown[], answer);
  },
  map: toAccount,
  cost: { recordsPerCall: PEOPLE_AT_ONCE, typicalRecords: 200, callsAtStart: 1 },
  fills: ["account"],
});

export const statuses = stream<Config, records.Status>({
  ...plain,
  name: "statuses",
  docs: "https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-workflow-statuses/",
  record: records.status,
  key: ({ id, scope }) => `${scope?.project?.id ?? "-"}/${id}`,
  everySeconds: SIX_HOURS,
  async *read({ api }) {
    const answer = await api.get("/rest/api/2/status");
    yield pageOf(z.array(z.unknown()).parse(answer.body), answer);
  },
  map: toStatus,
  cost: { recordsPerCall: 1_000, typicalRecords: 100 },
  fills: ["workflow_status"],
});

/** Sprints of the chosen boards, or of the boards of the chosen projects. Renaming and closing one changes no issue. */
export const sprints = stream<Config, records.Sprint>({
  ...plain,
  level: "scope",
  name: "sprints",
  docs: "https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/",
  record: records.sprint,
  key: ({ id }) => String(id),
  everySeconds: A_QUARTER,
  async *read(request) {
    const { scope } = request;
    if (scope.kind === "board") yield* pagesOfSprints(request, [boardOf(scope.id)]);
    else
      for await (const { found } of allBoards(request, scope.id))
        yield* pagesOfSprints(
          request,
          (found as { id: number; type?: string }[]).filter(({ type }) => type !== "kanban").map(({ id }) => String(id)),
        );
  },
  map: toSprint,
  cost: {
    class: "agile",
    recordsPerCall: 50,
    typicalRecords: 40,
    adapted: ({ scope }) => (scope.kind === "board" ? {} : { callsAtStart: 1 }),
  },
  fills: ["sprint"],
});

async function* pagesOfSprints(request: ReadRequest<Config>, boardIds: readonly string[]): AsyncGenerator<Page> {
  for (const id of boardIds) for await (const { answer, found } of sprintsOf(request, id)) yield pageOf(found, answer);
}

export const releases = stream<Config, records.Version>({
  ...plain,
  level: "scope",
  name: "releases",
  docs: "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/",
  record: records.version,
  key: ({ projectId, id }) => `${projectId}/${id}`,
  everySeconds: A_QUARTER,
  async *read({ api, scope }) {
    if (scope.kind === "board") return;
    const answer = await api.get(`/rest/api/2/project/${scope.id}/versions`);
    yield pageOf(z.array(z.unknown()).parse(answer.body), answer);
  },
  map: toRelease,
  cost: {
    recordsPerCall: 1_000,
    typicalRecords: 20,
    adapted: ({ scope }) => (scope.kind === "board" ? null : {}),
  },
  fills: ["release"],
});
