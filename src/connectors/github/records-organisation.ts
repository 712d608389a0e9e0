import { z } from "zod";

import { actor, instant } from "./records.ts";

/* What belongs to an organisation rather than to one repository, as GitHub answers it. */

/** https://docs.github.com/en/graphql/reference/objects#repository */
export const repository = z.object({
  databaseId: z.int(),
  id: z.string(),
  name: z.string(),
  nameWithOwner: z.string(),
  url: z.string().nullish(),
  owner: z.object({ login: z.string() }),
  defaultBranchRef: z.object({ name: z.string() }).nullish(),
  visibility: z.string().nullish(),
  isArchived: z.boolean(),
  isFork: z.boolean(),
  hasIssuesEnabled: z.boolean().nullish(),
  createdAt: instant,
  updatedAt: instant,
  pushedAt: instant.nullish(),
  primaryLanguage: z.object({ name: z.string() }).nullish(),
  parent: z.object({ databaseId: z.int().nullish() }).nullish(),
});
export type Repository = z.output<typeof repository>;

/** https://docs.github.com/en/graphql/reference/objects#user */
export const member = z.object({
  __typename: z.string(),
  databaseId: z.int(),
  login: z.string(),
  name: z.string().nullish(),
  url: z.string().nullish(),
  email: z.string().nullish(),
  createdAt: instant,
  updatedAt: instant,
});

/** https://docs.github.com/en/graphql/reference/objects#team */
export const team = z.object({
  databaseId: z.int(),
  name: z.string(),
  combinedSlug: z.string(),
  url: z.string().nullish(),
  updatedAt: instant,
  parentTeam: z.object({ databaseId: z.int() }).nullish(),
  members: z.object({ edges: z.array(z.object({ role: z.string(), node: actor }).nullable()) }),
});

const iteration = z.object({ id: z.string(), title: z.string(), startDate: z.iso.date(), duration: z.int() });
/** https://docs.github.com/en/graphql/reference/objects#projectv2, with the day on which it was read: iterations have no state. */
export const project = z.object({
  readOn: z.iso.date(),
  databaseId: z.int(),
  number: z.int(),
  title: z.string(),
  url: z.string().nullish(),
  closed: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
  repositories: z.object({ nodes: z.array(z.object({ databaseId: z.int() }).nullable()) }).nullish(),
  fields: z.object({
    nodes: z.array(
      z
        .object({
          id: z.string().nullish(),
          name: z.string().nullish(),
          dataType: z.string().nullish(),
          options: z.array(z.object({ id: z.string(), name: z.string() })).nullish(),
          configuration: z.object({ iterations: z.array(iteration), completedIterations: z.array(iteration) }).nullish(),
        })
        .nullable(),
    ),
  }),
});
export type Project = z.output<typeof project>;
