import { createHash } from "node:crypto";

import type { Commit, History } from "../organisation/index.ts";

/* What git makes of a simulated history: contents, trees and the names that follow. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */

/** One commit as git has it. */
export interface GitObject {
  readonly commit: Commit;
  /** The name that git gives to it. */
  readonly name: string;
  /** Names of commits in it are those of git. */
  readonly message: string;
  readonly parents: readonly string[];
  /** The files that it writes, with all of their lines. */
  readonly files: readonly (readonly [path: string, lines: readonly string[]])[];
}

interface File {
  readonly path: string;
  readonly lines: readonly string[];
  readonly name: Buffer;
}
type Tree = ReadonlyMap<string, File>;

const NAME = /\b[\da-f]{40}\b/g;
/** A file that grows longer is left alone, so that no commit has to write much. */
const LONG = 200;

/** The commits of one history by the names that the organisation gave them; those that edits add are named when they are asked for. */
export class GitObjects {
  readonly #objects = new Map<string, GitObject>();
  readonly #trees = new Map<string, Tree>();
  #version: number | null = null;

  /** Parents before children. */
  of(history: History): ReadonlyMap<string, GitObject> {
    if (this.#version === history.version) return this.#objects;
    for (const commit of inOrder(history, this.#objects)) this.#objects.set(commit.sha, this.#make(commit));
    this.#version = history.version;
    return this.#objects;
  }

  #make(commit: Commit): GitObject {
    const before = this.#trees.get(commit.parents[0] ?? "") ?? new Map<string, File>();
    const files = changedFiles(commit, before);
    const tree = new Map([...before, ...files.map((file) => [file.path, file] as const)]);
    this.#trees.set(commit.sha, tree);
    const parents = commit.parents.flatMap((sha) => this.#objects.get(sha)?.name ?? []);
    const message = commit.message.replace(NAME, (sha) => this.#objects.get(sha)?.name ?? sha);
    const name = nameOf(commit, { tree, parents, message }).toString("hex");
    return { commit, name, message, parents, files: files.map(({ path, lines }) => [path, lines]) };
  }
}

/** Those that are not known yet; a parent that the history does not hold is passed over. */
function inOrder({ commits }: History, known: ReadonlyMap<string, unknown>): Commit[] {
  const done = new Set(known.keys());
  const ordered: Commit[] = [];
  for (const first of commits.values()) {
    const stack = [first];
    while (stack.length > 0) {
      const commit = stack.at(-1)!;
      const missing = commit.parents.flatMap((sha) => (done.has(sha) ? [] : (commits.get(sha) ?? [])));
      if (missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      stack.pop();
      if (done.has(commit.sha)) continue;
      done.add(commit.sha);
      ordered.push(commit);
    }
  }
  return ordered;
}

/**
 * The files that a commit changes against its first parent: as many as were planted, with the planted lines added and taken away. No
 * line is ever written twice, so that git counts just those. Where there are fewer lines than shall go, all that can go do, and the
 * commit says so from then on.
 */
function changedFiles(commit: Commit, before: Tree): File[] {
  const { sha, additions, deletions, filesCount } = commit;
  const most = Math.max(1, filesCount ?? 1);
  const changed = new Map<string, readonly string[]>();
  let toGo = deletions ?? 0;
  for (const { path, lines } of [...before.values()].sort((a, b) => b.lines.length - a.lines.length)) {
    if (toGo === 0 || changed.size === most) break;
    changed.set(path, lines.slice(Math.min(toGo, lines.length)));
    toGo -= Math.min(toGo, lines.length);
  }
  if (toGo > 0) commit.deletions = deletions! - toGo;
  let toCome = additions ?? 0;
  const fresh = (count: number) => Array.from({ length: count }, () => `${sha.slice(0, 12)} ${toCome--}`);
  const free = [...before.values()].filter(({ path, lines }) => !changed.has(path) && lines.length < LONG);
  for (let made = 0; changed.size < most;) {
    const old = toCome > 0 ? free.shift() : undefined;
    changed.set(old?.path ?? pathOf(before.size + made++), [...(old?.lines ?? []), ...fresh(Math.min(1, toCome))]);
  }
  const last = [...changed.keys()].at(-1)!;
  changed.set(last, [...changed.get(last)!, ...fresh(toCome)]);
  return [...changed].map(([path, lines]) => ({ path, lines, name: hash("blob", contentOf(lines)) }));
}

const pathOf = (index: number): string => `file${String(index).padStart(6, "0")}.txt`;
export const contentOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

interface Parts {
  readonly tree: Tree;
  readonly parents: readonly string[];
  readonly message: string;
}

function nameOf({ author, committer }: Commit, { tree, parents, message }: Parts): Buffer {
  const entries = [...tree.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const listed = entries.flatMap(({ path, name }) => [Buffer.from(`100644 ${path}\0`), name]);
  const head = [
    `tree ${hash("tree", Buffer.concat(listed)).toString("hex")}`,
    ...parents.map((name) => `parent ${name}`),
    `author ${signature(author)}`,
    `committer ${signature(committer)}`,
  ];
  return hash("commit", `${head.join("\n")}\n\n${message}`);
}

export const signature = ({ name, email, at }: Commit["author"]): string => `${name} <${email}> ${at} +0000`;

function hash(type: string, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest();
}
