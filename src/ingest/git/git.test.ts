import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { answerGit } from "../../simulators/git/server.ts";
import { createGuard } from "../guard.ts";
import { silentLog } from "../log.ts";
import { createGit } from "./clones.ts";
import type { GitCommit, GitRemote } from "./contract.ts";

const run = promisify(execFile);
const SECRET = "a-very-secret-personal-token";
const authorization = `Basic ${Buffer.from(`:${SECRET}`).toString("base64")}`;
const who = {
  GIT_AUTHOR_NAME: "Ann",
  GIT_AUTHOR_EMAIL: "ann@acme.example",
  GIT_COMMITTER_NAME: "Bot",
  GIT_COMMITTER_EMAIL: "bot@acme.example",
};

let home: string;
let work: string;
let server: Server;
let base: string;
/** Answers instead of git when it returns true. */
let fault: (request: IncomingMessage, response: ServerResponse) => boolean;
let asked: { url: string; authorization: string | undefined }[];

async function git(args: string[], at = "2026-03-01T10:00:00+02:00") {
  const environment = { ...process.env, ...who, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at, GIT_CONFIG_GLOBAL: "/dev/null" };
  return (await run("git", args, { cwd: work, env: environment })).stdout.trim();
}
const commitFile = async (path: string, content: string | Buffer, more: { message?: string; at?: string } = {}) => {
  await writeFile(join(work, path), content);
  await git(["add", "-A"]);
  await git(["commit", "-q", "-m", more.message ?? `change ${path}`], more.at);
  return git(["rev-parse", "HEAD"]);
};
const push = () => git(["push", "-q", "--force", join(home, "root/pay.git"), "--all"]);

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "leadline-git-"));
  work = join(home, "work");
  await run("git", ["init", "-q", "--bare", "-b", "main", join(home, "root/pay.git")]);
  await run("git", ["init", "-q", "--bare", "-b", "main", join(home, "root/empty.git")]);
  await run("git", ["init", "-q", "-b", "main", work]);
  server = createServer((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization });
    if (fault(request, response)) return;
    if (request.headers.authorization !== authorization)
      return void response.writeHead(401, { "www-authenticate": "Basic" }).end();
    const { pathname, search } = new URL(request.url!, base);
    void answerGit(request, response, { root: join(home, "root"), path: pathname, query: search.slice(1) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  asked = [];
  fault = () => false;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(home, { recursive: true, force: true });
});

const policy = { allowedNetworks: [], allowLoopback: true };
const transport = (mostBytes?: number, allowLoopback = true) =>
  createGit({
    folder: join(home, "clones"),
    guard: createGuard({ ...policy, allowLoopback }),
    log: silentLog,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });
const remote = (more: Partial<GitRemote> = {}): GitRemote => ({
  integrationId: "acme",
  scopeId: "1",
  url: `${base}/pay.git`,
  authorization,
  withLines: true,
  ...more,
});
async function all(pages: AsyncIterable<readonly GitCommit[]>) {
  const commits: GitCommit[] = [];
  for await (const page of pages) commits.push(...page);
  return commits;
}
async function read(more: Partial<GitRemote> = {}, range: { without?: string[]; since?: string; skip?: number } = {}) {
  const clone = await transport().open(remote(more));
  return all(clone.commits({ tip: (await clone.tip())!, ...range }));
}
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (error: { code: string; message: string }) => error.code,
  );

