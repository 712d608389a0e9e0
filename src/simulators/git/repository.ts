import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { History } from "../organisation/index.ts";
import { contentOf, signature, type GitObject } from "./objects.ts";

export interface WrittenHistory {
  readonly history: History;
  /** By the names of the organisation, parents before children. */
  readonly objects: ReadonlyMap<string, GitObject>;
  /** The default branch. */
  readonly branch: string;
}

/** Writes a history as a real bare repository at `folder`, or what came to it since it was written last. */
export async function writeRepository(folder: string, { history, objects, branch }: WrittenHistory): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (!existsSync(join(folder, "HEAD"))) await git(folder, ["init", "--bare", "--quiet", `--initial-branch=${branch}`], "");
  const marks = new Map([...objects.keys()].map((sha, index) => [sha, index + 1]));
  const script = [...objects.values()].map((object) => commitScript(object, marks)).join("");
  const refs = history.branches.map(({ name, sha }) =>
    objects.has(sha) ? `reset refs/heads/${name}\nfrom :${marks.get(sha)}\n\n` : "",
  );
  await git(folder, ["fast-import", "--quiet", "--force", "--done"], `${script}${refs.join("")}done\n`);
  const written = await git(folder, ["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads"], "");
  for (const { name, sha } of history.branches)
    if (objects.has(sha) && !written.split("\n").includes(`${name} ${objects.get(sha)!.name}`))
      throw new Error(`git names the commit of ${name} in another way than the simulator`);
}

function commitScript({ commit, message, files }: GitObject, marks: ReadonlyMap<string, number>): string {
  const parents = commit.parents.flatMap((sha) => marks.get(sha) ?? []);
  return [
    "commit refs/simulated/all",
    `mark :${marks.get(commit.sha)}`,
    `author ${signature(commit.author)}`,
    `committer ${signature(commit.committer)}`,
    data(message),
    ...parents.map((mark, index) => `${index === 0 ? "from" : "merge"} :${mark}`),
    ...(parents.length === 0 ? ["deleteall"] : []),
    ...files.map(([path, lines]) => `M 100644 inline ${path}\n${data(contentOf(lines))}`),
    "",
  ].join("\n");
}

const data = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}`;

async function git(folder: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn("git", ["--git-dir", folder, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`);
  return Buffer.concat(pieces).toString();
}
