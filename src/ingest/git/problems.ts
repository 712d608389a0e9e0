import { FatalError, RetryableError, SkippableError } from "../errors.ts";
import { NOT_FOUND, type GitFailure } from "./run-git.ts";

export const problems = {
  credentialInAddress: (host: string) =>
    new FatalError({
      code: "credential_in_address",
      what: `The address of a repository on ${host} holds a name or a password.`,
      rule: "Credentials are given apart from addresses, so that they show nowhere.",
      next: "Take the part before @ out of the address.",
    }),
  tooLarge: (path: string, mostBytes: number) =>
    new SkippableError({
      code: "clone_too_large",
      what: `The clone of ${path} grew beyond ${(mostBytes / 1e6).toLocaleString("en")} MB and was removed.`,
      rule: "A clone may take so much room, so that one repository cannot fill the disk.",
      next: "Read this repository through the API, or raise LEADLINE_CLONE_MB.",
    }),
  missing: () =>
    new SkippableError({
      code: "git_missing",
      what: "Commits cannot be read by clone: this machine has no git.",
      rule: "Reading by clone needs git 2.37 or newer on the PATH.",
      next: "Install git, or read commits through the API.",
    }),
  refused: (url: URL) =>
    new SkippableError({
      code: "clone_refused",
      what: `${url.host} refused to hand out the contents of ${url.pathname}.`,
      rule: "Reading by clone needs a credential that may read the code of the repository.",
      next: "Give the credential that right, or read commits through the API.",
    }),
  gone: (url: URL) =>
    new SkippableError({
      code: "repository_gone",
      what: `${url.host} has no repository ${url.pathname} that this credential may see.`,
      rule: "A repository that was renamed, moved or hidden is found again with the next list of scopes.",
      next: "Check the repository's name and the credential's rights.",
    }),
  damaged: (url: URL) =>
    new RetryableError({
      code: "clone_damaged",
      what: `The clone of ${url.pathname} on ${url.host} was damaged and was removed.`,
      rule: "A clone is a copy that can be made anew at any time; nothing that was read of it is lost.",
      next: "Nothing to do: the next task makes it anew. If it stays so, check the disk of the data folder.",
    }),
  commitGone: (url: URL, sha: string) =>
    new SkippableError({
      code: "commit_gone",
      what: `${url.pathname} on ${url.host} no longer holds commit ${sha}, from which reading should go on.`,
      rule: "Commits vanish when a branch is rewritten; then its history is read again from the newest commit on.",
      next: "Nothing to do: the next task begins again.",
    }),
  unreachable: (url: URL, detail: string) =>
    new RetryableError({
      code: "clone_interrupted",
      what: `${url.host} did not hand out ${url.pathname} in full (${detail}).`,
      rule: "Such clones are tried again with growing pauses; what was fetched is kept.",
      next: "If it stays so, check that this machine reaches the host.",
    }),
};

/** What git said, in our words. Its own text stays out: it may name addresses with whatever was in them. */
export function gitProblem({ code, stderr }: GitFailure, url: URL): FatalError | RetryableError | SkippableError {
  if (code === NOT_FOUND) return problems.missing();
  if (/Authentication failed|could not read Username|returned error: 40[13]|Access denied/i.test(stderr))
    return problems.refused(url);
  if (/returned error: (?:30\d|404|410)|repository .* not found|does not appear to be a git repository/i.test(stderr))
    return problems.gone(url);
  const [, status] = /returned error: (\d{3})/.exec(stderr) ?? [];
  return problems.unreachable(url, status ? `status ${status}` : "the connection broke");
}
