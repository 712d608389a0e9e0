import type { Instant } from "../../domain/instant.ts";
import { inAnyOrder } from "../facts/helper-tables.ts";
import { readProfiles } from "../facts/profiles.ts";
import type { Warehouse } from "../warehouse.ts";
import { buildCalendarDays } from "./calendar-days.ts";
import { buildDuplicates } from "./duplicates.ts";
import { buildIncidentLinks } from "./incidents.ts";
import { buildIssueLinks } from "./issue-links.ts";
import { buildLineage } from "./lineage.ts";
import { buildPeople } from "./people.ts";
import { buildIssueSprints } from "./sprints.ts";
import { buildTeams } from "./teams.ts";

/**
 * Computes every link table from entities and settings, in the order in which they need each other. Running it again gives
 * the same rows; each table is replaced in a transaction of its own.
 */
export async function buildLinks(warehouse: Warehouse, { now }: { now: Instant }): Promise<void> {
  const profiles = await readProfiles(warehouse);
  await inAnyOrder(warehouse, async () => {
    await buildDuplicates(warehouse, now);
    await buildPeople(warehouse, now);
    await buildTeams(warehouse, now);
    await buildCalendarDays(warehouse, { now, profiles });
    await buildIssueLinks(warehouse, now);
    await buildLineage(warehouse, { now, profiles });
    await buildIncidentLinks(warehouse, { now, profiles });
    await buildIssueSprints(warehouse, now);
  });
}
