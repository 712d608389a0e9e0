import { bigint, boolean, date, double, json, orNull, text, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One configured connector. */
export const integration = table({
  name: "integration",
  kind: "S",
  key: "integration id",
  columns: {
    connector: text,
    name: text,
    baseUrl: orNull(text),
    timezone: orNull(text),
    /** decides which duplicate counts (§2) */
    createdAt: timestamp,
  },
});

/** An integration mapped to a product project (not to be confused with the issue container `project`); links are made across the whole workspace, queries of a project see its mapped integrations. */
export const integrationMapping = table({
  name: "integration_mapping",
  kind: "S",
  key: "<project>/<integration>",
  columns: {
    projectKey: text,
    mappedIntegrationId: text,
  },
});

/** One version of one profile (`metrics.md` §5). */
export const profile = table({
  name: "profile",
  kind: "S",
  key: "<profile>/<version>",
  columns: {
    /** stable over versions */
    profileId: text,
    name: text,
    /** 1, 2, … */
    version: bigint,
    settings: json,
    /** when this version was in force; the newest has `valid_to` NULL */
    validFrom: orNull(timestamp),
    validTo: orNull(timestamp),
  },
});

/** Working hours. */
export const calendar = table({
  name: "calendar",
  kind: "S",
  key: "uuid",
  columns: {
    name: text,
    timezone: text,
    /** local `HH:MM`; `closes` may be `24:00` */
    opens: text,
    closes: text,
    /** ISO day numbers, e.g. `1,2,3,4,5` */
    weekdays: text,
    /** list of dates */
    holidays: json,
  },
});

/** One local day of one calendar, every day of the warehouse's range. */
export const calendarDay = table({
  name: "calendar_day",
  kind: "L",
  key: "<calendar>/<day>",
  columns: {
    calendarId: text,
    day: date,
    isWorking: boolean,
    /** NULL on days off */
    opensAt: orNull(timestamp),
    closesAt: orNull(timestamp),
    /** real seconds between them, so a clock change inside the hours counts; 0 on days off */
    workingSeconds: double,
    /** sum of `working_seconds` of all earlier days of the calendar */
    secondsBefore: double,
  },
});
