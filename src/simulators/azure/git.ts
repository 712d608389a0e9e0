import { serveGit as serve, type ServedGit } from "../git/served.ts";
import type { World } from "./model.ts";

/** Path of git below the organisation: `/Payments/_git/api/info/refs`; null for addresses that are not of git. */
export const gitPathOf = (path: string): string | null =>
  path.includes("/_git/") ? decodeURIComponent(path).replace("/_git/", "/") : null;

/** Every repository with a default branch. */
export const serveGit = ({ projects }: World): Promise<ServedGit> =>
  serve(() =>
    projects.flatMap((project) =>
      project.repositories.flatMap((repository) => {
        const { name, defaultBranch: branch } = repository;
        return branch === null ? [] : [{ path: `${project.name}/${name}`, branch, history: repository.history() }];
      }),
    ),
  );
