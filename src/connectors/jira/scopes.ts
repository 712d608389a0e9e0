import type { Scope } from "../../ingest/connector.ts";
import { siteOf, type Config } from "./config.ts";
import { isCloud as isCloudOf, unlessRefused, type Reading } from "./instance.ts";
import { allBoards, allProjects } from "./lists.ts";
import * as records from "./records.ts";
import { boardScope } from "./search.ts";

/** Every project and board that the user can see. */
export async function* scopes(reading: Reading & { config: Config }): AsyncGenerator<Scope> {
  const isCloud = await isCloudOf(reading);
  const site = siteOf(reading.config);
  const known = { ...reading, scope: { id: "-", name: "-", kind: "integration", attributes: { isCloud } } };
  for await (const { found } of allProjects(known))
    for (const each of found) {
      const { data } = records.project.safeParse(each);
      if (!data) continue;
      const { id, key, archived } = data;
      const url = `${site}/browse/${key}`;
      yield { id, name: key, kind: "project", isArchived: archived ?? false, url, attributes: { isCloud } };
    }
  // Without Jira Software there are no boards.
  const boards = allBoards(known);
  let page = await unlessRefused(boards.next());
  while (page && !page.done) {
    for (const each of page.value.found) {
      const { data } = records.board.safeParse(each);
      if (!data) continue;
      const { id, name } = data;
      const url = `${site}/secure/RapidBoard.jspa?rapidView=${id}`;
      yield { id: boardScope(id), name: `board: ${name}`, kind: "board", url, attributes: { isCloud } };
    }
    page = await boards.next();
  }
}
