import { addSeconds, compareInstants, lastInstant } from "../../../domain/instant.ts";
import type { AnswerInfo, Page, ReadKeysRequest, ReadRequest } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import {
  addressOf,
  ask,
  completeLists,
  type Inner,
  pagesOf,
  points,
  repositoryIn,
  repositoryQuery,
  type RepositoryList,
  type Thing,
} from "../graphql.ts";

/** Things listed newest first, each with lists inside: how they are read whole. */
export interface Whole {
  readonly list: RepositoryList;
  readonly inner: readonly Inner[];
  /** The field by which the list is ordered. */
  readonly time: string;
  /** Pages that share one query for what did not fit on them. */
  readonly together: number;
}

/** Newest first until `since`; what did not fit on a page is read before the page is handed on. */
export async function* readNewestFirst(
  request: ReadRequest<Config>,
  { list, inner, time, together }: Whole,
): AsyncGenerator<Page> {
  const { since } = request;
  let records: Thing[] = [];
  let answers: AnswerInfo[] = [];
  // The first page goes out alone, so that people see something soon.
  let wanted = request.position === null ? 1 : together;
  for await (const { answer, nodes, next } of pagesOf(request, list, request.position as string | null)) {
    records.push(...nodes.filter((node) => node !== null));
    answers.push(answer);
    const oldest = lastInstant(records.map((record) => record[time]));
    const isDone = next === null || (since !== null && oldest !== null && compareInstants(oldest, since) < 0);
    if (!isDone && answers.length < wanted) continue;
    answers.push(...(await completeLists(request, records, inner)));
    // Others of the same second may stand on the next page.
    const reached = isDone ? since : oldest === null ? null : addSeconds(oldest, 1);
    yield { records, answers, position: isDone ? null : next, reached };
    if (isDone) return;
    [records, answers, wanted] = [[], [], together];
  }
}

/** Single things of one repository by number, many in one query. */
export async function* readNumbers(
  request: ReadKeysRequest<Config>,
  things: { field: string; selection: string; connections: number; inner: readonly Inner[] },
): AsyncGenerator<Page> {
  const { api, scope } = request;
  const size = api.pageSize(`${things.field}_by_number`, { start: 50, min: 5, max: 50 });
  for (let open = [...request.keys]; open.length > 0;) {
    let batch: string[] = [];
    const answer = await size.ask((most) => {
      batch = open.slice(0, most);
      const asked = batch.map(
        (key, index) => `g${index}: ${things.field}(number: ${Number(key.split("/").at(-1))}) { ${things.selection} }`,
      );
      return ask(request, repositoryQuery(`${things.field}_by_number`, asked.join(" ")), {
        variables: addressOf(scope),
        cost: points(batch.length * things.connections),
      });
    });
    open = open.slice(batch.length);
    const repository = repositoryIn((answer.body as { data?: unknown }).data, scope);
    const records = batch.map((_, index) => repository[`g${index}`] as Thing | null).filter((record) => record !== null);
    yield { records, answers: [answer, ...(await completeLists(request, records, things.inner))], position: null, reached: null };
  }
}
