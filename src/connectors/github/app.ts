import { createPrivateKey, createSign, type KeyObject } from "node:crypto";

import { z } from "zod";

import type { Instant } from "../../domain/instant.ts";
import type { Ask, ClientSpec } from "../../ingest/connector.ts";
import type { Config } from "./config.ts";
import { installationUnclear, privateKeyUnreadable } from "./problems.ts";

const installation = z.object({ id: z.number(), account: z.object({ login: z.string() }).nullish() });
const grant = z.object({ token: z.string(), expires_at: z.string() });

/**
 * Exchanges the App's key for a token of one installation, good for an hour.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app
 */
export const authorizeAs =
  (app: { id: string; key: string; installation: string | undefined }): NonNullable<ClientSpec["authorize"]> =>
  async (ask, { now }) => {
    const headers = appHeaders(app, now);
    const id = app.installation ?? (await onlyInstallation(ask, headers));
    const answer = await ask({ method: "POST", path: `/app/installations/${id}/access_tokens`, headers, body: {} });
    const { token, expires_at } = grant.parse(answer.body);
    return { headers: { authorization: `Bearer ${token}` }, expiresAt: expires_at };
  };

/** For the few calls that the App makes as itself and not as one of its installations. `now` by GitHub's clock: ours may be wrong. */
export const appHeaders = ({ id, key }: { id: string; key: string }, now: Instant): { authorization: string } => ({
  authorization: `Bearer ${signedJwt(id, readKey(key), Math.floor(Date.parse(now) / 1000))}`,
});

async function onlyInstallation(ask: Ask, headers: Readonly<Record<string, string>>): Promise<string> {
  const answer = await ask({ path: "/app/installations", query: { per_page: 100 }, headers });
  const found = z.array(installation).parse(answer.body);
  if (found.length !== 1 || !found[0])
    throw installationUnclear(
      found.length,
      found.map(({ id, account }) => `${account?.login} ${id}`),
    );
  return String(found[0].id);
}

function readKey(pem: string): KeyObject {
  try {
    // Forms and environment variables often turn line ends into the two characters \n.
    return createPrivateKey(pem.replaceAll("\\n", "\n"));
  } catch {
    throw privateKeyUnreadable();
  }
}

/** RS256; issued a minute ago against clock differences, good for nine minutes of the ten allowed. `now` in seconds. */
export function signedJwt(appId: string, key: KeyObject, now: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: now - 60, exp: now + 540, iss: appId })}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
}

export const appOf = ({ app_id: id, private_key: key, installation_id: installation }: Config) =>
  id !== undefined && key !== undefined ? { id, key, installation } : null;
