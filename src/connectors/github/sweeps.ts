import { addSeconds, type Instant } from "../../domain/instant.ts";
import type { Listed, Scope, Sweep, SweepPage } from "../../ingest/connector.ts";
import { linkPages } from "../../ingest/paging.ts";
import type { Config } from "./config.ts";
import { pagesOf, type RepositoryList, type Thing } from "./graphql.ts";
import { listOf, owners, repositories as allRepositories } from "./owners.ts";
import * as ask from "./selections.ts";
import { runPages } from "./streams/run-list.ts";

/* Everything that exists, by key alone: a hundred things a point. Lists are in order of creation, which never changes while they are read. */

const of = (list: RepositoryList, thing: (node: Thing, scope: Scope) => Listed): Sweep<Config>["read"] =>
  async function* ({ scope, ...reading }) {
    for await (const { answer, nodes } of pagesOf({ ...reading, scope }, list, null))
      yield { things: nodes.filter((node) => node !== null).map((node) => thing(node, scope)), answers: [answer] };
  };

const numberKey = (number: number, { id }: Scope): string => `${id}/${number}`;

/** Issues, pull requests and discussions of a repository share one sequence. https://docs.github.com/en/graphql/reference/objects#issue */
const numbered = {
  sequence: "issues and pull requests",
  number: (key: string): number => Number(key.split("/").at(-1)),
  key: numberKey,
};

const byNumber = ({ number, updatedAt }: Thing, scope: Scope): Listed => ({
  key: numberKey(Number(number), scope),
  changedAt: updatedAt as Instant,
});

/** Pull requests cannot be deleted by people, but with their repository or by GitHub. */
export const pullRequestSweep: Sweep<Config> = {
  entity: "pull_request",
  absence: "deleted",
  numbered,
  read: of(ask.pullRequestKeys, byNumber),
};

export const issueSweep: Sweep<Config> = {
  entity: "issue",
  absence: "deleted",
  numbered,
  async *read(request) {
    if (request.config.issues) yield* of(ask.issueKeys, byNumber)(request);
  },
};

export const releaseSweep: Sweep<Config> = {
  entity: "release",
  absence: "deleted",
  read: of(ask.releaseKeys, ({ databaseId, updatedAt }) => ({
    key: String(databaseId),
    changedAt: (updatedAt as Instant | null) ?? null,
  })),
};

export const tagSweep: Sweep<Config> = {
  entity: "git_ref",
  absence: "deleted",
  read: of(ask.tagKeys, ({ name }, { id }) => ({ key: `${id}/${String(name)}`, changedAt: null })),
};

export const deploymentSweep: Sweep<Config> = {
  entity: "deployment",
  absence: "deleted",
  read: of(ask.deploymentKeys, ({ id, updatedAt, createdAt }) => ({
    key: id!,
    changedAt: updatedAt as Instant,
    orderedAt: createdAt as Instant,
  })),
};

interface Workflow {
  readonly id: number;
  readonly updated_at?: Instant;
}

/** A workflow whose file is gone stays listed while it has runs. https://docs.github.com/en/rest/actions/workflows */
export const pipelineSweep: Sweep<Config> = {
  entity: "pipeline",
  absence: "deleted",
  async *read({ api, scope }) {
    for await (const { answer } of linkPages(api, { path: `/repos/${scope.name}/actions/workflows`, query: { per_page: 100 } })) {
      const { workflows } = answer.body as { workflows: readonly Workflow[] };
      yield {
        things: workflows.map(({ id, updated_at: at }) => ({ key: String(id), changedAt: at ?? null })),
        answers: [answer],
      };
    }
  },
};

const A_DAY = 86_400;
/** Until then a run may be started again and so change. Older ones stay as they are until GitHub forgets them, which is no deletion. */
const COMPARED = 31 * A_DAY;

export const pipelineRunSweep: Sweep<Config> = {
  entity: "pipeline_run",
  absence: "unknown",
  async *read({ now, ...reading }) {
    const range = { since: addSeconds(now, -COMPARED), from: { before: null, page: 1 } };
    for await (const { answer, runs } of runPages(reading, range)) {
      const things = runs.map((run): Listed => ({
        key: `${run.created_at}/${run.id}/${run.run_attempt ?? 1}`,
        changedAt: run.updated_at ?? null,
        orderedAt: run.created_at,
      }));
      yield { things, answers: [answer] };
    }
  },
};

/** Secret teams hide from those who are no members: the check of the credential tells whether `read:org` is still there. */
export const teamSweep: Sweep<Config> = {
  entity: "account_group",
  absence: "deleted",
  async *read(request): AsyncGenerator<SweepPage> {
    for (const login of await owners(request))
      for await (const { nodes, answer } of listOf(request, {
        query: ask.teamKeys,
        variables: { login },
        name: "team_keys",
        most: 100,
      }))
        yield { things: nodes.map(byDatabaseId), answers: [answer] };
  },
};

/** A repository that is not listed may be deleted, or hidden from this credential: GitHub says 404 to both. */
export const repositorySweep: Sweep<Config> = {
  entity: "repository",
  absence: "unknown",
  async *read(request) {
    for await (const { nodes, answer } of allRepositories(request)) yield { things: nodes.map(byDatabaseId), answers: [answer] };
  },
};

const byDatabaseId = ({ databaseId, updatedAt }: Thing): Listed => ({
  key: String(databaseId),
  changedAt: (updatedAt as Instant | null) ?? null,
});
