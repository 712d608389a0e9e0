import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { History } from "../organisation/index.ts";
import { GitObjects } from "./objects.ts";
import { writeRepository } from "./repository.ts";
import { answerGit } from "./server.ts";

/** One repository that a vendor serves by git too. */
export interface GitSource {
  /** Below the root of all: `acme/pay.git`. */
  readonly path: string;
  readonly branch: string;
  readonly history: History;
}

/** Repositories as git serves them, and the names that git gives to the commits of the world. */
export interface ServedGit {
  /** `path` is that of the request below the root: `/acme/pay.git/info/refs`. */
  answer(request: IncomingMessage, response: ServerResponse, at: { path: string; query: string }): Promise<void>;
  /** Names of commits in an answer become those of git, and in a request those of the world. */
  outward(text: string): string;
  inward(text: string): string;
  close(): Promise<void>;
}

const NAME = /\b[\da-f]{40}\b/g;

/** Serves what `sources` answers from a temporary folder; edits are seen by the next request. */
export async function serveGit(sources: () => readonly GitSource[]): Promise<ServedGit> {
  const root = await mkdtemp(join(tmpdir(), "leadline-simulated-git-"));
  const objects = new WeakMap<History, GitObjects>();
  const objectsOf = (history: History) => {
    const known = objects.get(history) ?? new GitObjects();
    objects.set(history, known);
    return known.of(history);
  };
  const versions = new Map<History, number>();
  const names = { outward: new Map<string, string>(), inward: new Map<string, string>() };
  const translate = (text: string, direction: keyof typeof names) => {
    for (const { history } of sources()) {
      if (versions.get(history) === history.version) continue;
      for (const [sha, { name }] of objectsOf(history)) {
        names.outward.set(sha, name);
        names.inward.set(name, sha);
      }
      versions.set(history, history.version);
    }
    return text.replace(NAME, (name) => names[direction].get(name) ?? name);
  };
  const written = new Map<string, number>();
  let writing: Promise<unknown> = Promise.resolve();
  const write = async ({ path, branch, history }: GitSource) => {
    if (written.get(path) === history.version) return;
    const { version } = history;
    await writeRepository(join(root, path), { history, branch, objects: objectsOf(history) });
    written.set(path, version);
  };
  return {
    async answer(request, response, at) {
      const source = sources().find(({ path }) => at.path.startsWith(`/${path}/`));
      if (source) await (writing = writing.catch(() => undefined).then(() => write(source)));
      await answerGit(request, response, { root, ...at });
    },
    outward: (text) => translate(text, "outward"),
    inward: (text) => translate(text, "inward"),
    close: () => rm(root, { recursive: true, force: true }),
  };
}
