import type { z } from "zod";

import { assistantOf, coAuthors, isRevertTitle, revertedSha } from "../../../domain/commit-text.ts";
import { fileRows, linesOf, type MapContext, type Mapped, type MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type * as records from "../records.ts";
import * as category from "./categories.ts";
import { people } from "./people.ts";
import { issueKeys, shortRef } from "./text.ts";

type Context = MapContext<Config>;

export const toRepository = (found: z.output<typeof records.repository>, { id, host }: Context): readonly Mapped[] => [
  {
    entity: "repository",
    id: id("repository", found.id),
    url: found.webUrl ?? null,
    name: found.name,
    fullName: `${found.project.name}/${found.name}`,
    owner: found.project.name,
    defaultBranch: shortRef(found.defaultBranch),
    visibilityCategory: found.project.visibility ? category.visibility.of(found.project.visibility) : null,
    visibility: found.project.visibility ?? null,
    isArchived: found.isDisabled ?? null,
    isFork: found.isFork ?? false,
    forkedFromKey: found.parentRepository ? `${host}/repository/${found.parentRepository.id}` : null,
    canonicalKey: `${host}/repository/${found.id}`,
  },
];

/** One commit of the default branch; Azure counts files, never lines. */
export function toCommit(commit: records.Commit, context: Context): readonly Mapped[] {
  const { id, scope } = context;
  const known = people(context);
  const { commitId, comment: message, parents } = commit;
  const sha = commitId.toLowerCase();
  const revertsSha = revertedSha(message);
  const isMerge = parents ? parents.length > 1 : /^Merge (?:branch|pull request|remote-tracking|tag|commit)\b/.test(message);
  const edges = (parents ?? []).map((parentSha, position): MappedRow<"commit_parent"> => ({
    entity: "commit_parent",
    id: id("commit_parent", scope.id, sha, position),
    repositoryId: id("repository", scope.id),
    sha,
    parentSha,
    position,
  }));
  return [
    {
      entity: "commit",
      id: id("commit", scope.id, sha),
      url: commit.remoteUrl ?? null,
      repositoryId: id("repository", scope.id),
      sha,
      title: message.split("\n", 1)[0] ?? "",
      message,
      authorAccountId: known.author(commit.author),
      committerAccountId: known.author(commit.committer),
      authoredAt: commit.author.date,
      committedAt: commit.committer.date,
      ...linesOf(commit),
      filesCount: filesOf(commit),
      parentCount: parents?.length ?? null,
      isMerge,
      isOnDefault: true,
      // Merges and reverts only carry the keys of others.
      issueKeys: isMerge || revertsSha || isRevertTitle(message) ? [] : issueKeys(message),
      revertsSha,
      coAuthorEmails: coAuthors(message),
      assistant: assistantOf(message, commit.author.name),
    },
    ...edges,
    ...fileRows({ sha, files: commit.files }, context),
    ...known.rows(),
  ];
}

const filesOf = ({ changeCounts, files }: records.Commit): number | null =>
  files ? files.length : changeCounts ? Object.values(changeCounts).reduce((sum, count) => sum + count, 0) : null;

export const toTag = (
  { name, objectId, peeledObjectId }: z.output<typeof records.tag>,
  { id, scope }: Context,
): readonly Mapped[] => {
  const short = shortRef(name) ?? name;
  return [
    {
      entity: "git_ref",
      id: id("git_ref", scope.id, "tag", short),
      repositoryId: id("repository", scope.id),
      name: short,
      typeCategory: "tag",
      type: "tag",
      sha: peeledObjectId ?? objectId,
    },
  ];
};
