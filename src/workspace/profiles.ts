import { defaultProfile } from "../domain/profile.ts";
import type { Instant } from "../domain/instant.ts";
import type { Workspace } from "./open.ts";

export interface Profile {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly validFrom: Instant | null;
  readonly validTo: Instant | null;
}

const DEFAULT_PROFILE = "default";

/** Every version of every profile, newest version first; the default profile is made on first use. */
export async function listProfiles({ db }: Workspace): Promise<Profile[]> {
  const rows = await db.selectFrom("profile").selectAll().orderBy("profileId").orderBy("version", "desc").execute();
  if (rows.length === 0) {
    await db
      .insertInto("profile")
      .values({
        profileId: DEFAULT_PROFILE,
        version: 1,
        name: "Default",
        settings: JSON.stringify(defaultProfile),
        validFrom: null,
        validTo: null,
      })
      .onConflict((conflict) => conflict.columns(["profileId", "version"]).doNothing())
      .execute();
    return [{ id: DEFAULT_PROFILE, version: 1, name: "Default", settings: defaultProfile, validFrom: null, validTo: null }];
  }
  return rows.map(({ profileId, settings, ...row }) => ({
    ...row,
    id: profileId,
    settings: JSON.parse(settings) as Record<string, unknown>,
  }));
}
