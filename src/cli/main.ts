#!/usr/bin/env node
import { Command, CommanderError } from "commander";

import { version } from "../server/version.ts";
import { apply } from "./apply.ts";
import { backfill } from "./backfill.ts";
import { backup, restore } from "./backup.ts";
import { connect } from "./connect.ts";
import { doctor } from "./doctor.ts";
import { ingest } from "./ingest.ts";
import { integrations } from "./integrations.ts";
import { metrics } from "./metrics.ts";
import { open } from "./open.ts";
import { openapi } from "./openapi.ts";
import { explain, query } from "./query.ts";
import { read } from "./read.ts";
import { rebuild } from "./rebuild.ts";
import { simulate } from "./simulate.ts";
import { sql } from "./sql.ts";
import { tasks } from "./tasks.ts";
import { up } from "./up.ts";
import { webhooks } from "./webhooks.ts";

const commands = [
  up,
  connect,
  integrations,
  apply,
  ingest,
  backfill,
  tasks,
  webhooks,
  query,
  explain,
  metrics,
  sql,
  read,
  simulate,
  rebuild,
  backup,
  restore,
  doctor,
  open,
  openapi,
];

// Data folders, backups and keys are for the user who runs this alone.
process.umask(0o077);

const program = new Command("leadline").description("Self-hosted software engineering insights").version(version).exitOverride();
program.configureOutput({ writeErr: (text) => void process.stderr.write(text) });
for (const add of commands) add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Bad usage is 2; help and version that were asked for are no failure.
  process.exitCode = error.exitCode === 0 || error.code === "commander.helpDisplayed" ? 0 : 2;
}
