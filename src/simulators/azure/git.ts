import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { writeRepository } from "../git/repository.ts";
import { answerGit } from "../git/server.ts";
import type { World } from "./model.ts";

/** Repositories as git serves them, and the names that git gives to the commits of the world. */
export interface ServedGit {
  /** Null for addresses that are not of git. */
  pathOf(path: string): string | null;
  answer(request: IncomingMessage, response: ServerResponse, at: { path: string; query: string }): Promise<void>;
  /** Names of commits in an answer become those of git, and in a request those of the world. */
  outward(text: string): string;
  inward(text: string): string;
  close(): Promise<void>;
}

const NAME = /\b[\da-f]{40}\b/g;

/** Writes every repository with a default branch below a temporary folder. */
export async function serveGit({ projects }: World): Promise<ServedGit> {
  const root = await mkdtemp(join(tmpdir(), "leadline-azure-git-"));
  const outward = new Map<string, string>();
  for (const project of projects)
    for (const repository of project.repositories) {
      if (repository.defaultBranch === null) continue;
      const folder = join(root, project.name, repository.name);
      for (const [own, name] of await writeRepository(folder, repository.history(), repository.defaultBranch))
        outward.set(own, name);
    }
  const inward = new Map([...outward].map(([own, name]) => [name, own]));
  const through = (names: ReadonlyMap<string, string>) => (text: string) => text.replace(NAME, (name) => names.get(name) ?? name);
  return {
    pathOf: (path) => (path.includes("/_git/") ? decodeURIComponent(path).replace("/_git/", "/") : null),
    answer: (request, response, { path, query }) => answerGit(request, response, { root, path, query }),
    outward: through(outward),
    inward: through(inward),
    close: () => rm(root, { recursive: true, force: true }),
  };
}
