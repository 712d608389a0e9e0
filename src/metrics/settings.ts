import { predicatesOf } from "../domain/filter.ts";
import type { Instant } from "../domain/instant.ts";
import { defaultCalendarId, defaultProfile, profileSettings } from "../domain/profile.ts";
import type { ProfileSettings } from "../domain/profile.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { Fact } from "./fact.ts";
import { problems } from "./problems.ts";
import type { Parsed } from "./query.ts";

/** What queries read; tests and callers may give less than a whole warehouse. */
export type Readable = Pick<Warehouse, "query">;

export interface Profile {
  readonly id: string;
  readonly version: number;
  readonly settings: ProfileSettings;
}

interface Team {
  readonly id: string;
  readonly parent_team_id: string | null;
  readonly timezone: string | null;
  readonly calendar_id: string | null;
  readonly profile_id: string | null;
}

export interface Build {
  readonly fact: string;
  readonly profile_id: string;
  readonly profile_version: number;
  readonly rule_version: number;
  readonly built_at: Instant;
  readonly data_through: Instant | null;
}

/** What a query needs to know from the warehouse before it can be planned. */
export interface Settings {
  readonly profile: Profile;
  readonly zone: string;
  readonly calendarId: string;
  /** The groups of a query by team. */
  readonly teamGroups: readonly string[];
  /** The state of the fact that the query reads; null before its first build. */
  readonly build: Build | null;
  /** The tables that the query reads are there; before the first build every number is unknown. */
  readonly isBuilt: boolean;
}

/** Reads profiles, teams and builds once, for all queries of one request. */
export class SettingsReader {
  readonly #warehouse: Readable;
  #profiles: Promise<readonly Profile[]> | null = null;
  #teams: Promise<ReadonlyMap<string, Team>> | null = null;
  #builds: Promise<readonly Build[]> | null = null;
  #tables: Promise<ReadonlySet<string>> | null = null;

  constructor(warehouse: Readable) {
    this.#warehouse = warehouse;
  }

  /** Throws `unknown_team` and `unknown_profile`. */
  async read({ query }: Parsed, fact: Fact): Promise<Settings> {
    const named = teamsNamed(query.filters);
    const groupsTeams = query.dimensions.includes("team");
    const teams: ReadonlyMap<string, Team> = named.length || groupsTeams ? await (this.#teams ??= this.#readTeams()) : new Map();
    for (const id of named) if (!teams.has(id)) throw problems.unknownTeam(id);
    const only = named.length === 1 ? named[0]! : null;
    const inherited = (field: "timezone" | "calendar_id" | "profile_id") => (only ? inherit(teams, only, field) : null);
    const profile = choose(await (this.#profiles ??= this.#readProfiles()), query.profile, inherited("profile_id"));
    const builds = await (this.#builds ??= this.#readBuilds());
    return {
      profile,
      zone: query.timezone ?? inherited("timezone") ?? profile.settings.timezone,
      calendarId: inherited("calendar_id") ?? defaultCalendarId(profile.settings),
      teamGroups: groupsTeams ? groupsOf(teams, named) : [],
      build: builds.find((build) => build.profile_id === profile.id && build.fact === fact.name) ?? null,
      isBuilt: await this.#areThere(teams.size ? [fact.name, "fact_team"] : [fact.name], builds),
    };
  }

  async #readProfiles(): Promise<readonly Profile[]> {
    const { rows } = await this.#warehouse.query<{ profile_id: string; version: number; settings: unknown }>(
      `select p.profile_id, p.version, p.settings from profile as p
       join (select profile_id, max(version) as version from profile where deleted_at is null group by profile_id) as newest
         on newest.profile_id = p.profile_id and newest.version = p.version
       where p.deleted_at is null order by p.profile_id`,
    );
    if (!rows.length) return [{ id: "default", version: 0, settings: defaultProfile }];
    return rows.map(({ profile_id, version, settings }) => ({
      id: profile_id,
      version,
      settings: profileSettings.parse(typeof settings === "string" ? JSON.parse(settings) : settings),
    }));
  }

  async #readTeams(): Promise<ReadonlyMap<string, Team>> {
    const { rows } = await this.#warehouse.query<Team>(
      "select id, parent_team_id, timezone, calendar_id, profile_id from team where deleted_at is null order by id",
    );
    return new Map(rows.map((team) => [team.id, team]));
  }

  /** Whether all these fact tables are there; a build says so without another look. */
  async #areThere(names: readonly string[], builds: readonly Build[]): Promise<boolean> {
    if (names.every((name) => builds.some(({ fact }) => fact === name))) return true;
    const tables = await (this.#tables ??= this.#readTables());
    return names.every((name) => tables.has(name));
  }

  async #readTables(): Promise<ReadonlySet<string>> {
    const { rows } = await this.#warehouse.query<{ table_name: string }>(
      "select table_name from information_schema.tables where table_schema = current_schema() and table_name like 'fact%'",
    );
    return new Set(rows.map(({ table_name }) => table_name));
  }

  async #readBuilds(): Promise<readonly Build[]> {
    const { rows } = await this.#warehouse.query<Build>(
      "select fact, profile_id, profile_version, rule_version, built_at, data_through from fact_build",
    );
    return rows;
  }
}

/** Every team that a filter on `team` names. */
export const teamsNamed = (filters: Parsed["query"]["filters"]): string[] => [
  ...new Set(
    filters
      .flatMap((filter) => predicatesOf(filter))
      .filter((predicate) => predicate[1] === "team")
      .flatMap((predicate) => (predicate[2] ?? []).map(String)),
  ),
];

function inherit(teams: ReadonlyMap<string, Team>, id: string, field: "timezone" | "calendar_id" | "profile_id"): string | null {
  const seen = new Set<string>();
  for (let team = teams.get(id); team && !seen.has(team.id); team = teams.get(team.parent_team_id ?? "")) {
    if (team[field]) return team[field];
    seen.add(team.id);
  }
  return null;
}

function choose(profiles: readonly Profile[], asked: string | undefined, inherited: string | null): Profile {
  const byId = (id: string | null | undefined) => profiles.find((profile) => profile.id === id);
  if (asked !== undefined) {
    const found = byId(asked);
    if (!found)
      throw problems.unknownProfile(
        asked,
        profiles.map(({ id }) => id),
      );
    return found;
  }
  return byId(inherited) ?? byId("default") ?? profiles[0]!;
}

/** Children of the one team asked for (itself where it has none), the teams asked for, or all teams. */
function groupsOf(teams: ReadonlyMap<string, Team>, named: readonly string[]): readonly string[] {
  if (named.length === 0) return [...teams.keys()];
  if (named.length > 1) return named;
  const children = [...teams.values()].filter((team) => team.parent_team_id === named[0]).map(({ id }) => id);
  return children.length ? children : named;
}
