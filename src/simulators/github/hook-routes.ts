import type { Credential } from "./auth.ts";
import { notFound, page, refusal, type RestAnswer, type RestRequest } from "./rest/request.ts";
import { fullName, iso, type GithubState } from "./state.ts";
import type { Delivery, Hook, Webhooks } from "./webhooks.ts";

export interface HookCall {
  readonly method: string;
  readonly path: string;
  readonly request: RestRequest;
  readonly credential: Credential;
  readonly webhooks: Webhooks;
}

type Answer = RestAnswer & { readonly route: string };

/**
 * Webhooks and their deliveries; null when the path is none of them. Without the permission they do not exist.
 * https://docs.github.com/en/rest/orgs/webhooks, https://docs.github.com/en/rest/repos/webhooks, https://docs.github.com/en/rest/apps/webhooks
 */
export function answerHooks(call: HookCall): Answer | null {
  const { path, webhooks, credential, request } = call;
  const app = /^\/app\/hook(\/deliveries.*)$/.exec(path);
  if (app) {
    const route = "/app/hook/deliveries";
    if (credential.kind !== "app") return { ...refusal(401, "A JSON web token could not be decoded"), route };
    const own = webhooks.hooks.filter(({ place }) => place === "app");
    return { ...answerDeliveries(call, own, app[1]!), route };
  }
  const match = /^\/(orgs\/[^/]+|repos\/[^/]+\/[^/]+)\/hooks(?:\/(\d+)(\/deliveries.*)?)?$/.exec(path);
  if (!match) return null;
  const [, where, id, rest] = match as unknown as [string, string, string | undefined, string | undefined];
  const isOrganisation = where.startsWith("orgs/");
  const route = `/${isOrganisation ? "orgs/{org}" : "repos/{o}/{r}"}/hooks${rest ? "/{id}/deliveries" : ""}`;
  const own = mayList(credential, isOrganisation) ? hooksAt(where, request.state, webhooks) : null;
  if (!own) return { ...notFound(), route };
  if (id === undefined) return { ...page(request, { list: own, render: (hook) => hookBody(request, where, hook) }), route };
  const hook = own.filter((each) => each.id === Number(id));
  if (hook.length === 0) return { ...notFound(), route };
  return rest ? { ...answerDeliveries(call, hook, rest), route } : { body: hookBody(request, where, hook[0]!), route };
}

const mayList = ({ kind, scopes }: Credential, isOrganisation: boolean): boolean =>
  kind === "classic" && scopes.some((scope) => scope === (isOrganisation ? "admin:org_hook" : "admin:repo_hook"));

function hooksAt(where: string, state: GithubState, { hooks }: Webhooks): Hook[] | null {
  const name = where.slice(where.indexOf("/") + 1).toLowerCase();
  if (where.startsWith("orgs/"))
    return name === state.owner.login.toLowerCase() ? hooks.filter(({ place }) => place === "organisation") : null;
  const isThere = state.repositories.some((repository) => fullName(repository).toLowerCase() === name);
  return isThere ? hooks.filter(({ place }) => place.toLowerCase() === name) : null;
}

const hookBody = ({ api }: RestRequest, where: string, hook: Hook) => ({
  type: where.startsWith("orgs/") ? "Organization" : "Repository",
  id: hook.id,
  name: "web",
  active: true,
  events: ["*"],
  config: { content_type: "json", insecure_ssl: "0", secret: "********", url: hook.url },
  url: `${api}/${where}/hooks/${hook.id}`,
  deliveries_url: `${api}/${where}/hooks/${hook.id}/deliveries`,
});

function answerDeliveries(call: HookCall, hooks: readonly Hook[], rest: string): RestAnswer {
  const { webhooks, request, method } = call;
  const ids = new Set(hooks.map(({ id }) => id));
  const all = webhooks.deliveries.filter(({ hookId }) => ids.has(hookId));
  const [, number, attempts] = /^\/deliveries(?:\/(\d+)(\/attempts)?)?$/.exec(rest) ?? [];
  if (number === undefined) return method === "GET" && rest === "/deliveries" ? newestFirst(request, all) : notFound();
  const one = all.find((delivery) => delivery.number === Number(number));
  if (!one) return notFound();
  if (!attempts)
    return { body: { ...summary(one), request: { headers: {}, payload: one.payload }, response: { headers: {}, payload: "" } } };
  if (method !== "POST") return notFound();
  void webhooks.redeliver(one.number);
  return { status: 202, body: {} };
}

/** Pages of this list go by a cursor and have no numbers. */
function newestFirst(request: RestRequest, all: readonly Delivery[]): RestAnswer {
  const { query } = request;
  const size = Math.min(100, Math.max(1, Number(query.get("per_page")) || 30));
  const before = Number(query.get("cursor")?.replace(/^v1_/, "")) || Number.POSITIVE_INFINITY;
  const isWanted = ({ status }: Delivery) => query.get("status") !== "failure" || !isDelivered(status);
  const list = all.filter((delivery) => delivery.number < before && isWanted(delivery)).toReversed();
  const shown = list.slice(0, size);
  const next = new URLSearchParams(query);
  next.set("cursor", `v1_${shown.at(-1)?.number ?? 0}`);
  const link = `<${request.api}${request.linkPath}?${next.toString()}>; rel="next"`;
  return { body: shown.map(summary), ...(list.length > size && { headers: { link } }) };
}

const isDelivered = (status: number) => status >= 200 && status < 300;

const summary = ({ number, id, deliveredAt, isRedelivery, status, event, payload }: Delivery) => ({
  id: number,
  guid: id,
  delivered_at: iso(deliveredAt),
  redelivery: isRedelivery,
  duration: 0.1,
  status: status === 0 ? "failed to connect to host" : isDelivered(status) ? "OK" : `Invalid HTTP Response: ${status}`,
  status_code: status === 0 ? 502 : status,
  event,
  action: (payload.action as string | undefined) ?? null,
  installation_id: null,
  repository_id: (payload.repository as { id?: number } | undefined)?.id ?? null,
  throttled_at: null,
});
