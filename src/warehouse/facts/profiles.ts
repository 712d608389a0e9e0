import type { Instant } from "../../domain/instant.ts";
import { defaultProfile, profileSettings, type ProfileSettings } from "../../domain/profile.ts";
import type { Warehouse } from "../warehouse.ts";
import { badProfile } from "./problems.ts";
import type { RenderContext } from "./render.ts";
import type { TeamScope } from "./team-scopes.ts";

export interface Profile {
  readonly profileId: string;
  readonly version: number;
  readonly settings: ProfileSettings;
}

interface Stored {
  profile_id: string;
  version: number;
  settings: unknown;
}

/** The newest version of every profile, by id; the built-in default when none is stored. Throws `bad_profile`. */
export async function readProfiles(warehouse: Warehouse): Promise<readonly Profile[]> {
  const { rows } = await warehouse.query<Stored>(
    `select profile_id, version, settings from (
       select p.*, row_number() over (partition by p.profile_id order by p.version desc) as n from profile as p where p.deleted_at is null) as newest
     where n = 1 order by profile_id`,
  );
  if (!rows.length) return [{ profileId: "default", version: 0, settings: defaultProfile }];
  return rows.map((row) => ({ profileId: row.profile_id, version: row.version, settings: readSettings(row) }));
}

function readSettings({ profile_id, settings }: Stored): ProfileSettings {
  const parsed = profileSettings.safeParse(typeof settings === "string" ? JSON.parse(settings) : settings);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badProfile(profile_id, `${issue?.path.join(".") || "settings"}: ${issue?.message}.`);
}

/** Everything that the placeholders of fact files are filled from, for one profile. */
export async function renderContext(warehouse: Warehouse, profile: Profile, now: Instant): Promise<RenderContext> {
  const { settings, profileId } = profile;
  const calendar = await warehouse.query<{ timezone: string }>(
    `select timezone from calendar where id = $1 and deleted_at is null`,
    [settings.calendar_id ?? ""],
  );
  const scopes = await warehouse.query<TeamScope & { filter: unknown }>(
    `select id, team_id, subject, filter, path_prefix, valid_from, valid_to from team_scope where deleted_at is null order by id`,
  );
  return {
    profileId,
    settings,
    now,
    timezone: calendar.rows[0]?.timezone ?? settings.timezone,
    teamScopes: scopes.rows.map((row) => ({
      ...row,
      filter: typeof row.filter === "string" ? JSON.parse(row.filter) : row.filter,
    })),
  };
}
