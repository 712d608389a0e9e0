import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** What reading was expected to take, and what it took. */
export const forecast: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("forecast")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("integrationId", "text", (column) => column.notNull())
      .addColumn("subject", "text", (column) => column.notNull())
      .addColumn("madeAt", "text", (column) => column.notNull())
      .addColumn("forecast", "text", (column) => column.notNull())
      .addColumn("actual", "text")
      .addColumn("outcome", "text")
      .addColumn("finishedAt", "text")
      .execute();
    await db.schema.createIndex("forecastIntegration").on("forecast").columns(["integrationId", "madeAt"]).execute();
  },
};
