import { z } from "zod";

import { filter } from "./filter.ts";

export const deploymentSource = z.strictObject({
  kind: z.enum([
    "deployment",
    "pipeline_job",
    "pipeline_run",
    "release",
    "tag",
    "pull_request",
    "commit",
    "issue_release",
    "change_request",
  ]),
  filter: filter.optional(),
  /** The instant that counts as the deployment's finish. */
  moment: z.enum(["finished", "started"]).default("finished"),
});
export type DeploymentSource = z.infer<typeof deploymentSource>;

const attribution = z.enum(["person", "scope", "auto", "both", "either"]);
export type Attribution = z.infer<typeof attribution>;
const byPerson = attribution.default("person");
const byEither = attribution.default("auto");

const sizes = z.strictObject({ medium: z.number(), large: z.number() });
const investmentCategory = z.strictObject({
  name: z.string().min(1),
  color: z.string().optional(),
  filter,
  expand: z.enum(["none", "children", "descendants", "leaves", "epic"]).default("none"),
  goal: z
    .strictObject({ ideal: z.array(z.number()), acceptable: z.array(z.number()) })
    .partial()
    .optional(),
});
const hygieneCheck = z.strictObject({ name: z.string(), weight: z.number().default(1), filter: filter.optional() });

/** Every setting of `metrics.md` §5 under its literal name; an empty object is the default profile. */
export const profileSettings = z.strictObject({
  /** IANA name. */
  timezone: z.string().default("UTC"),
  /** Calendar of teams without their own; null: Monday to Friday 09:00–17:00 in `timezone`. */
  calendar_id: z.string().nullable().default(null),
  "people.excluded_kinds": z.array(z.enum(["human", "bot", "agent", "service", "other"])).default(["bot", "service"]),
  /** Persons that count as developers; null: all. */
  "people.filter": filter.nullable().default(null),
  "attribution.pull_request": byPerson,
  "attribution.review": byPerson,
  "attribution.change": byPerson,
  "attribution.commit": byPerson,
  "attribution.file_change": byPerson,
  "attribution.person_day": byPerson,
  "attribution.effort": byPerson,
  "attribution.worklog": byPerson,
  "attribution.assistant_usage": byPerson,
  "attribution.deployment": byEither,
  "attribution.incident": byEither,
  "attribution.alert": byEither,
  "attribution.issue": byEither,
  "attribution.issue_stage": byEither,
  "attribution.issue_assignment": byEither,
  "attribution.sprint": byEither,
  "attribution.sprint_issue": byEither,
  "attribution.sprint_event": byEither,
  "attribution.pipeline_run": byEither,
  "attribution.pipeline_job": byEither,
  "attribution.quality_measure": byEither,
  "attribution.quality_issue": byEither,
  /** Target branches whose merges are changes, `*` for any text; null: the default branch of the repository. */
  "change.branches": z.array(z.string().min(1)).min(1).nullable().default(null),
  "change.direct_commits": z.boolean().default(true),
  "deployment.sources": z
    .array(deploymentSource)
    .prefault([
      { kind: "deployment" },
      { kind: "pipeline_job", filter: ["not_null", "environment_category"] },
      { kind: "pipeline_run", filter: ["is", "environment_category", ["production"]] },
      { kind: "change_request", filter: ["is", "state_category", ["closed"]] },
    ]),
  "deployment.production": filter.prefault(["is", "environment_category", ["production"]]),
  /** Null: by status category. */
  "deployment.success": filter.nullable().default(null),
  "deployment.failure": filter.nullable().default(null),
  "deployment.minimum_confidence": z.number().min(0).max(1).default(0.5),
  "deployment.first_days": z.number().min(0).default(0),
  /** Over the columns of `pull_request`, and `issue_type_category` of its primary issue. */
  "deployment.hotfix": filter.prefault([
    "or",
    ["starts", "source_branch", ["hotfix/"]],
    ["has", "labels", ["hotfix"]],
    ["is", "issue_type_category", ["incident"]],
  ]),
  "failure.evidence": z
    .array(z.enum(["marked", "incident", "rollback", "revert", "hotfix"]))
    .default(["marked", "incident", "rollback", "revert", "hotfix"]),
  "failure.window_hours": z.number().min(0).default(168),
  "incident.filter": filter.prefault(["is_not", "status_category", ["canceled"]]),
  "incident.issue_filter": filter.prefault(["is", "type_category", ["incident"]]),
  "incident.match_hours": z.number().min(0).default(24),
  "incident.minimum_confidence": z.number().min(0).max(1).default(0.5),
  "incident.end": z.enum(["resolved", "closed"]).default("resolved"),
  /** Status ids or names, `*` for any text; null: by category. */
  "issue.active": z.array(z.string()).nullable().default(null),
  "issue.waiting": z.array(z.string()).default(["Blocked", "On hold", "Waiting*", "Ready for*"]),
  "issue.done": z.array(z.string()).nullable().default(null),
  "issue.terminated": z.array(z.string()).nullable().default(null),
  "issue.include_subtasks": z.boolean().default(false),
  "issue.excluded_types": z.array(z.string()).default([]),
  "issue.speeding_seconds": z.number().min(0).default(60),
  /** Ranked filters over `issue`; the first that matches names the type, none: `other`. */
  work_type: z.array(z.strictObject({ name: z.enum(["bug", "feature", "other"]), filter })).prefault([
    { name: "bug", filter: ["is", "type_category", ["bug"]] },
    { name: "feature", filter: ["is", "type_category", ["feature", "epic", "initiative"]] },
  ]),
  /** Lines: small < medium ≤ medium < large ≤ large. */
  "size.pull_request": sizes.prefault({ medium: 10, large: 101 }),
  /** Points of features: simple < medium ≤ medium < complex ≤ complex; priorities of bugs that are major. */
  "size.issue": z
    .strictObject({ medium: z.number(), complex: z.number(), major: z.array(z.string()) })
    .prefault({ medium: 4, complex: 7, major: ["critical", "high"] }),
  "investment.categories": z.array(investmentCategory).default([]),
  "rework.window_days": z.number().min(0).default(30),
  "sprint.commit_grace_hours": z.number().min(0).default(0),
  "sprint.close_grace_seconds": z.number().min(0).default(300),
  "sprint.early_done_days": z.number().min(0).default(0),
  "sprint.include_subtasks": z.boolean().default(false),
  "hygiene.checks": z.array(hygieneCheck).prefault(
    ["idle", "description", "due", "assignee", "component", "points", "response", "resolution", "inactive_assignee"].map(
      (name) => ({
        name,
      }),
    ),
  ),
  /** Name of the band set (`metrics.md` §8). */
  bands: z.string().default("dora_2023"),
});

export type ProfileSettings = z.infer<typeof profileSettings>;

/** The settings that hold until people save others. */
export const defaultProfile: ProfileSettings = profileSettings.parse({});

/** The calendar of teams without one: the profile's, or Monday to Friday 09:00–17:00 in its zone, made by the link step. */
export const defaultCalendarId = (settings: Pick<ProfileSettings, "calendar_id" | "timezone">): string =>
  settings.calendar_id ?? `leadline:calendar:leadline:default/${settings.timezone}`;
