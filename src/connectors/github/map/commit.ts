import { assistantOf, coAuthors, isRevertTitle, revertedSha } from "../../../domain/commit-text.ts";
import { fileRows, type MapContext, type Mapped, type MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type { Commit, LandedCommit } from "../records.ts";
import { people, type People } from "./people.ts";
import { issueKeys } from "./text.ts";

type Context = MapContext<Config>;

/** One commit of the default branch. */
export function toCommit(commit: LandedCommit, context: Context): readonly Mapped[] {
  const known = people(context);
  const row = commitRow(commit, context, known);
  const edges = (commit.parents?.nodes ?? []).map(
    (parent, position) => parent && edge(commit.oid, { sha: parent.oid, position }, context),
  );
  const files = fileRows({ sha: commit.oid, files: commit.files }, context);
  return [{ ...row, isOnDefault: true }, ...edges.filter((parent) => parent !== null), ...files, ...known.rows()];
}

const edge = (sha: string, parent: { sha: string; position: number }, { id, scope }: Context): MappedRow<"commit_parent"> => ({
  entity: "commit_parent",
  id: id("commit_parent", scope.id, sha, parent.position),
  repositoryId: id("repository", scope.id),
  sha,
  parentSha: parent.sha,
  position: parent.position,
});

/** A commit as any list gives it; whether it is on the default branch is not in it. */
export function commitRow(commit: Commit, { id, scope }: Context, known: People): MappedRow<"commit"> {
  const { oid: sha, message } = commit;
  const parentCount = commit.parents?.totalCount ?? null;
  const revertsSha = revertedSha(message);
  const isMerge = (parentCount ?? 1) > 1;
  return {
    entity: "commit",
    id: id("commit", scope.id, sha),
    url: commit.url ?? null,
    repositoryId: id("repository", scope.id),
    sha,
    title: message.split("\n", 1)[0] ?? "",
    message,
    authorAccountId: known.author(commit.author),
    committerAccountId: known.author(commit.committer),
    authoredAt: commit.authoredDate,
    committedAt: commit.committedDate,
    authoredOffsetMinutes: offsetOf(commit.author?.date),
    additions: commit.additions ?? null,
    deletions: commit.deletions ?? null,
    filesCount: commit.changedFilesIfAvailable ?? null,
    parentCount,
    isMerge,
    // Merges and reverts only carry the keys of others.
    issueKeys: isMerge || revertsSha || isRevertTitle(message) ? [] : issueKeys(message, scope.name),
    revertsSha,
    coAuthorEmails: coAuthors(message),
    assistant: assistantOf(message, commit.author?.user?.login ?? commit.author?.name),
  };
}

/** Minutes east of UTC as the author's clock wrote them; `Z` may also mean that the host normalised it. */
function offsetOf(date: string | null | undefined): number | null {
  const [, sign, hours, minutes] = /([+-])(\d{2}):?(\d{2})$/.exec(date ?? "") ?? [];
  return sign ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : null;
}
