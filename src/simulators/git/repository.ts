import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Commit, History } from "../organisation/index.ts";

/** Commits as git names them, by the name that the simulated organisation gave them. */
export type CommitNames = ReadonlyMap<string, string>;

/**
 * Writes a history as a real bare repository at `folder` through `git fast-import`: the same parents, authors, times and messages. Each
 * commit adds and takes away lines of one file, so that `additions` and `deletions` are the planted ones.
 */
export async function writeRepository(folder: string, history: History, branch = "main"): Promise<CommitNames> {
  await mkdir(folder, { recursive: true });
  await git(folder, ["init", "--bare", "--quiet", `--initial-branch=${branch}`], "");
  const ordered = inOrder(history);
  const marks = new Map(ordered.map((commit, index) => [commit.sha, index + 1]));
  const text = new FileText();
  const script = ordered.map((commit) => commitScript(commit, { marks, text })).join("");
  const refs = history.branches.map(({ name, sha }) =>
    marks.has(sha) ? `reset refs/heads/${name}\nfrom :${marks.get(sha)}\n\n` : "",
  );
  const marksFile = join(folder, "simulated.marks");
  await git(folder, ["fast-import", "--quiet", "--force", `--export-marks=${marksFile}`], `${script}${refs.join("")}done\n`);
  const names = await readFile(marksFile, "utf8");
  const byMark = new Map([...names.matchAll(/^:(\d+) ([\da-f]{40})$/gm)].map(([, mark, sha]) => [Number(mark), sha!]));
  return new Map(ordered.map(({ sha }) => [sha, byMark.get(marks.get(sha)!)!]));
}

/** Parents before children. */
function inOrder(history: History): Commit[] {
  const done = new Set<string>();
  const ordered: Commit[] = [];
  const visit = (first: Commit) => {
    const stack = [first];
    while (stack.length > 0) {
      const commit = stack.at(-1)!;
      const missing = commit.parents.map((sha) => history.commits.get(sha)).filter((parent) => parent && !done.has(parent.sha));
      if (missing.length > 0) {
        stack.push(...(missing as Commit[]));
        continue;
      }
      stack.pop();
      if (done.has(commit.sha)) continue;
      done.add(commit.sha);
      ordered.push(commit);
    }
  };
  for (const commit of history.commits.values()) visit(commit);
  return ordered;
}

/** Contents of the one file each commit writes: never the same text twice, so that counts are exact. */
class FileText {
  #line = 0;
  readonly #byCommit = new Map<string, readonly string[]>();

  /** The file after the commit: `deletions` lines of its first parent gone, `additions` new ones. */
  after({ sha, parents, additions, deletions }: Commit): readonly string[] {
    const before = this.#byCommit.get(parents[0] ?? "") ?? [];
    const kept = before.slice(Math.min(before.length, deletions ?? 0));
    const lines = [...kept, ...Array.from({ length: additions ?? 0 }, () => `line ${++this.#line}`)].slice(-5000);
    this.#byCommit.set(sha, lines);
    return lines;
  }
}

function commitScript(commit: Commit, { marks, text }: { marks: ReadonlyMap<string, number>; text: FileText }): string {
  const parents = commit.parents.flatMap((sha) => marks.get(sha) ?? []);
  const who = ({ name, email, at }: Commit["author"]) => `${name} <${email}> ${at} +0000`;
  const content = `${text.after(commit).join("\n")}\n`;
  return [
    `commit refs/simulated/all`,
    `mark :${marks.get(commit.sha)}`,
    `author ${who(commit.author)}`,
    `committer ${who(commit.committer)}`,
    data(commit.message),
    ...parents.map((mark, index) => `${index === 0 ? "from" : "merge"} :${mark}`),
    ...(parents.length === 0 ? ["deleteall"] : []),
    `M 100644 inline src/work.txt`,
    data(content),
    "",
  ].join("\n");
}

const data = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}`;

async function git(folder: string, args: readonly string[], input: string): Promise<void> {
  const child = spawn("git", ["--git-dir", folder, ...args], { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`);
}
