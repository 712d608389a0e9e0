import type { AnswerInfo, GitCommit, Page, ReadRequest, Way } from "../../../ingest/connector.ts";
import { clonePages, linesOf } from "../../../ingest/connector.ts";
import { addresses, type Config } from "../config.ts";
import { addressOf, ask, dataOf, repositoryIn, repositoryQuery, type Thing } from "../graphql.ts";
import { CLONED, signers } from "../selections.ts";

/** The history of the default branch out of a clone, with the files of every commit; GitHub is asked only who stands behind an address. */
export const byGit: Way<Config> = {
  name: "git",
  label: "A clone of the repository, with the files and lines of every commit",
  needsGit: true,
  cost: { class: "graphql", recordsPerCall: 500, callsAtStart: 1 },
  isChosen: ({ config }) => config.git === "always",
  isUsable: ({ config }) => config.git !== "never",
  read: readClone,
};

/** Addresses that were asked for in this pass; null for those that belong to nobody. */
type Users = Map<string, Thing | null>;

async function* readClone(request: ReadRequest<Config>): AsyncGenerator<Page> {
  const { config, scope, since, position, git } = request;
  const answer = await ask(request, repositoryQuery("Cloned", CLONED), { variables: addressOf(scope) });
  const repository = repositoryIn(dataOf(answer), scope) as unknown as Cloned;
  const branch = repository.defaultBranchRef?.name;
  if (branch === undefined) return yield { records: [], answers: [answer], position: null, reached: since };
  const url = `${new URL(config.url).protocol}//${addresses(config.url).host}/${repository.nameWithOwner}.git`;
  const clone = await git!.open({ url, withLines: true, authorization: basic });
  const users: Users = new Map();
  for await (const { commits, ...page } of clonePages(clone, { branch, since, position })) {
    const more = await askForUsers(request, commits, users);
    const records = commits.map((commit) => fromGit(commit, { repository, users }));
    yield { records, answers: [answer, ...more], ...page };
  }
}

interface Cloned {
  readonly databaseId: number;
  readonly nameWithOwner: string;
  readonly url: string;
  readonly defaultBranchRef: { readonly name: string } | null;
}

/**
 * Tokens are passwords to git, whosever they are.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation#about-authenticating-as-a-github-app-installation
 */
const basic = (ofApi: string): string =>
  `Basic ${Buffer.from(`x-access-token:${ofApi.replace(/^\S+\s+/, "")}`).toString("base64")}`;

const AT_ONCE = 100;

/** One commit stands for all others of the same address. */
async function askForUsers(
  request: ReadRequest<Config>,
  commits: readonly GitCommit[],
  users: Users,
): Promise<readonly AnswerInfo[]> {
  const asked = new Map<string, string>();
  for (const { sha, author, committer } of commits)
    for (const { email } of [author, committer]) if (!users.has(email) && !asked.has(email)) asked.set(email, sha);
  const shas = [...new Set(asked.values())];
  const answers: AnswerInfo[] = [];
  for (let from = 0; from < shas.length; from += AT_ONCE) {
    const selection = signers(shas.slice(from, from + AT_ONCE));
    const answer = await ask(request, repositoryQuery("Signers", selection), { variables: addressOf(request.scope) });
    answers.push(answer);
    for (const commit of Object.values(repositoryIn(dataOf(answer), request.scope)) as (Partial<Record<string, Signer>> | null)[])
      for (const signer of [commit?.author, commit?.committer]) if (signer?.email) users.set(signer.email, signer.user);
  }
  for (const email of asked.keys()) if (!users.has(email)) users.set(email, null);
  return answers;
}

interface Signer {
  readonly email: string | null;
  readonly user: Thing | null;
}

/** In the words of the API, so that one record serves both ways. */
function fromGit(commit: GitCommit, { repository, users }: { repository: Cloned; users: Users }) {
  const { sha, parents, author, committer, message, files } = commit;
  return {
    oid: sha,
    url: `${repository.url}/commit/${sha}`,
    message,
    authoredDate: inUtc(author.at),
    committedDate: inUtc(committer.at),
    ...linesOf(commit),
    changedFilesIfAvailable: files.length,
    author: signature(author, users),
    committer: signature(committer, users),
    parents: { totalCount: parents.length, nodes: parents.map((oid) => ({ oid })) },
    repository: { databaseId: repository.databaseId },
    files,
  };
}

/** Git writes what the author's clock said, so that `Z` is an offset like any other. */
const signature = ({ name, email, at }: GitCommit["author"], users: Users) => ({
  name,
  email,
  date: at.replace(/Z$/, "+00:00"),
  user: users.get(email) ?? null,
});

/** Whole seconds, as GitHub has them. */
const inUtc = (at: string): string => new Date(at).toISOString().replace(".000Z", "Z");
