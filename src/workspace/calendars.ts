import type { Workspace } from "./open.ts";

/** Working hours; times are local `HH:MM` in `timezone`, weekdays ISO numbers. */
export interface Calendar {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly opens: string;
  readonly closes: string;
  readonly weekdays: string;
  readonly holidays: readonly string[];
}

/** The calendar of everybody without another: Monday to Friday, 09:00 to 17:00 UTC. */
export const defaultCalendar: Calendar = {
  id: "default",
  name: "Default",
  timezone: "UTC",
  opens: "09:00",
  closes: "17:00",
  weekdays: "1,2,3,4,5",
  holidays: [],
};

export async function listCalendars({ db }: Workspace): Promise<Calendar[]> {
  const rows = await db.selectFrom("calendar").selectAll().orderBy("name").execute();
  if (rows.length === 0) {
    await db
      .insertInto("calendar")
      .values({ ...defaultCalendar, holidays: "[]" })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    return [defaultCalendar];
  }
  return rows.map((row) => ({ ...row, holidays: JSON.parse(row.holidays) as string[] }));
}
