import { z } from "zod";

import { actor, instant, listOf } from "./records.ts";

/* What leads from a commit to production, as GitHub answers it. */

/** https://docs.github.com/en/graphql/reference/objects#release */
export const release = z.object({
  databaseId: z.int(),
  url: z.string().nullish(),
  name: z.string().nullish(),
  tagName: z.string(),
  isDraft: z.boolean(),
  isPrerelease: z.boolean(),
  createdAt: instant,
  publishedAt: instant.nullish(),
  updatedAt: instant.nullish(),
  tagCommit: z.object({ oid: z.string() }).nullish(),
  author: actor,
});

const target = z.object({ __typename: z.string(), oid: z.string() });
/** https://docs.github.com/en/graphql/reference/objects#ref; an annotated tag points at its commit through itself. */
export const tag = z.object({
  name: z.string(),
  repository: z.object({ databaseId: z.int() }),
  target: target
    .extend({
      tagger: z.object({ date: z.string().nullish() }).nullish(),
      target: target.extend({ target: target.pick({ oid: true }).nullish() }).nullish(),
    })
    .nullish(),
});

/** https://docs.github.com/en/graphql/reference/objects#deployment */
export const deployment = z.object({
  id: z.string(),
  databaseId: z.int(),
  createdAt: instant,
  updatedAt: instant,
  commitOid: z.string().nullish(),
  environment: z.string().nullish(),
  latestEnvironment: z.string().nullish(),
  originalEnvironment: z.string().nullish(),
  state: z.string().nullish(),
  task: z.string().nullish(),
  ref: z.object({ name: z.string(), prefix: z.string() }).nullish(),
  creator: actor,
  statuses: listOf(z.object({ state: z.string(), createdAt: instant })).nullish(),
});
export type Deployment = z.output<typeof deployment>;

/** https://docs.github.com/en/rest/actions/workflows */
export const workflow = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  state: z.string(),
  html_url: z.string().nullish(),
  updated_at: instant.nullish(),
});

const restUser = z.object({ id: z.int(), login: z.string(), type: z.string().nullish() }).nullish();
export type RestUser = z.output<typeof restUser>;

/** https://docs.github.com/en/graphql/reference/objects#checkrun */
const checkRun = z.object({
  databaseId: z.int(),
  name: z.string(),
  url: z.string().nullish(),
  status: z.string(),
  conclusion: z.string().nullish(),
  startedAt: instant.nullish(),
  completedAt: instant.nullish(),
  deployment: z.object({ environment: z.string().nullish() }).nullish(),
  steps: listOf(
    z.object({
      name: z.string(),
      number: z.int(),
      status: z.string(),
      conclusion: z.string().nullish(),
      startedAt: instant.nullish(),
      completedAt: instant.nullish(),
    }),
  ).nullish(),
});
export type CheckRun = z.output<typeof checkRun>;

/** https://docs.github.com/en/rest/actions/workflow-jobs */
const job = z.object({
  id: z.int(),
  name: z.string(),
  html_url: z.string().nullish(),
  status: z.string(),
  conclusion: z.string().nullish(),
  created_at: instant.nullish(),
  started_at: instant.nullish(),
  completed_at: instant.nullish(),
  runner_name: z.string().nullish(),
  steps: z
    .array(
      z.object({
        name: z.string(),
        number: z.int(),
        status: z.string(),
        conclusion: z.string().nullish(),
        started_at: instant.nullish(),
        completed_at: instant.nullish(),
      }),
    )
    .nullish(),
});
export type Job = z.output<typeof job>;

/** https://docs.github.com/en/rest/actions/workflow-runs: one attempt, joined with its jobs from GraphQL or REST. */
export const attempt = z.object({
  run: z.object({
    id: z.int(),
    name: z.string().nullish(),
    display_title: z.string().nullish(),
    run_number: z.int().nullish(),
    run_attempt: z.int().min(1).default(1),
    event: z.string(),
    status: z.string(),
    conclusion: z.string().nullish(),
    workflow_id: z.int(),
    path: z.string().nullish(),
    html_url: z.string().nullish(),
    head_branch: z.string().nullish(),
    head_sha: z.string(),
    created_at: instant,
    updated_at: instant,
    run_started_at: instant.nullish(),
    actor: restUser,
    triggering_actor: restUser,
    pull_requests: z
      .array(z.object({ number: z.int(), base: z.object({ repo: z.object({ id: z.int() }).nullish() }).nullish() }))
      .nullish(),
    repository: z.object({ id: z.int() }).nullish(),
  }),
  /** Attempts that the run has had when it was read. */
  attempts: z.int(),
  checkRuns: z.array(checkRun).nullish(),
  jobs: z.array(job).nullish(),
});
export type Attempt = z.output<typeof attempt>;