describe("a repository read by clone", () => {
  let first: string;
  let moved: string;
  let merge: string;

  beforeAll(async () => {
    first = await commitFile("a.txt", "a\nb\n", { message: "first\n\nPAY-1 body" });
    await git(["mv", "a.txt", "b.txt"]);
    moved = await commitFile("b.txt", "a\nb\nc\n", { at: "2026-03-02T10:00:00-05:30" });
    await git(["checkout", "-q", "-b", "side"]);
    await commitFile('weird "näme\t.txt', "x\n", { at: "2026-03-03T10:00:00Z" });
    await git(["checkout", "-q", "main"]);
    await commitFile("image.png", Buffer.from([0, 1, 2, 0, 255]), { at: "2026-03-03T11:00:00Z" });
    await git(["merge", "-q", "--no-ff", "side", "-m", "merge side"], "2026-03-04T10:00:00Z");
    merge = await git(["rev-parse", "HEAD"]);
    await push();
  });

  it("gives commits with parents, signatures, files and lines against the first parent", async () => {
    const commits = await read();
    expect(commits).toHaveLength(5);
    expect(commits[0]).toMatchObject({ sha: merge, message: "merge side", parents: [expect.any(String), expect.any(String)] });
    expect(commits[0]!.files).toEqual([
      { path: 'weird "näme\t.txt', previousPath: null, change: "A", additions: 1, deletions: 0 },
    ]);
    expect(commits.find(({ message }) => message === "change image.png")!.files).toEqual([
      { path: "image.png", previousPath: null, change: "A", additions: null, deletions: null },
    ]);
    expect(commits.find(({ sha }) => sha === moved)).toEqual({
      sha: moved,
      parents: [first],
      author: { name: "Ann", email: "ann@acme.example", at: "2026-03-02T10:00:00-05:30" },
      committer: { name: "Bot", email: "bot@acme.example", at: "2026-03-02T10:00:00-05:30" },
      message: "change b.txt",
      files: [{ path: "b.txt", previousPath: "a.txt", change: "R", additions: 1, deletions: 0 }],
    });
    expect(commits.at(-1)).toMatchObject({ sha: first, parents: [], message: "first\n\nPAY-1 body" });
  });

  it("reads only what is new, goes on in the middle, and knows what holds what", async () => {
    expect((await read({}, { without: [moved] })).map(({ message }) => message)).not.toContain("change b.txt");
    expect((await read({}, { skip: 3 })).map(({ sha }) => sha)).toEqual([moved, first]);
    expect(await read({}, { since: "2026-03-03T00:00:00Z" })).toHaveLength(3);
    expect(await read({}, { without: ["f".repeat(40)] })).toHaveLength(5);
    const clone = await transport().open(remote());
    expect(await clone.contains(merge, first)).toBe(true);
    expect(await clone.contains(first, merge)).toBe(false);
    expect(await clone.contains(merge, "f".repeat(40))).toBeNull();
    expect(await clone.tip("no-such-branch")).toBeNull();
    expect(await clone.tip("--all")).toBeNull();
  });

  it("holds no contents where lines are not wanted, and follows a force push", async () => {
    const commits = await read({ withLines: false });
    expect(commits.find(({ sha }) => sha === first)!.files).toEqual([
      { path: "a.txt", previousPath: null, change: "A", additions: null, deletions: null },
    ]);
    await git(["reset", "-q", "--hard", moved]);
    const next = await commitFile("c.txt", "1\n", { at: "2026-03-05T10:00:00Z" });
    await push();
    expect((await read({}, { without: [merge] })).map(({ sha }) => sha)).toEqual([next]);
    expect((await read()).map(({ sha }) => sha)).toEqual([next, moved, first]);
  });

  it("answers nothing for an empty repository", async () => {
    const clone = await transport().open(remote({ url: `${base}/empty.git`, scopeId: "2" }));
    expect(await clone.tip()).toBeNull();
  });
});

