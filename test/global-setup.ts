import type { TestProject } from "vitest/node";

import { startPostgres } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL server that tests may create databases on; null when none can be started. */
    postgresUrl: string | null;
    /** Why `postgresUrl` is null. */
    postgresMissing: string | null;
  }
}

/** Starts one private PostgreSQL server for the whole run, or uses the one that LEADLINE_TEST_POSTGRES_URL names. */
export default async function setup(project: TestProject) {
  const given = process.env.LEADLINE_TEST_POSTGRES_URL;
  if (given) {
    project.provide("postgresUrl", given);
    project.provide("postgresMissing", null);
    return;
  }
  const server = await startPostgres();
  project.provide("postgresUrl", server.url);
  project.provide("postgresMissing", server.missing);
  return server.stop;
}
