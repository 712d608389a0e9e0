import type { Instant } from "../domain/instant.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { listCalendars } from "../workspace/calendars.ts";
import { listIntegrations } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { listProfiles } from "../workspace/profiles.ts";
import { listProjects } from "../workspace/projects.ts";

const OWN = "leadline";

/** The common columns of a row that people wrote. */
const own = (table: string, nativeId: string, ingestedAt: Instant) => ({
  id: `${OWN}:${table}:${OWN}:${nativeId}`,
  integrationId: OWN,
  nativeId,
  ingestedAt,
});

/** Address of an integration without path, query or user: what facts may show. */
function hostOf(config: Readonly<Record<string, unknown>>): string | null {
  const { url } = config;
  return typeof url === "string" && URL.canParse(url) ? new URL(url).origin : null;
}

/**
 * Mirrors what facts need of the workspace into the warehouse, whole tables at a time; facts never read the workspace.
 * Called after every change and at start, so that a crash in between heals itself.
 */
export async function publish(workspace: Workspace, warehouse: Warehouse): Promise<void> {
  const [integrations, projects, profiles, calendars] = [
    (await listIntegrations(workspace)).filter(({ lifecycle }) => lifecycle !== "deleting"),
    await listProjects(workspace),
    await listProfiles(workspace),
    await listCalendars(workspace),
  ];
  await warehouse.replaceRows(
    "integration",
    integrations.map(({ id, connector, name, config, createdAt, updatedAt }) => ({
      ...own("integration", id, updatedAt),
      connector,
      name,
      baseUrl: hostOf(config),
      createdAt,
    })),
  );
  const living = new Set(integrations.map(({ id }) => id));
  await warehouse.replaceRows(
    "integration_mapping",
    projects.flatMap(({ key, integrations: mapped, updatedAt }) =>
      mapped
        .filter((id) => living.has(id))
        .map((id) => ({
          ...own("integration_mapping", `${key}/${id}`, updatedAt),
          projectKey: key,
          mappedIntegrationId: id,
        })),
    ),
  );
  await warehouse.replaceRows(
    "profile",
    profiles.map(({ id, version, name, settings, validFrom, validTo }) => ({
      ...own("profile", `${id}/${version}`, validFrom ?? EPOCH),
      profileId: id,
      name,
      version,
      settings: settings as never,
      validFrom,
      validTo,
    })),
  );
  for (const { id, holidays, ...calendar } of calendars) {
    const row = { ...own("calendar", id, EPOCH), ...calendar, holidays: [...holidays] };
    await warehouse.replaceRows("calendar", [row], { column: "id", equals: row.id });
  }
}

/** Rows of the workspace that carry no time of their own. */
const EPOCH = "1970-01-01T00:00:00Z";