describe("a clone that cannot be made", () => {
  it("says whether the credential, the repository or the network is at fault", async () => {
    expect(await refusal(transport().open(remote({ scopeId: "9", authorization: "Basic d3Jvbmc=" })))).toBe("clone_refused");
    expect(await refusal(transport().open(remote({ scopeId: "9", url: `${base}/gone.git` })))).toBe("repository_gone");
    expect(await refusal(transport(undefined, false).open(remote({ scopeId: "9" })))).toBe("address_refused");
    expect(await refusal(transport().open(remote({ url: base.replace("//", "//ann:pw@") })))).toBe("credential_in_address");
    expect(await refusal(transport().open(remote({ url: "file:///etc" })))).toBe("address_invalid");
  });

  it("is tried again when the host fails in passing", async () => {
    let left = 1;
    fault = (_, response) => left-- > 0 && Boolean(response.writeHead(502).end());
    const clone = await transport().open(remote({ scopeId: "5" }));
    fault = () => false;
    expect(await clone.tip()).toMatch(/^[\da-f]{40}$/);
  });

  it("does not follow a redirect with its credential", async () => {
    fault = (request, response) =>
      request.url!.startsWith("/moved") && Boolean(response.writeHead(302, { location: `${base}/pay.git/info/refs` }).end());
    expect(await refusal(transport().open(remote({ scopeId: "6", url: `${base}/moved.git` })))).toBe("repository_gone");
    expect(asked.filter(({ url }) => url.startsWith("/moved"))).toHaveLength(1);
    fault = () => false;
  });

  it("is given up when it grows too large, and leaves nothing", async () => {
    await commitFile("big.bin", Buffer.from(Array.from({ length: 900_000 }, () => Math.floor(Math.random() * 256))));
    await push();
    expect(await refusal(transport(100_000).open(remote({ scopeId: "7" })))).toBe("clone_too_large");
    const clones = await readdir(join(home, "clones"), { recursive: true });
    await transport(100_000)
      .open(remote({ scopeId: "7" }))
      .catch(() => undefined);
    expect(await readdir(join(home, "clones"), { recursive: true })).toEqual(clones);
  });

  it("heals by itself when it is damaged", async () => {
    await transport().open(remote({ scopeId: "8" }));
    const folder = join(home, "clones");
    for (const name of await readdir(folder, { recursive: true }))
      if (name.endsWith(".pack") && name.includes("pack-")) {
        await rm(join(folder, name), { force: true });
        await writeFile(join(folder, name), "damaged");
      }
    const clone = await transport().open(remote({ scopeId: "8" }));
    expect((await all(clone.commits({ tip: (await clone.tip())! }))).length).toBeGreaterThan(2);
  });
});

describe("a clone that is damaged between the fetch and the reading", () => {
  const damage = async (spoil: (pack: Buffer) => Buffer) => {
    const folder = join(home, "clones");
    for (const name of await readdir(folder, { recursive: true }))
      if (name.endsWith(".pack")) {
        const pack = await readFile(join(folder, name));
        if (pack.length < 1000) continue;
        await rm(join(folder, name));
        await writeFile(join(folder, name), spoil(pack));
      }
  };
  const spoilt = {
    "cut short": (pack: Buffer) => pack.subarray(0, 40),
    "overwritten at its beginning": (pack: Buffer) => pack.fill(7, 20, 400),
    "overwritten at its end": (pack: Buffer) => pack.fill(7, pack.length >> 1),
  };
  it.each(Object.entries(spoilt).flatMap(([name, spoil]) => [true, false].map((withLines) => ({ name, spoil, withLines }))))(
    "says so when it is $name, is removed, and is made anew by the next task (lines: $withLines)",
    async ({ name, spoil, withLines }) => {
      const open = () => transport().open(remote({ scopeId: `${name} ${withLines}`, withLines }));
      const clone = await open();
      const tip = (await clone.tip())!;
      const whole = await all(clone.commits({ tip }));
      expect(whole.length).toBeGreaterThan(2);
      await damage(spoil);
      expect(await refusal(all(clone.commits({ tip })).then(() => clone.tip()))).toMatch(/^clone_damaged|commit_gone$/);
      const next = await open();
      expect(await next.tip()).toBe(tip);
      expect(await all(next.commits({ tip }))).toEqual(whole);
    },
    60_000,
  );

  it("knows a commit from which it cannot go on", async () => {
    const clone = await transport().open(remote({ scopeId: "12" }));
    expect(await refusal(all(clone.commits({ tip: "f".repeat(40) })))).toBe("commit_gone");
  });
});

it("keeps the credential off disk and out of errors, and sends it to its host alone", async () => {
  const files = await readdir(join(home, "clones"), { recursive: true, withFileTypes: true });
  for (const file of files.filter((each) => each.isFile())) {
    const content = await readFile(join(file.parentPath, file.name));
    expect(content.includes(SECRET) || content.includes(authorization), file.name).toBe(false);
  }
  expect(asked.some((each) => each.authorization === authorization)).toBe(true);
  const error = await transport()
    .open(remote({ scopeId: "9", url: `${base}/gone.git` }))
    .catch((thrown: Error) => thrown);
  expect(JSON.stringify([String(error), (error as Error).stack])).not.toContain(SECRET);
});

it("removes the clones of scopes and integrations that are gone", async () => {
  await transport().open(remote({ scopeId: "1" }));
  await transport().remove("acme", ["1"]);
  expect(await readdir(join(home, "clones", (await readdir(join(home, "clones")))[0]!))).toHaveLength(1);
  await transport().remove("acme");
  expect(await readdir(join(home, "clones"))).toEqual([]);
});
