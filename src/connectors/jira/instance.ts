import type { Problem } from "../../domain/problem.ts";
import type { Api, Answer, Scope } from "../../ingest/connector.ts";
import { SkippableError } from "../../ingest/errors.ts";
import { cloudByConfig, type Config } from "./config.ts";
import { isLeftOut } from "./config.ts";
import { fieldUnknown } from "./problems.ts";
import { fieldList, serverInfo, type Detected, type Field } from "./records.ts";

export interface Reading {
  readonly api: Api;
  readonly config: Config;
  readonly scope?: Scope;
}

/** Cloud or Data Center? The address tells, else the list of scopes has asked, else the instance is asked. */
export async function isCloud({ api, config, scope }: Reading): Promise<boolean> {
  const told = cloudByConfig(config) ?? scope?.attributes?.isCloud;
  return typeof told === "boolean" ? told : (await describe(api)).isCloud;
}

/** https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-server-info/ */
export async function describe(api: Api): Promise<{ isCloud: boolean; version: string }> {
  const answer = await api.get("/rest/api/2/serverInfo");
  const { deploymentType, version } = serverInfo.parse(answer.body);
  return { isCloud: deploymentType.toLowerCase() === "cloud", version };
}

/** That a call is refused, for this reason if one is named, is here the answer. */
export async function unlessRefused<Result>(asked: Promise<Result>, code?: string): Promise<Result | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SkippableError && (code === undefined || error.code === code)) return null;
    throw error;
  }
}

/** What stands for what in this instance, and what of the settings it does not have. */
export interface Known {
  readonly detected: Detected;
  readonly unknown: readonly string[];
  /** Ids to ask for beside Jira's own fields. */
  readonly wanted: readonly string[];
  readonly answer: Answer;
  /** The page of a search bears it when a setting names a field that is gone. */
  readonly remark: Problem | null;
}

/** https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-fields/ */
export async function knownFields({ api, config }: Reading): Promise<Known> {
  const answer = await api.get("/rest/api/2/field");
  const fields = fieldList.parse(answer.body);
  const unknown: string[] = [];
  const chosen = (setting: string | undefined): string[] => {
    if (setting === undefined) return [];
    const found = fieldsNamed(fields, setting);
    if (found.length === 0) unknown.push(setting);
    return found;
  };
  const one = (setting: string | undefined, found: readonly Field[]): string | null => {
    const [first] = setting === undefined ? found.map(({ id }) => id) : chosen(setting);
    return first ?? null;
  };
  const guess = candidates(fields);
  const detected: Detected = {
    points: config.points_field === undefined ? guess.points.map(({ id }) => id) : chosen(config.points_field),
    sprint: one(config.sprint_field, guess.sprint),
    epic: one(config.epic_field, guess.epic),
    team: one(config.team_field, guess.team),
    start: one(config.start_field, guess.start),
    due: one(config.due_field, []),
    severity: one(config.severity_field, []),
    flagged: guess.flagged[0]?.id ?? null,
    custom: config.custom_fields.flatMap(chosen),
  };
  const ids = [
    ...detected.points,
    ...detected.custom,
    detected.sprint,
    detected.epic,
    detected.team,
    detected.start,
    detected.due,
    detected.severity,
    detected.flagged,
  ].filter((id): id is string => id !== null);
  const names = new Map(fields.map(({ id, name }) => [id, name]));
  detected.names = Object.fromEntries(ids.map((id) => [id, names.get(id) ?? id]));
  const wanted = [...new Set(ids)].filter((id) => !isLeftOut(config, id) && !isLeftOut(config, names.get(id) ?? id));
  return { detected, unknown, wanted, answer, remark: unknown.length > 0 ? fieldUnknown(unknown) : null };
}

/** Names are edited and not unique; an id is taken as it is. */
const fieldsNamed = (fields: readonly Field[], setting: string): string[] =>
  fields.some(({ id }) => id === setting)
    ? [setting]
    : fields.filter(({ name }) => name.toLowerCase() === setting.toLowerCase()).map(({ id }) => id);

type Meaning = "points" | "sprint" | "epic" | "team" | "start" | "flagged";

/** Fields that by their kind, else by their usual name, mean what we look for; the likeliest first. */
export function candidates(fields: readonly Field[]): Readonly<Record<Meaning, readonly Field[]>> {
  const kind = (field: Field) => field.schema?.custom ?? "";
  const found = (isIt: (field: Field) => boolean) => fields.filter(isIt);
  const numeric = (field: Field) => field.schema === null || field.schema === undefined || field.schema.type === "number";
  return {
    points: [
      ...found((field) => /^story points$/i.test(field.name) && numeric(field)),
      ...found((field) => kind(field).endsWith(":jsw-story-points") || /^story point estimate$/i.test(field.name)),
    ].filter((field, index, all) => all.indexOf(field) === index),
    sprint: found((field) => kind(field).endsWith(":gh-sprint")),
    epic: found((field) => kind(field).endsWith(":gh-epic-link")),
    team: found((field) => /:(atlassian-team|rm-teams-custom-field-team)$/.test(kind(field))),
    start: found(
      (field) => kind(field).endsWith(":jpo-custom-field-baseline-start") || /^(target )?start date$/i.test(field.name),
    ),
    flagged: found((field) => /^flagged$/i.test(field.name) && field.id !== "flagged"),
  };
}
