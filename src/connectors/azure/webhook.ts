import { createHash, timingSafeEqual } from "node:crypto";

import { z } from "zod";

import type { Hint, Scope, WebhookDelivery, WebhookSpec } from "../../ingest/connector.ts";
import type { Config } from "./config.ts";
import { deliveryUnclear } from "./problems.ts";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const isSame = (given: string | undefined, secret: string): boolean =>
  given !== undefined && timingSafeEqual(digest(given), digest(secret));

/** Service hooks sign nothing: the secret is the password of basic authentication, a header, or part of the address. */
function verify({ headers, query }: WebhookDelivery, secret: string): boolean {
  const basic = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const password =
    basic === undefined
      ? undefined
      : Buffer.from(basic, "base64")
          .toString()
          .replace(/^[^:]*:/, "");
  const given = [password, headers["x-leadline-secret"], query.secret, query.token];
  return given.map((one) => isSame(one, secret)).some(Boolean);
}

const envelope = z.object({ id: z.string().nullish(), eventType: z.string(), resource: z.unknown() });

function identify({ body }: WebhookDelivery): { id: string | null; event: string } {
  try {
    const { id, eventType } = envelope.parse(JSON.parse(Buffer.from(body).toString()));
    return { id: id ?? null, event: eventType };
  } catch {
    throw deliveryUnclear();
  }
}

const named = z.object({ id: z.string().nullish() }).nullish();
const container = z.object({ project: named }).nullish();
const delivery = z.object({
  eventType: z.string(),
  resourceContainers: container,
  resource: z
    .object({
      id: z.union([z.string(), z.number()]).nullish(),
      pullRequestId: z.number().nullish(),
      pullRequest: z.object({ pullRequestId: z.number(), repository: named }).nullish(),
      repository: z.object({ id: z.string().nullish(), project: named }).nullish(),
      project: named,
      run: z.object({ id: z.number() }).nullish(),
    })
    .nullish(),
});
type Delivery = z.output<typeof delivery>;

function hints({ name, body, scopes }: { name: string; body: unknown; scopes: readonly Scope[] }): readonly Hint[] {
  const parsed = delivery.safeParse(body);
  if (!parsed.success) throw deliveryUnclear();
  const known = (id: string | null | undefined): id is string => scopes.some((scope) => scope.id === id);
  return wanted(name, parsed.data).flatMap(({ stream, scope, keys }) => (known(scope) ? [{ stream, scopeId: scope, keys }] : []));
}

interface Wanted {
  readonly stream: string;
  readonly scope: string | null | undefined;
  readonly keys: readonly string[] | null;
}

/** https://learn.microsoft.com/en-us/azure/devops/service-hooks/events */
function wanted(name: string, { resource, resourceContainers }: Delivery): readonly Wanted[] {
  const project = resourceContainers?.project?.id ?? resource?.project?.id;
  const repository = resource?.pullRequest?.repository?.id ?? resource?.repository?.id;
  if (name.startsWith("workitem."))
    return ["work_items", "work_item_links"].map((stream) => ({ stream, scope: project, keys: null }));
  if (name === "git.push") return ["commits", "tags"].map((stream) => ({ stream, scope: repository, keys: null }));
  if (name.startsWith("git.pullrequest.") || name === "ms.vss-code.git-pullrequest-comment-event") {
    const number = resource?.pullRequest?.pullRequestId ?? resource?.pullRequestId;
    return [{ stream: "pull_requests", scope: repository, keys: number ? [`${repository}/${number}`] : null }];
  }
  if (name === "build.complete" || name.startsWith("ms.vss-pipelines.")) {
    const run = resource?.run?.id ?? resource?.id;
    const keys = run ? [String(run)] : null;
    return [
      { stream: "pipeline_runs", scope: project, keys },
      { stream: "environment_deployments", scope: project, keys: null },
    ];
  }
  return name.startsWith("ms.vss-release.deployment-") ? [{ stream: "release_deployments", scope: project, keys: null }] : [];
}

export const webhook: WebhookSpec<Config> = {
  docs: "https://learn.microsoft.com/en-us/azure/devops/service-hooks/services/webhooks",
  events: [
    "workitem.created",
    "workitem.updated",
    "workitem.deleted",
    "workitem.restored",
    "workitem.commented",
    "git.push",
    "git.pullrequest.created",
    "git.pullrequest.updated",
    "git.pullrequest.merged",
    "ms.vss-code.git-pullrequest-comment-event",
    "build.complete",
    "ms.vss-pipelines.run-state-changed-event",
    "ms.vss-pipelines.stage-state-changed-event",
    "ms.vss-release.deployment-completed-event",
  ],
  guidance: [
    "Open Project settings, Service hooks, and create a subscription of the service Web Hooks; one for each event.",
    "Put the address into URL, and the secret into Basic authentication password; the user name does not matter.",
    "Leave Resource details to send at All.",
  ],
  verify,
  identify,
  hints,
};
