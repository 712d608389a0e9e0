import { category, json, text, timestamp } from "../domain/column.ts";
import { type Table, table } from "../domain/table.ts";
import { tables } from "../domain/tables.ts";

/**
 * What the writer remembers of rows that other records mention (`docs/design/domain.md` §9.3). One row is one part: the thing's own
 * version, or one distinct mention. No part: the entity row is the own version. One part without content: the entity row is that mention.
 */
export const sighting = table({
  name: "sighting",
  kind: "C",
  key: "not unique",
  columns: {
    /** Id of the entity row. */
    id: text,
    integrationId: text,
    part: category("own", "mention"),
    rawHash: text,
    ingestedAt: timestamp,
    content: json.nullish(),
  },
});

/** What is known of the end of things (`writer/tombstones.ts`): one row is one statement that a thing was gone at an instant. */
export const tombstone = table({
  name: "tombstone",
  kind: "C",
  key: "not unique",
  columns: {
    /** Id of the entity row. */
    id: text,
    integrationId: text,
    entity: text,
    at: timestamp,
    /** The archived statement. */
    rawHash: text,
  },
});

/** The writer's own tables; each carries `integration_id`. */
export const internalTables: readonly Table[] = [sighting, tombstone];

/** Every table of the warehouse's schema: those of the domain, then the writer's own. */
export const schemaTables: readonly Table[] = [...tables, ...internalTables];
