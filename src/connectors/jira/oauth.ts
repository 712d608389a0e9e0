import { z } from "zod";

import { addSeconds } from "../../domain/instant.ts";
import type { Ask, ClientSpec } from "../../ingest/connector.ts";
import { siteOf, type Config } from "./config.ts";
import { siteNotGranted } from "./problems.ts";

const grant = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  refresh_token: z.string().optional(),
});
const resources = z.array(z.object({ id: z.string(), url: z.string() }));

const gatewayOf = ({ gateway }: Config): string => gateway.replace(/\/+$/, "");
const throughGateway = (config: Config, cloudId: string): string => `${gatewayOf(config)}/ex/jira/${cloudId}`;

/** With a refresh token alone the exchange tells the rest of the address. */
export const baseOf = (config: Config): string =>
  config.cloud_id !== undefined
    ? throughGateway(config, config.cloud_id)
    : config.refresh_token === undefined
      ? siteOf(config)
      : gatewayOf(config);

/**
 * Client credentials of a service account, or an app with a refresh token, which every exchange replaces. Atlassian takes the one
 * before for ten minutes more. https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
 * https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/
 */
export function oauth(config: Config): Pick<ClientSpec, "authorize" | "authorizeAt" | "rotating" | "locate"> {
  const server = config.sign_in.replace(/\/+$/, "");
  const isRotating = config.refresh_token !== undefined;
  const client = { client_id: config.client_id!, client_secret: config.client_secret! };
  return {
    authorizeAt: new URL(server).origin,
    ...(isRotating ? { rotating: "refresh_token" } : {}),
    async authorize(ask, { current }) {
      const body = isRotating
        ? { grant_type: "refresh_token", ...client, refresh_token: current }
        : { grant_type: "client_credentials", ...client };
      const answer = await ask({ method: "POST", path: `${server}/oauth/token`, body });
      const { access_token, expires_in, refresh_token } = grant.parse(answer.body);
      return {
        headers: { authorization: `Bearer ${access_token}` },
        expiresAt: addSeconds(answer.receivedAt, expires_in),
        ...(isRotating && refresh_token !== undefined ? { rotated: refresh_token } : {}),
      };
    },
    ...(isRotating && config.cloud_id === undefined ? { locate: (ask, headers) => siteAddress(ask, { config, headers }) } : {}),
  };
}

type Headers = Readonly<Record<string, string>>;

/** The site among those that the app was given. */
async function siteAddress(ask: Ask, { config, headers }: { config: Config; headers: Headers }): Promise<string> {
  const answer = await ask({ path: `${gatewayOf(config)}/oauth/token/accessible-resources`, headers });
  const granted = resources.parse(answer.body);
  const site = siteOf(config);
  const found = granted.find(({ url }) => new URL(url).origin === new URL(site).origin);
  if (!found) throw siteNotGranted(site, [...new Set(granted.map(({ url }) => url))]);
  return throughGateway(config, found.id);
}
