import type { Answer } from "../../ingest/connector.ts";
import { offsetPages } from "../../ingest/paging.ts";
import { isCloud, unlessRefused, type Reading } from "./instance.ts";
import { boardWithoutSprints } from "./problems.ts";

export interface ListPage {
  readonly answer: Answer;
  readonly found: readonly unknown[];
}

const AT_ONCE = 50;

type Values = { values?: unknown[]; isLast?: boolean; total?: number };

/** Pages of `values`; where Jira says how many there are it is believed, else the first empty or last page ends. */
async function* valuePages(ask: (startAt: number) => Promise<Answer>): AsyncGenerator<ListPage> {
  for (let startAt = 0; ;) {
    const answer = await ask(startAt);
    const { values = [], isLast, total } = answer.body as Values;
    yield { answer, found: values };
    startAt += values.length;
    if (values.length === 0 || isLast === true || (total !== undefined && startAt >= total)) return;
  }
}

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get; Data Center has one list. */
export async function* allProjects(reading: Reading): AsyncGenerator<ListPage> {
  const { api } = reading;
  if (await isCloud(reading))
    return yield* valuePages((startAt) =>
      api.get("/rest/api/3/project/search", { startAt, maxResults: AT_ONCE, expand: "lead", status: "live" }),
    );
  const pages = offsetPages(0, {
    step: Number.MAX_SAFE_INTEGER,
    ask: () => api.get("/rest/api/2/project", { expand: "lead", includeArchived: true }),
    count: (answer) => (answer.body as unknown[]).length,
    total: (answer) => (answer.body as unknown[]).length,
  });
  for await (const { answer } of pages) yield { answer, found: answer.body as unknown[] };
}

/** All boards, or those that show a project. */
export const allBoards = ({ api }: Reading, project?: string): AsyncGenerator<ListPage> =>
  valuePages((startAt) =>
    api.get("/rest/agile/1.0/board", { startAt, maxResults: AT_ONCE, projectKeyOrId: project }, { class: "agile" }),
  );

/** Sprints of one board; a board that has none yields nothing. */
export async function* sprintsOf({ api }: Reading, board: string): AsyncGenerator<ListPage> {
  const ask = (startAt: number) =>
    api.get(`/rest/agile/1.0/board/${board}/sprint`, { startAt, maxResults: AT_ONCE }, { class: "agile" });
  const first = await unlessRefused(ask(0), boardWithoutSprints("").code);
  if (first) yield* valuePages(async (startAt) => (startAt === 0 ? first : ask(startAt)));
}
