import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import { startAzureSimulator, type AzureSimulator, type AzureSimulatorOptions } from "./index.ts";

let running: AzureSimulator | null = null;
const folders: string[] = [];

async function start(options: AzureSimulatorOptions = {}): Promise<AzureSimulator> {
  running = await startAzureSimulator({ size: "tiny", workItems: 40, now: "2026-03-31T12:00:00Z", ...options });
  return running;
}

afterEach(async () => {
  await running?.stop();
  running = null;
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

type Body = Record<string, unknown> & {
  value: Record<string, unknown>[];
  values: { id: number; rev: number; fields: Record<string, unknown> }[];
};

async function ask({ url, token }: AzureSimulator, path: string, init: RequestInit & { token?: string } = {}) {
  const authorization = `Basic ${Buffer.from(`:${init.token ?? token}`).toString("base64")}`;
  const answer = await fetch(`${url}${path}`, { ...init, headers: { authorization }, redirect: "manual" });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: (text.startsWith("{") ? JSON.parse(text) : null) as Body };
}

const post = (body: unknown): RequestInit => ({ method: "POST", body: JSON.stringify(body) });

describe("who may ask", () => {
  it("Services answer a bad token with a page to sign in, a Server with 401", async () => {
    const services = await ask(await start(), "/_apis/projects", { token: "wrong" });
    expect([services.status, services.headers.get("content-type")]).toEqual([203, "text/html; charset=utf-8"]);
    await running!.stop();
    const server = await ask(await start({ flavour: "server" }), "/_apis/projects", { token: "wrong" });
    expect(server.status).toBe(401);
    expect(running!.url).toMatch(/\/tfs\/DefaultCollection$/);
  });

  it("a Server refuses versions that it does not know", async () => {
    const simulator = await start({ flavour: "server" });
    const { status, body } = await ask(simulator, "/_apis/projects?api-version=7.1");
    expect([status, body.typeKey]).toEqual([400, "VssVersionOutOfRangeException"]);
  });

  it("words its refusals as Azure does", async () => {
    const simulator = await start();
    const messages = await Promise.all(
      ["/Nope/_apis/wit/workitemtypes", "/Payments/_apis/git/repositories/nope", "/_apis/wit/workItems/999999/revisions/1"].map(
        async (path) => (await ask(simulator, path)).body.message as string,
      ),
    );
    expect(messages.map((message) => /^TF\d+/.exec(message)?.[0])).toEqual(["TF200016", "TF401019", "TF401232"]);
  });

  it("a slow-down is a good answer with Retry-After, a block is 429", async () => {
    const simulator = await start({ faults: ["delayed"] });
    const slowed = await ask(simulator, "/_apis/projects");
    expect([slowed.status, slowed.headers.get("retry-after"), slowed.headers.get("x-ratelimit-limit")]).toEqual([
      200,
      "1",
      "200",
    ]);
    simulator.faults.clear();
    simulator.faults.set("throttled");
    const blocked = await ask(simulator, "/_apis/projects");
    expect([blocked.status, blocked.body.typeKey]).toEqual([429, "RequestBlockedException"]);
  });
});

describe("the feed of revisions", () => {
  const path = "/Payments/_apis/wit/reporting/workitemrevisions";

  it("leads from token to token, and a token stays good for what comes later", async () => {
    const simulator = await start({ batch: 25 });
    const seen: string[] = [];
    let token = "";
    for (let isLast = false; !isLast;) {
      const { body } = await ask(
        simulator,
        `${path}?includeDeleted=true&$maxPageSize=25${token && `&continuationToken=${token}`}`,
      );
      seen.push(...body.values.map(({ id, rev }) => `${id}/${rev}`));
      [token, isLast] = [String(body.continuationToken), body.isLastBatch as boolean];
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(200);
    const id = simulator.truth.workItems().find(({ project, isDeleted }) => project === "Payments" && !isDeleted)!.id;
    simulator.edit.setPoints(id, 21);
    const { body } = await ask(simulator, `${path}?continuationToken=${token}`);
    expect(body.values).toMatchObject([{ id, fields: { "Microsoft.VSTS.Scheduling.StoryPoints": 21 } }]);
  });

  it("hides deleted ones unless asked, writes people as text unless asked, and leaves long texts out", async () => {
    const simulator = await start();
    const deleted = simulator.truth.workItems().find(({ isDeleted, project }) => isDeleted && project === "Payments")!.id;
    const bare = (await ask(simulator, path)).body.values;
    expect(bare.some(({ id }) => id === deleted)).toBe(false);
    expect(bare[0]!.fields["System.CreatedBy"]).toMatch(/^.+ <.+>$/);
    expect(bare[0]!.fields).not.toHaveProperty("System.Description");
    const query = "includeDeleted=true&includeIdentityRef=true&$expand=fields&$maxPageSize=1000";
    const whole = (await ask(simulator, `${path}?${query}`)).body.values;
    expect(whole.findLast(({ id }) => id === deleted)!.fields["System.IsDeleted"]).toBe(true);
    expect(whole[0]!.fields["System.CreatedBy"]).toMatchObject({ displayName: expect.any(String), id: expect.any(String) });
    expect(whole[0]!.fields).toHaveProperty("System.Description");
  });

  it("shows a renamed area in old revisions too, and no deleted work item by id", async () => {
    const simulator = await start();
    simulator.edit.renameArea("Payments", "Core", "Heart");
    const { values } = (await ask(simulator, `${path}?$maxPageSize=1000`)).body;
    const areas = new Set(values.map(({ fields }) => fields["System.AreaPath"]));
    expect([...areas].toSorted()).toEqual(["Payments\\Edge", "Payments\\Heart"]);
    const deleted = simulator.truth.workItems().find(({ isDeleted }) => isDeleted)!.id;
    expect((await ask(simulator, "/_apis/wit/workitemsbatch", post({ ids: [deleted] }))).status).toBe(404);
    const { body } = await ask(simulator, "/_apis/wit/workitemsbatch", post({ ids: [deleted], errorPolicy: "omit" }));
    expect(body.value).toEqual([null]);
  });

  it("tells seconds in each state that add up to the life of the work item", async () => {
    const simulator = await start();
    for (const { createdAt, secondsIn } of simulator.truth.workItems()) {
      const sum = Object.values(secondsIn).reduce((total, seconds) => total + seconds, 0);
      expect(Math.abs(sum - (Date.parse("2026-03-31T12:00:00Z") / 1000 - createdAt))).toBeLessThan(120);
    }
  });
});

describe("lists", () => {
  it("requests come without a total, newest first, and are active unless asked", async () => {
    const simulator = await start();
    const path = `/Payments/_apis/git/repositories/${simulator.truth.idOf("pay")}/pullrequests`;
    const all = (await ask(simulator, `${path}?searchCriteria.status=all&$top=5`)).body;
    expect(all.value).toHaveLength(5);
    expect(all).not.toHaveProperty("total");
    const times = all.value.map(({ creationDate }) => String(creationDate));
    expect(times).toEqual(times.toSorted().toReversed());
    const active = (await ask(simulator, path)).body.value;
    expect(active.every(({ status }) => status === "active")).toBe(true);
  });

  it("builds go on with a token in a header, and old ones have no timeline", async () => {
    const simulator = await start({ size: { repositories: 1, pullRequestsPerRepository: 20 } });
    const project = simulator.truth.workItems()[0]!.project;
    const first = await ask(simulator, `/${project}/_apis/build/builds?queryOrder=finishTimeAscending&$top=3`);
    const token = first.headers.get("x-ms-continuationtoken");
    const second = await ask(
      simulator,
      `/${project}/_apis/build/builds?queryOrder=finishTimeAscending&$top=3&continuationToken=${token}`,
    );
    expect(second.body.value[0]!.id).not.toBe(first.body.value[0]!.id);
    const { status, text } = await ask(simulator, `/${project}/_apis/build/builds/${first.body.value[0]!.id}/timeline`);
    expect([status, text]).toEqual([204, ""]);
  });

  it("commits count files and never lines", async () => {
    const simulator = await start();
    const { value } = (await ask(simulator, `/Payments/_apis/git/repositories/${simulator.truth.idOf("pay")}/commits`)).body;
    expect(value[0]).toMatchObject({ changeCounts: { Edit: expect.any(Number) } });
    expect(JSON.stringify(value)).not.toMatch(/additions|deletions/i);
  });
});

describe("recordings", () => {
  async function recording(files: Record<string, unknown>): Promise<AzureSimulator> {
    const folder = await mkdtemp(join(tmpdir(), "azure-recording-"));
    folders.push(folder);
    for (const [name, body] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), JSON.stringify(body));
    }
    return start({ recording: folder });
  }

  it("serves files by the end of their path, with pages, queries, bare lists and feeds", async () => {
    const simulator = await recording({
      "Pay/_apis/build/builds.json": { count: 1, value: [{ id: 1 }] },
      "Pay/_apis/build/builds.2.json": [{ id: 2 }],
      "_apis_projects.json": [{ id: "p", name: "Pay" }],
      "workitemrevisions.json": [{ id: 5, rev: 1, fields: {} }],
      "Pay/_apis/git/repositories/{repository}/pullrequests/{id}/threads.json": { value: [{ id: 9 }] },
      "pullrequests@searchCriteria.status=active.json": { value: [{ pullRequestId: 8 }] },
      "pullrequests.json": { value: [{ pullRequestId: 7 }] },
    });
    const value = async (path: string) => (await ask(simulator, path)).body.value;
    const first = await ask(simulator, "/Pay/_apis/build/builds?$top=1");
    expect(first.body.value).toEqual([{ id: 1 }]);
    const token = first.headers.get("x-ms-continuationtoken");
    expect(await value(`/Pay/_apis/build/builds?continuationToken=${token}`)).toEqual([{ id: 2 }]);
    expect(await value("/_apis/projects")).toEqual([{ id: "p", name: "Pay" }]);
    expect(await value("/Pay/_apis/git/repositories/abc/pullRequests/12/threads")).toEqual([{ id: 9 }]);
    expect(await value("/Pay/_apis/git/repositories/abc/pullrequests?searchCriteria.status=active")).toEqual([
      { pullRequestId: 8 },
    ]);
    expect(await value("/Pay/_apis/git/repositories/abc/pullrequests?searchCriteria.status=all")).toEqual([{ pullRequestId: 7 }]);
    expect(await value("/Pay/_apis/git/repositories/abc/pullrequests?searchCriteria.status=all&$skip=1")).toEqual([]);
    const feed = (await ask(simulator, "/Pay/_apis/wit/reporting/workitemrevisions?includeDeleted=true")).body;
    expect(feed).toMatchObject({ isLastBatch: true, values: [{ id: 5, rev: 1 }] });
    expect(await value("/Pay/_apis/release/deployments")).toEqual([]);
    expect((await ask(simulator, "/Pay/_apis/build/builds/1/timeline")).status).toBe(204);
  });

  it("serves exchanges as they were recorded, with status and the headers that lead on", async () => {
    const simulator = await recording({
      "exchanges.json": [
        {
          request: "GET https://dev.azure.com/acme/Pay/_apis/git/refs?filter=tags/",
          status: 200,
          headers: { "X-MS-ContinuationToken": "next" },
          body: { value: [1] },
        },
        {
          request: { method: "GET", url: "https://dev.azure.com/acme/_apis/projects/p" },
          response: { status: 404, body: { message: "TF200016" } },
        },
      ],
    });
    const refs = await ask(simulator, "/Pay/_apis/git/refs?filter=tags/");
    expect([refs.body.value, refs.headers.get("x-ms-continuationtoken")]).toEqual([[1], "next"]);
    expect((await ask(simulator, "/_apis/projects/p")).status).toBe(404);
  });
});

describe("edits", () => {
  it("are delivered with the secret as password", async () => {
    const simulator = await start();
    const { createServer } = await import("node:http");
    const got: { authorization: string | undefined; eventType: string }[] = [];
    const receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        got.push({
          authorization: request.headers.authorization,
          eventType: (JSON.parse(body) as { eventType: string }).eventType,
        });
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.address() as { port: number };
    simulator.hooks.subscribe(`http://127.0.0.1:${port}/hooks/x`, "made-up-secret");
    const [number] = simulator.truth.code
      .repository("acme/pay")
      .pullRequests.map((request) => simulator.truth.numberOf("pay", request.number));
    simulator.edit.createWorkItem("Payments");
    simulator.edit.commentRequest("pay", number!);
    simulator.edit.finishRun("pay");
    await simulator.hooks.settled();
    receiver.close();
    expect(got.map(({ eventType }) => eventType)).toEqual([
      "workitem.created",
      "ms.vss-code.git-pullrequest-comment-event",
      "build.complete",
    ]);
    expect(Buffer.from(got[0]!.authorization!.replace("Basic ", ""), "base64").toString()).toBe("leadline:made-up-secret");
    expect(simulator.hooks.deliveries.every(({ status }) => status === 200)).toBe(true);
  });
});
