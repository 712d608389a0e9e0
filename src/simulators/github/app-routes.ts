import { APP, type Credential, type Credentials } from "./auth.ts";
import type { Limits } from "./limits.ts";
import { user } from "./rest/render.ts";
import { page, refusal, type RestAnswer, type RestRequest } from "./rest/request.ts";

/** What a GitHub App's installation may read. */
const PERMISSIONS = {
  metadata: "read",
  contents: "read",
  pull_requests: "read",
  issues: "read",
  actions: "read",
  checks: "read",
  deployments: "read",
  members: "read",
  organization_projects: "read",
};

export interface SpecialCall {
  readonly method: string;
  readonly request: RestRequest;
  readonly path: string;
  readonly credential: Credential;
  readonly credentials: Credentials;
  readonly limits: Limits;
  /** Of an Enterprise Server; null on github.com. */
  readonly version: string | null;
}

/** Routes that depend on the credential rather than on what it reads; null when the path is none of them. */
export function answerSpecial(call: SpecialCall): (RestAnswer & { route: string; isFree?: boolean }) | null {
  const { path, credential, method, limits } = call;
  if (path === "/rate_limit" && limits.isOff) return { ...refusal(404, "Rate limiting is not enabled."), route: path };
  if (path === "/rate_limit") return { ...rateLimit(call), route: "/rate_limit", isFree: true };
  if (path === "/meta")
    return {
      body: { verifiable_password_authentication: false, ...(call.version && { installed_version: call.version }) },
      route: "/meta",
    };
  if (path === "/app" || path.startsWith("/app/")) return { ...appRoute(call), route: path.replace(/\d+/, "{id}") };
  if (credential.kind === "app") return { ...refusal(401, "A JSON web token could not be decoded"), route: path };
  if (path === "/installation/repositories" && credential.kind !== "installation")
    return {
      ...refusal(
        403,
        "You must authenticate with an installation access token in order to list repositories for an installation.",
      ),
      route: path,
    };
  if (path.startsWith("/user") && !path.startsWith("/users") && credential.kind === "installation")
    return { ...refusal(403, "Resource not accessible by integration"), route: path };
  if (method !== "GET" && method !== "HEAD") return { ...refusal(404, "Not Found"), route: `${method} ${path}` };
  return null;
}

/** Free of charge. https://docs.github.com/en/rest/rate-limit/rate-limit */
function rateLimit({ limits, credential }: SpecialCall): RestAnswer {
  const read = (resource: "core" | "graphql" | "search") => {
    const { limit, used, remaining, reset } = limits.read(credential.token, resource);
    return { limit, used, remaining, reset };
  };
  const core = read("core");
  return { body: { resources: { core, search: read("search"), graphql: read("graphql") }, rate: core } };
}

/** https://docs.github.com/en/rest/apps/apps */
function appRoute({ path, method, credential, credentials, request }: SpecialCall): RestAnswer {
  if (credential.kind !== "app") return refusal(401, "A JSON web token could not be decoded");
  const installation = {
    id: APP.installationId,
    account: user(request, request.state.owner),
    repository_selection: "all",
    access_tokens_url: `${request.api}/app/installations/${APP.installationId}/access_tokens`,
    app_id: APP.id,
    app_slug: APP.slug,
    target_type: request.state.owner.kind,
    permissions: PERMISSIONS,
    events: [],
    suspended_at: null,
  };
  if (path === "/app")
    return {
      body: {
        id: APP.id,
        slug: APP.slug,
        name: "Leadline",
        owner: user(request, request.state.owner),
        permissions: PERMISSIONS,
        events: [],
        html_url: `${request.web}/apps/${APP.slug}`,
      },
    };
  if (path === "/app/installations") return page(request, { list: [installation], render: (entry) => entry });
  const match = /^\/app\/installations\/(\d+)(\/access_tokens)?$/.exec(path);
  if (Number(match?.[1]) !== APP.installationId) return refusal(404, "Not Found");
  if (!match![2]) return { body: installation };
  if (method !== "POST") return refusal(404, "Not Found");
  const issued = credentials.issueInstallationToken();
  return {
    status: 201,
    body: {
      token: issued.token,
      expires_at: new Date(issued.expiresAt! * 1000).toISOString(),
      permissions: PERMISSIONS,
      repository_selection: "all",
      repositories: undefined,
    },
  };
}
