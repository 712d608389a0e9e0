import type { Workspace } from "./open.ts";

/** Working hours that people defined; times are local `HH:MM` in `timezone`, weekdays ISO numbers. */
export interface Calendar {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly opens: string;
  readonly closes: string;
  readonly weekdays: string;
  readonly holidays: readonly string[];
}

/** Empty until people make one: without it the hours of the profile hold. */
export async function listCalendars({ db }: Workspace): Promise<Calendar[]> {
  const rows = await db.selectFrom("calendar").selectAll().orderBy("id").execute();
  return rows.map((row) => ({ ...row, holidays: JSON.parse(row.holidays) as string[] }));
}
