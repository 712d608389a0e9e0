import type { Instant } from "../domain/instant.ts";
import type { Workspace } from "./open.ts";

/** What reading takes; a number that is not known is null. */
export interface Toll {
  readonly calls: number | null;
  readonly points: number | null;
  readonly records: number | null;
  readonly seconds: number | null;
}

/** A toll before it is paid, with its band and what it rests on. */
export interface ExpectedToll extends Toll {
  readonly secondsLow: number | null;
  readonly secondsHigh: number | null;
  readonly basis: string;
  /** Factor of what was learned, in the seconds above; 1 unless given. */
  readonly pace?: number;
}

export interface ForecastRecord {
  /** Of the run or the backfill that it speaks of. */
  readonly id: string;
  readonly integrationId: string;
  readonly subject: "run" | "backfill";
  readonly madeAt: Instant;
  readonly forecast: ExpectedToll;
  /** Null while it runs. */
  readonly actual: Toll | null;
  readonly outcome: string | null;
  readonly finishedAt: Instant | null;
}

/** Of each integration; older ones go. */
const KEPT = 50;

export async function saveForecast(
  { db, now }: Workspace,
  { id, integrationId, subject, forecast }: Pick<ForecastRecord, "id" | "integrationId" | "subject" | "forecast">,
): Promise<void> {
  const row = { id, integrationId, subject, madeAt: now(), forecast: JSON.stringify(forecast) };
  const { id: _, ...changed } = row;
  await db
    .insertInto("forecast")
    .values({ ...row, actual: null, outcome: null, finishedAt: null })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(changed))
    .execute();
  const newest = db.selectFrom("forecast").select("id").where("integrationId", "=", integrationId).orderBy("madeAt", "desc");
  await db.deleteFrom("forecast").where("integrationId", "=", integrationId).where("id", "not in", newest.limit(KEPT)).execute();
}

/** What it came to; of a forecast that is not there nothing is said. */
export async function saveActual(
  { db, now }: Workspace,
  id: string,
  { actual, outcome }: { actual: Toll; outcome: string },
): Promise<void> {
  const finished = { actual: JSON.stringify(actual), outcome, finishedAt: now() };
  await db.updateTable("forecast").set(finished).where("id", "=", id).execute();
}

/** Newest first. */
export async function listForecasts({ db }: Workspace, integrationId: string): Promise<ForecastRecord[]> {
  const rows = await db
    .selectFrom("forecast")
    .selectAll()
    .where("integrationId", "=", integrationId)
    .orderBy("madeAt", "desc")
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    ...row,
    subject: row.subject as ForecastRecord["subject"],
    forecast: JSON.parse(row.forecast) as ExpectedToll,
    actual: row.actual === null ? null : (JSON.parse(row.actual) as Toll),
  }));
}
