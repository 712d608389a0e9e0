import type { Migration } from "kysely/migration";

/** Who exchanges a secret that every exchange replaces holds it until then. */
export const secretLease: Migration = {
  async up(db) {
    await db.schema.alterTable("integrationSecret").addColumn("leasedUntil", "text").execute();
  },
};
