import type { GitCommit, GitFile } from "./contract.ts";

const COMMIT = "\u001e";
/** Fields end in NUL, and so do the entries of `--raw` and `--numstat` under `-z`. https://git-scm.com/docs/git-log */
export const LOG_FORMAT = `--format=%x1e%H%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B`;
const FIELDS = 9;

/** Takes the output of `git log -z --raw [--numstat]` in pieces, and answers the commits that are complete. */
export class LogParser {
  #rest = Buffer.alloc(0);
  #tokens: string[] = [];

  push(piece: Buffer): GitCommit[] {
    const all = Buffer.concat([this.#rest, piece]);
    const end = all.lastIndexOf(0);
    this.#rest = all.subarray(end + 1);
    return end < 0 ? [] : this.#take(all.subarray(0, end).toString("utf8").split("\0"));
  }

  end(): GitCommit[] {
    const commits = this.#take([...(this.#rest.length > 0 ? [this.#rest.toString("utf8")] : []), COMMIT]);
    this.#tokens = [];
    return commits;
  }

  #take(tokens: readonly string[]): GitCommit[] {
    const commits: GitCommit[] = [];
    for (const token of tokens) {
      if (token.startsWith(COMMIT) && this.#tokens.length > 0) {
        commits.push(parseCommit(this.#tokens));
        this.#tokens = [];
      }
      this.#tokens.push(token);
    }
    return commits;
  }
}

function parseCommit(tokens: readonly string[]): GitCommit {
  const [
    head = "",
    parents = "",
    name = "",
    email = "",
    at = "",
    committer = "",
    committerEmail = "",
    committedAt = "",
    message = "",
  ] = tokens;
  return {
    sha: head.slice(COMMIT.length),
    parents: parents === "" ? [] : parents.split(" "),
    author: { name, email, at },
    committer: { name: committer, email: committerEmail, at: committedAt },
    message: message.replace(/\n$/, ""),
    files: parseFiles(tokens.slice(FIELDS)),
  };
}

interface Entry {
  readonly change: string;
  readonly previousPath: string | null;
}

function parseFiles(tokens: readonly string[]): GitFile[] {
  const entries = new Map<string, Entry>();
  const lines = new Map<string, Pick<GitFile, "additions" | "deletions">>();
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!.replace(/^\n/, "");
    const [, change] = /^:\d{6} \d{6} [\da-f]+ [\da-f]+ ([A-Z])\d*$/.exec(token) ?? [];
    const [, added, deleted, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(token) ?? [];
    if (change) {
      const isMove = change === "R" || change === "C";
      const previousPath = isMove ? tokens[++at]! : null;
      entries.set(tokens[++at] ?? "", { change, previousPath });
    } else if (added && deleted) {
      // A move has its two paths in fields of their own.
      const name = path === "" ? tokens[(at += 2)]! : path!;
      lines.set(name, { additions: count(added), deletions: count(deleted) });
    }
  }
  return [...entries].map(([path, entry]) => ({ path, ...entry, ...(lines.get(path) ?? { additions: null, deletions: null }) }));
}

const count = (text: string): number | null => (text === "-" ? null : Number(text));
