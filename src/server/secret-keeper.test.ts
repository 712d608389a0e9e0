import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { createIntegration } from "../workspace/integrations.ts";
import { useSecrets } from "../workspace/integration-secrets.ts";
import { openWorkspace, type Workspace } from "../workspace/open.ts";
import { everything } from "../workspace/selection.ts";
import { createSecretKeeper } from "./secret-keeper.ts";

let home: string;
let workspace: Workspace;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "leadline-keeper-"));
  workspace = await openWorkspace({ home });
});
afterEach(async () => {
  await workspace.close();
  await rm(home, { recursive: true, force: true });
});

const connected = async (token: string) =>
  createIntegration(
    workspace,
    { kind: "user", id: "ann", name: "Ann" },
    {
      connector: "acme",
      name: "Acme",
      description: null,
      tags: [],
      config: {},
      secrets: { token },
      backfillSince: null,
      everySeconds: 300,
      selection: everything,
    },
  );

it("goes on with what followed a secret that was tried before it was saved", async () => {
  const keeper = createSecretKeeper(workspace);
  const used: string[] = [];
  const exchange = async (current: string) => {
    used.push(current);
    return { rotated: `${current}+` };
  };
  await keeper.exchange({ integrationId: "unsaved", field: "token", given: "first", isTried: true }, exchange);
  const { id: integrationId } = await connected("first");
  const saved = { integrationId, field: "token", given: "first", isTried: false };
  await keeper.exchange(saved, exchange);
  await createSecretKeeper(workspace).exchange(saved, exchange);
  expect(used).toEqual(["first", "first+", "first++"]);
  expect(await useSecrets(workspace, integrationId)).toEqual({ token: "first+++" });
});

it("saves nothing of a secret that is only tried", async () => {
  const { id: integrationId } = await connected("first");
  const tried = { integrationId, field: "token", given: "another", isTried: true };
  await createSecretKeeper(workspace).exchange(tried, async () => ({ rotated: "another+" }));
  expect(await useSecrets(workspace, integrationId)).toEqual({ token: "first" });
});
