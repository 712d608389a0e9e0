import type { Instant } from "../../domain/instant.ts";

/** Reads repositories by clone instead of by list: outside the provider's API budget, and with line counts where the API has none. */
export interface Git {
  /**
   * Brings the clone up to date and answers what may be read from it. Throws RetryableError when the host fails in passing,
   * SkippableError when the repository is gone, hidden or too large, FatalError when its address may not be called.
   */
  open(remote: GitRemote, signal?: AbortSignal): Promise<GitClone>;
  /** Removes the clones of an integration, or those of scopes that it no longer has. */
  remove(integrationId: string, keepScopeIds?: readonly string[]): Promise<void>;
}

/** What a reader of one scope may do: its clones are kept apart from those of others. */
export interface ScopeGit {
  /** Throws as `Git.open`, and FatalError when the provider refuses the credential. */
  open(remote: ScopeRemote): Promise<GitClone>;
}

export interface ScopeRemote extends Pick<GitRemote, "url" | "withLines"> {
  /** The header for git out of the one that calls of the API bear now (`Bearer …`); the same where it is left out. */
  authorization?(ofApi: string): string;
}

interface GitUser {
  readonly git: Git | null;
  /** The header that calls of the API bear now. */
  readonly authorization: () => Promise<string | null>;
  readonly setting: { readonly key: { readonly integrationId: string; readonly scopeId: string } };
  readonly signal: AbortSignal;
}

/** Clones of one scope alone. */
export const gitOf = ({ git, authorization: ofApi, setting: { key }, signal }: GitUser): ScopeGit | null =>
  git && {
    async open({ authorization = (same) => same, ...remote }) {
      const header = await ofApi();
      const { integrationId, scopeId } = key;
      return git.open({ ...remote, authorization: header && authorization(header), integrationId, scopeId }, signal);
    },
  };

export interface GitRemote {
  readonly integrationId: string;
  readonly scopeId: string;
  /** Address of the clone, http or https; no credential in it. */
  readonly url: string;
  /** Sent as a header to this host alone; never on a command line, in an address or in an error. */
  readonly authorization: string | null;
  /** Without lines the clone holds no file contents at all. */
  readonly withLines: boolean;
}

export interface GitClone {
  /** Commit of the branch (default: the remote's own default branch); null for an empty repository or an unknown branch. */
  tip(branch?: string): Promise<string | null>;
  /** True when `ancestor` is reachable from `descendant`; null when one of them is not in the clone. */
  contains(descendant: string, ancestor: string): Promise<boolean | null>;
  /** Newest first by commit time, parents never before their children; so many at a time. */
  commits(range: GitRange): AsyncIterable<readonly GitCommit[]>;
}

export interface GitRange {
  readonly tip: string;
  /** Leave out what was reachable from these. Unknown ones (a force push removed them) are passed over. */
  readonly without?: readonly string[];
  /** Committed at or after. */
  readonly since?: Instant | null;
  /** So many of the newest were read before. */
  readonly skip?: number;
}

export interface GitCommit {
  readonly sha: string;
  /** First parent first. */
  readonly parents: readonly string[];
  readonly author: GitSignature;
  readonly committer: GitSignature;
  readonly message: string;
  /** Against the first parent, also for merges. */
  readonly files: readonly GitFile[];
}

export interface GitSignature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 with the offset of the one who wrote it. */
  readonly at: string;
}

export interface GitFile {
  readonly path: string;
  /** Renames and copies only. */
  readonly previousPath: string | null;
  /** Git's own letter: A, M, D, R, C, T. */
  readonly change: string;
  /** NULL for binaries, and in clones without lines. */
  readonly additions: number | null;
  readonly deletions: number | null;
}
