import { z } from "zod";

import type { GitFile } from "./contract.ts";
import type { MapContext, MappedRow } from "../connector.ts";

/** What a commit that was read by git changed against its first parent, as it stands in records. */
export const changedFiles = z
  .array(
    z.object({
      path: z.string(),
      previousPath: z.string().nullable(),
      change: z.string(),
      additions: z.number().nullable(),
      deletions: z.number().nullable(),
    }),
  )
  .nullish();

/** https://git-scm.com/docs/git-diff#Documentation/git-diff.txt---diff-filterACDMRTUXB82308203 */
const changes: Readonly<Record<string, "added" | "modified" | "deleted" | "renamed" | "copied">> = {
  A: "added",
  M: "modified",
  T: "modified",
  D: "deleted",
  R: "renamed",
  C: "copied",
};

type Files = z.output<typeof changedFiles>;

/** A row for each file of a commit of the scope's repository; none where the provider does not tell them. */
export const fileRows = (
  { sha, files }: { sha: string; files?: Files },
  { id, scope }: Pick<MapContext<unknown>, "id" | "scope">,
): readonly MappedRow<"commit_file">[] =>
  (files ?? []).map(({ path, previousPath, change, additions, deletions }) => ({
    entity: "commit_file",
    id: id("commit_file", scope.id, sha, path),
    repositoryId: id("repository", scope.id),
    sha,
    path,
    previousPath,
    changeCategory: changes[change] ?? "other",
    change,
    additions,
    deletions,
    isBinary: change === "D" ? null : additions === null,
  }));

type Lines = Pick<GitFile, "additions" | "deletions">;

/** Sums of what is known, for binaries have no lines; NULL where files are not told. */
export function linesOf({ files }: { files?: readonly Lines[] | null | undefined }): Lines {
  if (!files) return { additions: null, deletions: null };
  const sum = (of: keyof Lines) => files.reduce((total, file) => total + (file[of] ?? 0), 0);
  return { additions: sum("additions"), deletions: sum("deletions") };
}
