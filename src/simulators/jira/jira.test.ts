import { afterEach, describe, expect, test } from "vitest";

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { createOrganisation, createPlanning, tellPlanning } from "../organisation/index.ts";
import { startJiraSimulator, type JiraSimulator, type JiraSimulatorOptions } from "./index.ts";
import { fromLocal, jiraTime, offsetOf } from "./time.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

describe("refresh tokens", () => {
  test("are taken for ten minutes after they were replaced, and end all that came of them when used later", async () => {
    const { simulator } = await start();
    const { grants, clientId: client_id, clientSecret: client_secret } = simulator.credentials;
    const use = async (refresh_token: string) => {
      const body = JSON.stringify({ grant_type: "refresh_token", client_id, client_secret, refresh_token });
      const answer = await fetch(`${simulator.url}/oauth/token`, { method: "POST", body });
      return { status: answer.status, given: (await answer.json()) as Record<string, string> };
    };
    const first = grants.authorise();
    const { given } = await use(first);
    simulator.ageTokens(540_000);
    expect((await use(first)).status).toBe(200);
    expect(grants.isIssued(given.access_token!)).toBe(true);
    simulator.ageTokens(120_000);
    expect(await use(first)).toMatchObject({ status: 403, given: { error: "invalid_grant" } });
    expect((await use(given.refresh_token!)).status).toBe(403);
    expect(grants.isIssued(given.access_token!)).toBe(false);
  });
});

const size = { projects: 2, issuesPerProject: 30, days: 40 };
async function start(options: JiraSimulatorOptions = {}) {
  const simulator = await startJiraSimulator({ size, ...options });
  open.push(simulator.stop);
  return { simulator, call: caller(simulator) };
}

