import type { z } from "zod";

import { compareInstants } from "../../../domain/instant.ts";
import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type * as records from "../records-delivery.ts";
import * as category from "./categories.ts";
import { people } from "./people.ts";

type Context = MapContext<Config>;
type Release = z.output<typeof records.release>;
type Tag = z.output<typeof records.tag>;
type Workflow = z.output<typeof records.workflow>;

const final = new Set(["SUCCESS", "FAILURE", "ERROR"]);
const present = <Value>(values: readonly (Value | null)[] | undefined): Value[] =>
  (values ?? []).filter((value) => value !== null);
const byTime = (a: { createdAt: string }, b: { createdAt: string }) => compareInstants(a.createdAt, b.createdAt);

/** Statuses oldest first; GitHub lists the newest first. */
const statusesOf = (deployment: records.Deployment) => present(deployment.statuses?.nodes).reverse().sort(byTime);

export const hasEnded = (deployment: records.Deployment): boolean =>
  statusesOf(deployment).some(({ state }) => final.has(state)) ||
  ["INACTIVE", "DESTROYED", "ABANDONED"].includes(deployment.state ?? "");

export function toDeployment(deployment: records.Deployment, context: Context): readonly Mapped[] {
  const { id, scope } = context;
  const known = people(context);
  const statuses = statusesOf(deployment);
  const environment = deployment.environment ?? deployment.originalEnvironment ?? deployment.latestEnvironment ?? null;
  const state = deployment.state ?? statuses.at(-1)?.state ?? null;
  const ref = deployment.ref;
  const row: MappedRow<"deployment"> = {
    entity: "deployment",
    id: id("deployment", deployment.databaseId),
    url: `https://${context.host}/${scope.name}/deployments`,
    environmentCategory: environment === null ? null : category.environment(environment),
    environment,
    kindCategory: deployment.task ? kindOf(deployment.task) : null,
    kind: deployment.task ?? null,
    statusCategory: statusOf(state, statuses),
    status: state,
    repositoryId: id("repository", scope.id),
    headSha: deployment.commitOid ?? null,
    tag: ref?.prefix === "refs/tags/" ? ref.name : null,
    actorAccountId: known.actor(deployment.creator),
    createdAt: deployment.createdAt,
    startedAt: statuses.find((status) => status.state === "IN_PROGRESS")?.createdAt ?? deployment.createdAt,
    finishedAt: statuses.find((status) => final.has(status.state))?.createdAt ?? null,
  };
  return [row, ...known.rows()];
}

const kindOf = (task: string): "deploy" | "rollback" | "other" =>
  /rollback/i.test(task) ? "rollback" : /^deploy/i.test(task) ? "deploy" : "other";

/** A deployment that a later one replaced was a success; one that was switched off without ever succeeding was not. */
function statusOf(state: string | null, statuses: readonly { state: string }[]): MappedRow<"deployment">["statusCategory"] {
  if (state === null) return "pending";
  if (state !== "INACTIVE" && state !== "DESTROYED") return category.deploymentStatus.of(state);
  const last = statuses.findLast((status) => final.has(status.state))?.state;
  return last === undefined ? "canceled" : category.deploymentStatus.of(last);
}

export function toRelease(release: Release, context: Context): readonly Mapped[] {
  const { id, scope } = context;
  const known = people(context);
  const state = release.isDraft ? "draft" : release.isPrerelease ? "prerelease" : "released";
  return [
    {
      entity: "release",
      id: id("release", scope.id, release.databaseId),
      url: release.url ?? null,
      repositoryId: id("repository", scope.id),
      name: release.name || release.tagName,
      tag: release.tagName || null,
      sha: release.tagCommit?.oid ?? null,
      stateCategory: state,
      state,
      createdAt: release.createdAt,
      releasedAt: release.isDraft ? null : (release.publishedAt ?? null),
      authorAccountId: known.actor(release.author),
    },
    ...known.rows(),
  ];
}

export function toTag({ name, target }: Tag, { id, scope, host }: Context): readonly Mapped[] {
  const tagged = target?.__typename === "Tag" ? target.target : null;
  const peeled = tagged?.__typename === "Tag" ? tagged.target : tagged;
  return [
    {
      entity: "git_ref",
      id: id("git_ref", scope.id, "tag", name),
      url: `https://${host}/${scope.name}/releases/tag/${encodeURIComponent(name)}`,
      repositoryId: id("repository", scope.id),
      name,
      typeCategory: "tag",
      type: "tag",
      sha: (tagged ? peeled?.oid : target?.oid) ?? null,
      createdAt: target?.tagger?.date ? new Date(target.tagger.date).toISOString() : null,
    },
  ];
}

export const toPipeline = (workflow: Workflow, { id, scope, host }: Context): readonly Mapped[] => [
  {
    entity: "pipeline",
    id: id("pipeline", workflow.id),
    url: workflow.html_url ?? null,
    name: workflow.name || workflow.path,
    fullName: workflow.path || workflow.name,
    repositoryId: id("repository", scope.id),
    project: scope.name,
    isActive: workflow.state === "active",
    canonicalKey: `${host}/pipeline/${workflow.id}`,
  },
];
