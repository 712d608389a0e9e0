import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** When each integration was compared with its provider's lists, and how often it shall be. */
export const reconciliation: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("reconciliation")
      .addColumn("integrationId", "text", (column) => column.notNull())
      .addColumn("everySeconds", "integer", (column) => column.notNull())
      .addColumn("requestedAt", "text")
      .addColumn("request", "text")
      .addColumn("startedAt", "text")
      .addColumn("finishedAt", "text")
      .addColumn("outcome", "text")
      .addColumn("error", "text")
      .addPrimaryKeyConstraint("reconciliation_key", ["integrationId"])
      .execute();
  },
};
