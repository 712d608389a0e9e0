import { createSign } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { newKey } from "./auth.ts";
import { startGithubSimulator, type GithubSimulator } from "./index.ts";
import { Client, type Json } from "./testing/client.ts";

let simulator: GithubSimulator;
beforeAll(async () => {
  simulator = await startGithubSimulator({ size: "tiny" });
});
afterAll(() => simulator.stop());

const seconds = () => Math.floor(Date.now() / 1000);

function jwt(claims: Json = {}, key = simulator.app.privateKey): Client {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: seconds() - 60, exp: seconds() + 540, iss: simulator.app.id, ...claims })}`;
  return new Client(simulator, `${body}.${createSign("RSA-SHA256").update(body).sign(key, "base64url")}`);
}

test("an app finds its installation and gets a token of one hour that reads repositories", async () => {
  const app = jwt();
  expect((await app.rest("/app")).body).toMatchObject({ id: simulator.app.id, slug: "leadline" });
  const [installation] = (await app.rest<Json[]>("/app/installations")).body;
  expect(installation).toMatchObject({ id: simulator.app.installationId, account: { login: "acme" } });
  const issued = await app.rest(`/app/installations/${String(installation!.id)}/access_tokens`, {}, "POST");
  expect(issued.status).toBe(201);
  expect(Date.parse(String(issued.body.expires_at)) / 1000 - seconds()).toBeGreaterThan(3500);
  const client = new Client(simulator, String(issued.body.token));
  expect((await client.rest("/installation/repositories?per_page=1")).body).toMatchObject({ total_count: 2 });
  const { headers } = await client.rest("/repos/acme/pay");
  expect([headers.get("x-oauth-scopes"), headers.has("github-authentication-token-expiration")]).toEqual([null, true]);
});

test.each([
  ["a lifetime over ten minutes", { exp: seconds() + 3600 }, /too far in the future/],
  ["an end in the past", { exp: seconds() - 5 }, /must be a numeric value representing the future/],
  ["another app", { iss: 1 }, /Integration not found/],
  ["a beginning in the future", { iat: seconds() + 600 }, /'Issued at' claim/],
])("a JWT with %s is refused", async (_, claims, message) => {
  const answer = await jwt(claims).rest("/app");
  expect([answer.status, answer.body.message]).toEqual([401, expect.stringMatching(message)]);
});

test("a JWT signed by another key, and a JWT where a token belongs", async () => {
  const other = await startGithubSimulator({ size: "tiny" });
  const forged = await jwt({}, other.app.privateKey).rest("/app");
  await other.stop();
  expect(forged.body.message).toBe("A JSON web token could not be decoded");
  expect((await jwt().rest("/repos/acme/pay")).status).toBe(401);
});

test("an app has several keys, so that one can take the other's place", async () => {
  const other = await startGithubSimulator({ size: "tiny" });
  const ask = async (key: string) => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const body = `${part({ alg: "RS256" })}.${part({ iat: seconds() - 60, exp: seconds() + 540, iss: other.app.id })}`;
    return (await new Client(other, `${body}.${createSign("RSA-SHA256").update(body).sign(key, "base64url")}`).rest("/app"))
      .status;
  };
  const [first, second] = [other.app.privateKey, other.credentials.addKey(newKey())];
  expect([await ask(first), await ask(second)]).toEqual([200, 200]);
  other.credentials.deleteKey(first);
  expect([await ask(first), await ask(second)]).toEqual([401, 200]);
  await other.stop();
});

test("a token of an installation ends after an hour of the vendor's clock", async () => {
  const other = await startGithubSimulator({ size: "tiny", now: "2026-11-01T00:00:00Z" });
  const { token } = other.credentials.issueInstallationToken();
  const status = async () => (await new Client(other, token).rest("/repos/acme/pay")).status;
  other.advance(3500);
  expect(await status()).toBe(200);
  other.advance(100);
  expect(await status()).toBe(401);
  await other.stop();
});

test("a personal token may not ask as an installation, an installation not as a user", async () => {
  expect((await new Client(simulator).rest("/installation/repositories")).status).toBe(403);
  const { token } = simulator.credentials.issueInstallationToken();
  expect((await new Client(simulator, token).rest("/user")).body.message).toBe("Resource not accessible by integration");
});

test("a token that ended or was revoked is bad", async () => {
  simulator.credentials.issue({
    kind: "fine-grained",
    token: "github_pat_old",
    scopes: [],
    expiresAt: seconds() - 1,
    mayReadActions: true,
  });
  expect((await new Client(simulator, "github_pat_old").rest("/user")).body.message).toBe("Bad credentials");
  const { token } = simulator.credentials.issueInstallationToken();
  simulator.credentials.revoke(token);
  expect((await new Client(simulator, token).rest("/repos/acme/pay")).status).toBe(401);
});
