import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

import { make } from "./columns.ts";

/** Of several servers on one workspace one does the work. */
export const lease: Migration = {
  async up(db: Kysely<unknown>) {
    const columns = { name: "text!", owner: "text!", place: "text!", address: "text", takenAt: "text!", until: "text!" } as const;
    await make(db.schema, "lease", columns, ["name"]);
  },
};
