import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { listBackfills } from "../workspace/backfills.ts";
import { createIntegration, getIntegration, noteRun, type Integration } from "../workspace/integrations.ts";
import { openWorkspace, type Workspace } from "../workspace/open.ts";
import { everything } from "../workspace/selection.ts";
import { BackfillPurpose } from "./run-backfill.ts";
import { noteOutcome } from "./run-live.ts";
import type { RunContext, RunEnd } from "./run.ts";

const ann = { kind: "user", id: "ann", name: "Ann" } as const;
const refused = { code: "acme_credential_refused", title: "acme refused the credential.", detail: null, hint: "Give a new one." };
const well: RunEnd = { state: "succeeded", remarks: [] };
const badly: RunEnd = { state: "failed", fatal: refused };

let home: string;
let workspace: Workspace;
let clock: number;
let context: RunContext;
let integration: Integration;

beforeEach(async () => {
  clock = Date.parse("2026-05-04T10:00:00Z");
  home = await mkdtemp(join(tmpdir(), "leadline-backfill-end-"));
  workspace = await openWorkspace({ home, now: () => new Date((clock += 1000)).toISOString() });
  context = { workspace, elapsed: () => clock } as RunContext;
  integration = await createIntegration(workspace, ann, {
    connector: "acme",
    name: "acme",
    description: null,
    tags: [],
    config: {},
    secrets: {},
    backfillSince: null,
    everySeconds: 300,
    selection: everything,
  });
});
afterEach(async () => {
  await workspace.close();
  await rm(home, { recursive: true, force: true });
});

const beginHistory = async () => {
  const [backfill] = await listBackfills(workspace, integration.id);
  const purpose = new BackfillPurpose(context, backfill!);
  await purpose.begin(await getIntegration(workspace, integration.id), workspace.now());
  return purpose;
};
/** A run for news, from its start to its end. */
const readNews = async (end: RunEnd) => {
  await noteRun(workspace, integration.id, { lastRunAt: workspace.now() });
  await noteOutcome(context, integration.id, end);
};
const status = async () => (await getIntegration(workspace, integration.id)).status;

describe("the end of a backfill", () => {
  it("makes an integration healthy that nobody has judged yet, or that had failed before it began", async () => {
    await (await beginHistory()).end(well);
    expect(await status()).toBe("HEALTHY");

    await readNews(badly);
    await (await beginHistory()).end(well);
    expect(await status()).toBe("HEALTHY");
  });

  it("does not call an integration healthy whose credential was refused meanwhile", async () => {
    const history = await beginHistory();
    await readNews(badly);
    await history.end(well);
    expect(await status()).toBe("FAILED");
  });

  it("does not call an integration healthy that failed again meanwhile", async () => {
    await readNews(badly);
    const history = await beginHistory();
    await readNews(badly);
    await history.end(well);
    expect(await status()).toBe("FAILED");
  });

  it("leaves an integration healthy whose news were read meanwhile, when single streams of it failed", async () => {
    const history = await beginHistory();
    await readNews(well);
    const task = { errorCode: "stream_forbidden", errorMessage: "The stream cannot be read." };
    await history.end({ state: "failed", fatal: null, failed: [task as never], total: 3 });
    expect(await status()).toBe("HEALTHY");
  });
});
