import type { Instant } from "../../domain/instant.ts";
import type { Warehouse } from "../warehouse.ts";
import { factFiles, factNames, PART } from "./files.ts";
import { HelperTables, inAnyOrder } from "./helper-tables.ts";
import { instantLiteral, textLiteral } from "./literal.ts";
import { unknownFact } from "./problems.ts";
import { type Profile, readProfiles, renderContext } from "./profiles.ts";

export { factFiles, factNames } from "./files.ts";

export interface FactBuild {
  readonly fact: string;
  readonly profileId: string;
  readonly rowCount: number;
  readonly seconds: number;
}

export interface BuildOptions {
  readonly now: Instant;
  /** Default: all, in order. Facts that a named one reads must be built already. */
  readonly facts?: readonly string[];
  /** Default: every stored profile. */
  readonly profileIds?: readonly string[];
}

/** Raised when the rule of a fact changes, so that answers kept before are told apart. */
export const ruleVersions: Readonly<Record<string, number>> = Object.fromEntries(factNames.map((name) => [name, 1]));

/** Columns that queries find rows by; PostgreSQL gets an index on each list. */
const indexes: Readonly<Record<string, readonly string[]>> = {
  fact_team: ["fact, profile_id, team_id, basis, row_id"],
};
const defaultIndexes = ["profile_id, id"];

/**
 * Rebuilds facts from entities and links, one table per fact with the rows of every profile. Each fact of each profile is made
 * beside the old one and put in its place in one transaction: readers see the whole old or the whole new generation.
 */
export async function buildFacts(warehouse: Warehouse, options: BuildOptions): Promise<FactBuild[]> {
  const names = options.facts ? factNames.filter((name) => options.facts!.includes(name)) : factNames;
  for (const name of options.facts ?? []) if (!factNames.includes(name)) throw unknownFact(name, factNames);
  const stored = await readProfiles(warehouse);
  const profiles = stored.filter(({ profileId }) => options.profileIds?.includes(profileId) ?? true);
  const builds: FactBuild[] = [];
  for (const profile of profiles) {
    const helpers = new HelperTables(warehouse, await renderContext(warehouse, profile, options.now));
    try {
      await inAnyOrder(warehouse, async () => {
        for (const name of names) builds.push(await buildFact(warehouse, { name, profile, helpers, now: options.now }));
      });
    } finally {
      await helpers.drop();
    }
  }
  return builds;
}

interface One {
  name: string;
  profile: Profile;
  helpers: HelperTables;
  now: Instant;
}

async function buildFact(warehouse: Warehouse, { name, profile, helpers, now }: One): Promise<FactBuild> {
  const began = performance.now();
  const next = `${name}_next`;
  const sql = await helpers.need(factFiles.get(name)!);
  const [first, ...others] = sql.split(PART);
  await warehouse.run([{ sql: `drop table if exists ${next}` }, { sql: `create table ${next} as ${first}` }]);
  for (const part of others) await warehouse.run([{ sql: `insert into ${next} ${part}` }]);
  const counted = await warehouse.query<{ n: number }>(`select count(*) as n from ${next}`);
  const build = {
    fact: name,
    profileId: profile.profileId,
    rowCount: counted.rows[0]!.n,
    seconds: (performance.now() - began) / 1000,
  };
  await warehouse.run([
    ...(await switchStatements(warehouse, { name, next, profileId: profile.profileId })),
    ...recordStatements(build, { profile, now }),
  ]);
  return build;
}

/** Puts the new rows of a profile in the place of its old ones; the rows of other profiles stay where they are. */
async function switchStatements(
  warehouse: Warehouse,
  { name, next, profileId }: { name: string; next: string; profileId: string },
) {
  const [old, fresh] = [await columnsOf(warehouse, name), await columnsOf(warehouse, next)];
  const others =
    old && old === fresh
      ? await warehouse.query(`select 1 as found from ${name} where profile_id <> ${textLiteral(profileId)} limit 1`)
      : { rows: [] };
  if (others.rows.length)
    return [
      { sql: `delete from ${name} where profile_id = ${textLiteral(profileId)}` },
      { sql: `insert into ${name} select * from ${next}` },
      { sql: `drop table ${next}` },
    ];
  const lists = warehouse.engine === "postgres" ? (indexes[name] ?? defaultIndexes) : [];
  return [
    { sql: `drop table if exists ${name}` },
    { sql: `alter table ${next} rename to ${name}` },
    ...lists.map((list) => ({ sql: `create index on ${name} (${list})` })),
    { sql: `analyze ${name}` },
  ];
}

/** Names and types in order as one text; null when there is no such table. */
async function columnsOf(warehouse: Warehouse, table: string): Promise<string | null> {
  const { rows } = await warehouse.query<{ column_name: string; data_type: string }>(
    `select column_name, data_type from information_schema.columns
     where table_name = ${textLiteral(table)} and table_schema = current_schema() order by ordinal_position`,
  );
  return rows.length ? rows.map((row) => `${row.column_name} ${row.data_type}`).join(", ") : null;
}

/** `data_through`: everything before it has been read from every stream of every integration. */
function recordStatements(
  { fact, profileId, rowCount, seconds }: FactBuild,
  { profile, now }: { profile: Profile; now: Instant },
) {
  const key = `fact = ${textLiteral(fact)} and profile_id = ${textLiteral(profileId)}`;
  return [
    { sql: `delete from fact_build where ${key}` },
    {
      sql: `insert into fact_build (fact, profile_id, profile_version, rule_version, row_count, built_at, data_through, seconds)
select ${textLiteral(fact)}, ${textLiteral(profileId)}, ${profile.version}, ${ruleVersions[fact]}, ${rowCount}, ${instantLiteral(now)}, min(cursor_at), ${seconds} from progress`,
    },
  ];
}
