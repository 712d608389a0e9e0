import type { JiraAnswer } from "./routes.ts";
import type { Json } from "./state.ts";

const LASTS_MS = 3_600_000;
/** So long a replaced refresh token is still taken. */
const REUSE_MS = 600_000;

export interface Grants {
  /** `POST /oauth/token`. https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/ */
  grant(body: Json): JiraAnswer;
  isIssued(accessToken: string): boolean;
  /** The refresh token of somebody who has just authorised the app. */
  authorise(): string;
  /** The owner withdraws what the app was given. */
  revoke(): void;
  /** The newest refresh tokens, oldest first. */
  readonly refreshTokens: readonly string[];
}

interface Refresh {
  readonly family: number;
  replacedAt: number | null;
}

/** Tokens that an app gets: access tokens of an hour, refresh tokens that every use replaces; one used late ends all that came of it. */
export function createGrants(client: { id: string; secret: string }, now: () => number): Grants {
  const issued = new Map<string, { until: number; family: number | null }>();
  const refreshes = new Map<string, Refresh>();
  const ended = new Set<number>();
  let families = 0;
  const issue = (family: number | null): JiraAnswer["body"] => {
    const token = `issued-${issued.size + 1}-${client.id}`;
    issued.set(token, { until: now() + LASTS_MS, family });
    return { access_token: token, expires_in: LASTS_MS / 1000, token_type: "Bearer" };
  };
  const newRefresh = (family: number): string => {
    const token = `refresh-${refreshes.size + 1}-of-${client.id}`;
    refreshes.set(token, { family, replacedAt: null });
    return token;
  };
  const denied = { status: 401, body: { error: "access_denied", error_description: "Unauthorized" } };
  const invalid = { status: 403, body: { error: "invalid_grant", error_description: "Unknown or invalid refresh token." } };
  return {
    grant({ grant_type, client_id, client_secret, refresh_token }) {
      if (client_id !== client.id || client_secret !== client.secret) return denied;
      if (grant_type === "client_credentials") return { body: issue(null) };
      if (grant_type !== "refresh_token") return denied;
      const refresh = refreshes.get(String(refresh_token));
      if (!refresh || ended.has(refresh.family)) return invalid;
      if (refresh.replacedAt !== null && now() - refresh.replacedAt > REUSE_MS) {
        ended.add(refresh.family);
        return invalid;
      }
      refresh.replacedAt ??= now();
      return {
        body: { ...(issue(refresh.family) as object), refresh_token: newRefresh(refresh.family), scope: "offline_access" },
      };
    },
    isIssued(accessToken) {
      const known = issued.get(accessToken);
      return known !== undefined && now() < known.until && !(known.family !== null && ended.has(known.family));
    },
    authorise: () => newRefresh(++families),
    revoke() {
      for (let family = 1; family <= families; family++) ended.add(family);
    },
    get refreshTokens() {
      return [...refreshes.keys()];
    },
  };
}
