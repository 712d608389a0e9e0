import { bigint, boolean, category, date, orNull, text, textArray, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One repository. */
export const repository = table({
  name: "repository",
  kind: "E",
  key: "provider repository id",
  columns: {
    /** `pay`; `acme/pay` as the provider spells it today */
    name: text,
    fullName: text,
    /** organisation, group, workspace or project */
    owner: orNull(text),
    /** NULL for an empty repository */
    defaultBranch: orNull(text),
    visibilityCategory: orNull(category("private", "internal", "public", "other")),
    visibility: orNull(text),
    isArchived: orNull(boolean),
    isFork: orNull(boolean),
    /** `canonical_key` of the parent */
    forkedFromKey: orNull(text),
    /** main language as the provider names it */
    language: orNull(text),
    createdAt: orNull(timestamp),
    pushedAt: orNull(timestamp),
    /** §2 */
    canonicalKey: text,
  },
});

/** One commit seen in one repository. */
export const commit = table({
  name: "commit",
  kind: "E",
  key: "<repository>/<sha>",
  columns: {
    /** full lower-case hash */
    repositoryId: text,
    sha: text,
    /** first line; whole text */
    title: orNull(text),
    message: orNull(text),
    /** login if the provider resolves it, else the `git:` account; NULL without an address */
    authorAccountId: orNull(text),
    committerAccountId: orNull(text),
    authoredAt: timestamp,
    committedAt: timestamp,
    /** UTC offset written in the commit; NULL when the API normalises to UTC */
    authoredOffsetMinutes: orNull(bigint),
    /** against the first parent; NULL when the list call lacks them */
    additions: orNull(bigint),
    deletions: orNull(bigint),
    filesCount: orNull(bigint),
    /** NULL when not given */
    parentCount: orNull(bigint),
    /** more than one parent */
    isMerge: boolean,
    /** reachable from the default branch at last reading; NULL when not established */
    isOnDefault: orNull(boolean),
    /** issue keys found in the message, in order, upper case */
    issueKeys: orNull(textArray),
    /** from the revert trailer; NULL when it is not a revert */
    revertsSha: orNull(text),
    /** `Co-authored-by` addresses */
    coAuthorEmails: orNull(textArray),
    /** AI tool named in a trailer or author; NULL when none */
    assistant: orNull(text),
  },
});

/** One parent edge. */
export const commitParent = table({
  name: "commit_parent",
  kind: "E",
  key: "<repository>/<sha>/<position>",
  columns: {
    repositoryId: text,
    sha: text,
    parentSha: text,
    /** 0 = first parent */
    position: bigint,
  },
});

/** One file changed by one commit (against its first parent). */
export const commitFile = table({
  name: "commit_file",
  kind: "E",
  key: "<repository>/<sha>/<path>",
  columns: {
    /** path after the change */
    repositoryId: text,
    sha: text,
    path: text,
    /** renames and copies only */
    previousPath: orNull(text),
    changeCategory: category("added", "modified", "deleted", "renamed", "copied", "other"),
    change: orNull(text),
    /** lines; NULL for binaries and where the provider counts files only */
    additions: orNull(bigint),
    deletions: orNull(bigint),
    /** generated: lock files, `vendor/`, `dist/`, minified, per configured globs */
    isBinary: orNull(boolean),
    isGenerated: orNull(boolean),
  },
});

/** One branch or tag. */
export const gitRef = table({
  name: "git_ref",
  kind: "E",
  key: "<repository>/<type_category>/<name>",
  columns: {
    /** short name */
    repositoryId: text,
    name: text,
    typeCategory: category("branch", "tag", "other"),
    type: orNull(text),
    /** commit it points to (annotated tags are peeled) */
    sha: orNull(text),
    isDefault: orNull(boolean),
    isProtected: orNull(boolean),
    /** tag date or creation event; NULL for most branches */
    createdAt: orNull(timestamp),
  },
});

/** One release of a repository or version of an issue project. */
export const release = table({
  name: "release",
  kind: "E",
  key: "<repository>/<provider id> or <project>/<provider id>",
  columns: {
    /** exactly one is set */
    repositoryId: orNull(text),
    projectId: orNull(text),
    name: text,
    /** git releases only */
    tag: orNull(text),
    sha: orNull(text),
    stateCategory: category("planned", "draft", "prerelease", "released", "archived", "other"),
    state: orNull(text),
    /** planned start of a version */
    startsOn: orNull(date),
    /** a version with a release *date* only is released at 00:00 UTC of that day */
    createdAt: orNull(timestamp),
    releasedAt: orNull(timestamp),
    authorAccountId: orNull(text),
  },
});
