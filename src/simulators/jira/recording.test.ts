import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { startJiraSimulator, type JiraSimulator } from "./index.ts";

let folder: string;
let live: JiraSimulator;
let recorded: JiraSimulator;

const basic = ({ credentials, token }: JiraSimulator) =>
  `Basic ${Buffer.from(`${credentials.email}:${token}`).toString("base64")}`;

async function ask(simulator: JiraSimulator, path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: basic(simulator) };
  const answer = await fetch(
    `${simulator.url}${path}`,
    body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers },
  );
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

const search = { jql: "project = PAY ORDER BY key", fields: ["*all"], maxResults: 100, expand: "changelog" };

/** What somebody would save who asks a real Jira: pages of searches, bulk changelogs, lists. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jira-recording-"));
  live = await startJiraSimulator({ size: { projects: 1, issuesPerProject: 25, days: 40 }, now: "2026-05-01T00:00:00Z" });
  await mkdir(join(folder, "changelogs"));
  const save = async (name: string, path: string, body?: object) =>
    writeFile(join(folder, name), JSON.stringify(await ask(live, path, body)));
  await save("search-1.json", "/rest/api/3/search/jql", search);
  await save("changelogs/bulk.json", "/rest/api/3/changelog/bulkfetch", {
    issueIdsOrKeys: [...live.state.issues.keys()],
    maxResults: 10_000,
  });
  await save("boards.json", "/rest/agile/1.0/board");
  await save("board-1-configuration.json", "/rest/agile/1.0/board/1/configuration");
  await save("board-1-sprints.json", "/rest/agile/1.0/board/1/sprint");
  await save("fields.json", "/rest/api/3/field");
  await save("statuses.json", "/rest/api/3/status");
  await save("project-versions.json", "/rest/api/3/project/PAY/versions");
  await writeFile(join(folder, "notes.json"), JSON.stringify({ taken: "for a test" }));
  recorded = await startJiraSimulator({ recording: folder, now: "2026-05-01T00:00:00Z" });
}, 60_000);

afterAll(async () => {
  await recorded?.stop();
  await live?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("a folder of payloads is served as it was recorded, whatever its files are called", async () => {
  expect(recorded.state.flavour).toBe("cloud");
  const own = (simulator: JiraSimulator) =>
    ask(simulator, "/rest/api/3/issue/bulkfetch", { issueIdsOrKeys: [...live.state.issues.keys()], fields: ["*all"] });
  const [before, after] = [
    (await own(live)).issues as { fields: object }[],
    (await own(recorded)).issues as { fields: object }[],
  ];
  const plain = (issues: { fields: object }[]) =>
    issues.map(({ fields, ...rest }) => ({ ...rest, fields: JSON.parse(JSON.stringify(fields)) as unknown }));
  expect(plain(after)).toEqual(plain(before));
  for (const path of [
    "/rest/agile/1.0/board",
    "/rest/agile/1.0/board/1/sprint",
    "/rest/agile/1.0/board/1/configuration",
    "/rest/api/3/field",
    "/rest/api/3/status",
  ])
    expect(await ask(recorded, path), path).toEqual(await ask(live, path));
  expect(await ask(recorded, `/rest/api/3/project/10000/versions`)).toEqual(await ask(live, "/rest/api/3/project/PAY/versions"));
  const history = (simulator: JiraSimulator) =>
    ask(simulator, "/rest/api/3/changelog/bulkfetch", { issueIdsOrKeys: [...live.state.issues.keys()], maxResults: 10_000 });
  expect(await history(recorded)).toEqual(await history(live));
});

test("fields that no file lists are found by what history calls them", async () => {
  const bare = await mkdtemp(join(tmpdir(), "jira-bare-"));
  await writeFile(join(bare, "page.json"), JSON.stringify(await ask(live, "/rest/api/3/search/jql", search)));
  const simulator = await startJiraSimulator({ recording: bare, now: "2026-05-01T00:00:00Z" });
  const fields = (await ask(simulator, "/rest/api/3/field")) as never as { id: string; schema?: { custom: string } }[];
  await simulator.stop();
  await rm(bare, { recursive: true, force: true });
  expect(fields.find(({ id }) => id === "customfield_10020")?.schema?.custom).toMatch(/:gh-sprint$/);
});

test("what is not recorded has no planted answer, and an empty folder says so", async () => {
  expect(() => recorded.truth).toThrow(/no planted answers/);
  const empty = await mkdtemp(join(tmpdir(), "jira-empty-"));
  await expect(startJiraSimulator({ recording: empty })).rejects.toThrow(/holds no issues/);
  await rm(empty, { recursive: true, force: true });
});