const caller =
  ({ url, token, credentials, state }: JiraSimulator) =>
  async (path: string, body?: object, headers: Record<string, string> = {}) => {
    const basic = `Basic ${Buffer.from(`${credentials.email}:${token}`).toString("base64")}`;
    const authorization = state.flavour === "cloud" ? basic : `Bearer ${token}`;
    const answer = await fetch(`${url}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization, ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: (text.startsWith("<") || text === "" ? null : JSON.parse(text)) as Record<string, unknown>,
    };
  };

const searchIds = async (call: ReturnType<typeof caller>, jql: string) => {
  const { status, json } = await call("/rest/api/3/search/jql", { jql, maxResults: 5000, fields: ["id"] });
  return status === 200 ? (json.issues as { id: string }[]).map(({ id }) => id) : (json.errorMessages as string[])[0];
};

describe("the planned company", () => {
  const plan = (seed: number) => {
    const organisation = createOrganisation({ seed: 1, size: "tiny", now: 1_780_000_000 });
    return JSON.stringify(tellPlanning(createPlanning(organisation, { seed, ...size })));
  };

  test("is the same for the same seed, and another for another", () => {
    expect(plan(5)).toBe(plan(5));
    expect(plan(5)).not.toBe(plan(6));
  });

  test("fits the pull requests that name its issues, and leaves the code side alone", () => {
    const made = () => createOrganisation({ seed: 1, size: "tiny", now: 1_780_000_000 });
    const [organisation, untouched] = [made(), made()];
    const planning = createPlanning(organisation, { projects: 1, issuesPerProject: 400, days: 60, withPullRequests: true });
    const linked = planning.issues.filter(({ pullRequest, type }) => pullRequest && type !== "Epic");
    expect(linked.length).toBeGreaterThan(3);
    for (const { pullRequest, createdAt } of linked) expect(createdAt).toBeLessThan(pullRequest!.openedAt * 1000);
    expect(JSON.stringify(organisation.truth.all())).toBe(JSON.stringify(untouched.truth.all()));
  });
});

describe("time", () => {
  test("is told in the zone of the account, through clock changes", () => {
    expect(jiraTime(Date.parse("2026-03-29T00:59:59.125Z"), "Europe/Berlin")).toBe("2026-03-29T01:59:59.125+0100");
    expect(jiraTime(Date.parse("2026-03-29T01:00:00Z"), "Europe/Berlin")).toBe("2026-03-29T03:00:00.000+0200");
    expect(jiraTime(Date.parse("2026-06-01T12:00:00Z"), "Pacific/Pago_Pago")).toBe("2026-06-01T01:00:00.000-1100");
    expect(offsetOf("Asia/Kathmandu", 0)).toBe(19_800_000);
    expect(fromLocal("2026-06-01 14:30", "Europe/Berlin")).toBe(Date.parse("2026-06-01T12:30:00Z"));
  });

  test("in a search is the account's minute as text, and exact in milliseconds", async () => {
    const { simulator, call } = await start({ zone: "Pacific/Kiritimati" });
    const issue = [...simulator.state.issues.values()].toSorted((a, b) => a.updatedAt - b.updatedAt).at(-5)!;
    const after = (ms: number) => searchIds(call, `project in (PAY, WEB) AND updated >= ${ms} ORDER BY updated ASC`);
    expect(await after(issue.updatedAt)).toContain(issue.id);
    expect(await after(issue.updatedAt + 1)).not.toContain(issue.id);
    const local = new Date(issue.updatedAt + 14 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
    expect(await searchIds(call, `project in (PAY, WEB) AND updated >= "${local}"`)).toContain(issue.id);
    expect(
      (await searchIds(
        call,
        `project in (PAY, WEB) AND updated >= "${new Date(issue.updatedAt).toISOString().slice(0, 16).replace("T", " ")}"`,
      ))!.length,
    ).toBeGreaterThan(5);
  });
});

describe("JQL", () => {
  test.each([
    ["issuetype ~~ Bug", "The operator '~~' is not supported by the 'issuetype' field."],
    ["colour = red", "Field 'colour' does not exist or you do not have permission to view it."],
    ["project = NOPE", "The value 'NOPE' does not exist for the field 'project'."],
    ["id in (1)", "An issue with key '1' does not exist for field 'id'."],
    ["updated >= yesterday", "Date value 'yesterday' for field 'updated' is invalid."],
    ["project = PAY AND", "Expecting a field before the end"],
    ["project = PAY status = Done", "Expecting either 'OR' or 'AND' but got 'status'"],
    ["ORDER BY updated", "Unbounded JQL queries are not allowed here"],
  ])("%s is refused", async (jql, words) => {
    const { call } = await start();
    const refused = await call("/rest/api/3/search/jql", { jql });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.json)).toContain(words);
  });

  test("finds what was asked for, by old keys too", async () => {
    const { simulator, call } = await start();
    const issue = [...simulator.state.issues.values()][4]!;
    const old = issue.key;
    simulator.edit.move(issue.id, "WEB");
    expect(await searchIds(call, `key = ${old}`)).toEqual([issue.id]);
    expect(await searchIds(call, `project = PAY AND (issuetype = Bug OR issuetype = "Story") AND id in (${issue.id})`)).toEqual(
      [],
    );
  });
});

describe("Cloud", () => {
  test("shrinks pages, and leads on by tokens that fit one search", async () => {
    const { call } = await start({ size: { projects: 1, issuesPerProject: 300, days: 40 } });
    const jql = "project = PAY ORDER BY updated ASC";
    const first = (await call("/rest/api/3/search/jql", { jql, maxResults: 5000, fields: ["summary"] })).json;
    expect((first.issues as unknown[]).length).toBeLessThanOrEqual(100);
    expect(first).toMatchObject({ isLast: false, nextPageToken: expect.any(String) as string });
    const wrong = await call("/rest/api/3/search/jql", { jql: "project = PAY", nextPageToken: first.nextPageToken });
    expect(wrong.status).toBe(400);
  });

  test("embeds the newest forty entries of history, and gives all of them in bulk, in milliseconds", async () => {
    const { simulator, call } = await start();
    const id = [...simulator.state.issues.keys()][2]!;
    for (let count = 0; count < 25; count++) for (const word of ["Blocked", "In Progress"]) simulator.edit.transition(id, word);
    const total = simulator.state.issues.get(id)!.histories.length;
    const issue = (await call(`/rest/api/3/issue/${id}?expand=changelog`)).json as {
      changelog: { histories: { id: string }[]; total: number };
    };
    expect(issue.changelog).toMatchObject({ total, histories: { length: 40 } });
    const bulk = (await call("/rest/api/3/changelog/bulkfetch", { issueIdsOrKeys: [id], maxResults: 30 })).json;
    expect(bulk.issueChangeLogs).toMatchObject([{ issueId: id, changeHistories: { length: 30 } }]);
    expect(bulk.nextPageToken).toBeDefined();
    const [log] = bulk.issueChangeLogs as { changeHistories: { created: number }[] }[];
    expect(log!.changeHistories[0]!.created).toBeGreaterThan(1e12);
  });

  test("hides history without a word, and has removed the old search", async () => {
    const { simulator, call } = await start({ size: { projects: 1, issuesPerProject: 60, days: 40 } });
    const hidden = [...simulator.state.issues.values()].find(({ hidesHistory }) => hidesHistory)!;
    const bulk = (await call("/rest/api/3/changelog/bulkfetch", { issueIdsOrKeys: [hidden.id] })).json;
    expect(bulk.issueChangeLogs).toEqual([]);
    expect((await call(`/rest/api/3/issue/${hidden.id}/changelog`)).status).toBe(404);
    expect((await call("/rest/api/2/search", { jql: "project = PAY" })).status).toBe(410);
  });

  test("shows an edit in searches later than by itself", async () => {
    const { simulator, call } = await start({ indexLagMs: 60_000 });
    const id = [...simulator.state.issues.keys()][2]!;
    const { id: made } = simulator.edit.create("PAY", "new");
    simulator.edit.transition(id, "Blocked");
    expect((await call(`/rest/api/3/issue/${id}`)).text).toContain("Blocked");
    expect(await searchIds(call, `project = PAY AND status = Blocked AND id in (${id})`)).toEqual([]);
    expect(await searchIds(call, "project = PAY")).not.toContain(made);
  });
});

describe("Data Center", () => {
  test("counts places, knows people by key, and writes sprints as text", async () => {
    const { call, simulator } = await start({ flavour: "server" });
    const { json } = await call("/rest/api/2/search", {
      jql: "project = PAY ORDER BY key",
      startAt: 5,
      maxResults: 10,
      expand: ["changelog"],
    });
    expect(json).toMatchObject({
      startAt: 5,
      total: [...simulator.state.issues.values()].filter(({ fields }) => (fields.project as { key: string }).key === "PAY")
        .length,
    });
    const issues = json.issues as { fields: Record<string, unknown>; changelog?: unknown }[];
    expect(issues[0]!.fields.reporter).toMatchObject({ key: expect.stringMatching(/^JIRAUSER/) as string });
    expect(JSON.stringify(issues)).toContain("service.sprint.Sprint@");
    expect((await call("/rest/api/3/search/jql", { jql: "project = PAY" })).status).toBe(404);
  });

  test("leads a stranger to its sign-in page", async () => {
    const { call } = await start({ flavour: "server" });
    const answer = await call("/rest/api/2/myself", undefined, { authorization: "Bearer wrong" });
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining("Log in") as string });
  });

  test("has boards without sprints, and says so as Jira does", async () => {
    const { call, simulator } = await start({ flavour: "server", size: { projects: 6, issuesPerProject: 3, days: 30 } });
    const kanban = simulator.state.boards.find(({ type }) => type === "kanban")!;
    const answer = await call(`/rest/agile/1.0/board/${String(kanban.id)}/sprint`);
    expect(answer).toMatchObject({ status: 400, json: { errorMessages: ["The board does not support sprints"] } });
  });
});

describe("limits, faults and deliveries", () => {
  test("a limit says how long to wait, and why", async () => {
    const { call, simulator } = await start({ faults: ["rate_limit"] });
    const { status, headers } = await call("/rest/api/3/myself");
    expect({ status, wait: headers.get("retry-after"), why: headers.get("ratelimit-reason") }).toEqual({
      status: 429,
      wait: "1",
      why: "jira-burst-based",
    });
    expect(() => simulator.faults.set("earthquake")).toThrow(/there is no fault/);
  });

  test("edits are delivered, signed", async () => {
    const got: { signature: string; event: string }[] = [];
    const receiver = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        got.push({
          signature: String(request.headers["x-hub-signature"]),
          event: (JSON.parse(text) as { webhookEvent: string }).webhookEvent,
        });
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const { simulator } = await start();
    simulator.webhooks.subscribe(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, "made-up");
    const { id } = simulator.edit.create("PAY", "new");
    simulator.edit.delete(id);
    await simulator.webhooks.settled();
    receiver.close();
    expect(got.map(({ event }) => event)).toEqual(["jira:issue_created", "jira:issue_deleted"]);
    expect(got[0]!.signature).toMatch(/^sha256=[0-9a-f]{64}$/);
  });
});
