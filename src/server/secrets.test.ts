import { afterEach, beforeEach, expect, it } from "vitest";

import { sendJson } from "../ingest/testing/provider.ts";
import { openTestHouse, SECRET, type TestHouse } from "./testing/house.ts";

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse({ isStarted: true });
});
afterEach(() => house.close());

it("a credential is in no answer, no log line, no audit row, no error and no table in clear", async () => {
  const texts: string[] = [];
  const ask: TestHouse["ask"] = async (...given) => {
    const answer = await house.ask(...given);
    texts.push(answer.text, JSON.stringify(answer.headers));
    return answer;
  };
  const config = { url: house.provider.url, token: SECRET };
  // In the wrong place, misspelt, refused, and in an address.
  await ask("POST", "/api/v1/integrations", { connector: "things", name: "x", config: { ...config, tokn: SECRET } });
  await ask("POST", "/api/v1/integrations", {
    connector: "things",
    name: "x",
    config: { ...config, url: `http://me:${SECRET}@127.0.0.1:1` },
  });
  await ask("POST", "/api/v1/integrations", { connector: "things", name: "x", config: { token: SECRET } });
  await ask("POST", "/api/v1/integrations/check", { connector: "things", config: { ...config, url: "http://169.254.169.254/" } });
  await ask("POST", "/api/v1/integrations/check", { connector: "things", config: { ...config, url: "http://127.0.0.1:1/" } });
  house.provider.fault = ({ headers }, response) => {
    sendJson(response, { message: `bad ${headers.authorization}` }, 401);
    return true;
  };
  await ask("POST", "/api/v1/integrations/check", { connector: "things", config });
  house.provider.fault = () => false;
  // The vendor gives it back inside a record.
  house.provider.things.get("a")!.push({ id: 99, title: `leaked ${SECRET}`, updatedAt: new Date().toISOString() });
  const { body } = await ask("POST", "/api/v1/integrations", { connector: "things", name: "Things", config });
  await ask("POST", `/api/v1/integrations/${body.id}/check`, {});
  await ask("POST", `/api/v1/integrations/${body.id}/changes`, { config: { token: `${SECRET}-new` } });
  await house.ingest(body.id);
  await ask("PATCH", `/api/v1/integrations/${body.id}`, { config: { token: SECRET }, name: "Renamed" });
  house.provider.fault = (_call, response) => {
    response.writeHead(500, { "content-type": "text/plain" }).end(`broken ${SECRET}`);
    return true;
  };
  await ask("POST", `/api/v1/integrations/${body.id}/check`, {});
  for (const path of ["", "/health", "/streams", "/tasks", "/scopes", "/data", "/ingest", "/impact"])
    await ask("GET", `/api/v1/integrations/${body.id}${path}`);
  for (const path of ["audit", "integrations", "tasks", "overview", "connectors", "tokens", "session"])
    await ask("GET", `/api/v1/${path}`);
  await ask("POST", "/api/v1/sql", { sql: "select * from account_group" });
  const hashes = await ask("POST", "/api/v1/sql", { sql: "select hash from raw_record union select body_hash from raw_page" });
  expect(hashes.body.rows.length).toBeGreaterThan(20);
  for (const { hash } of hashes.body.rows) await ask("GET", `/api/v1/archive/${hash}`);
  await ask("GET", "/metrics");

  const { db } = house.house.context.workspace;
  for (const table of ["integration", "integrationSecret", "audit", "ingestionTask", "setting"] as const)
    texts.push(JSON.stringify(await db.selectFrom(table).selectAll().execute()));
  texts.push(...house.logged);
  expect(texts.length).toBeGreaterThan(60);
  expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
  expect(texts.some((text) => text.includes("leaked [secret]"))).toBe(true);
}, 60_000);
