import type { CheckResult } from "../../ingest/connector.ts";
import { SkippableError } from "../../ingest/errors.ts";
import type { Config } from "./config.ts";
import { candidates, describe, knownFields, unlessRefused, type Known, type Reading } from "./instance.ts";
import { allBoards, allProjects } from "./lists.ts";
import { fieldList, user, type Field } from "./records.ts";

type Missing = CheckResult["missing"][number] & { readonly effect: string };
type Suggestion = NonNullable<CheckResult["suggestions"]>[number];

/** Who the user is, what can be read, what the fields mean here, and what is missing. */
export async function check(request: Reading & { config: Config }): Promise<CheckResult> {
  const { api } = request;
  const { isCloud, version } = await describe(api);
  const reading = { ...request, scope: { id: "-", name: "-", kind: "integration", attributes: { isCloud } } };
  const me = user.safeParse((await api.get("/rest/api/2/myself")).body).data;
  const projects = await countOf(allProjects(reading));
  const boards = await unlessRefused(countOf(allBoards(reading)));
  const known = await knownFields(reading);
  const wrongJql = await jqlProblem(reading, isCloud);
  const missing = await missingPermissions(reading, { isCloud, hasBoards: boards !== null });
  const who = me?.displayName ?? me?.emailAddress ?? "an unknown user";
  const can = `${who} can read ${projects === 0 ? "no project" : counted(projects, "project")} and ${counted(boards ?? 0, "board")} of Jira ${isCloud ? "Cloud" : `Data Center ${version}`}`;
  const lacks = missing.map(({ permission, effect }) => `; it lacks “${permission}”: ${effect}`).join("");
  const fields = fieldList.parse(known.answer.body);
  const remarks = [wrongJql?.message, known.remark?.message, projects === 0 ? "Give the user Browse projects." : null];
  return {
    ok: projects > 0 && wrongJql === null,
    sentence: [`${can}${lacks}. ${meaning(known, fields)}`, ...remarks].filter(Boolean).join(" "),
    missing: missing.map(({ permission, streams }) => ({ permission, streams })),
    suggestions: suggestions(fields),
    version: isCloud ? `Cloud ${version}` : `Data Center ${version}`,
  };
}

const counted = (count: number, thing: string) => `${count === 0 ? "no" : count} ${thing}${count === 1 ? "" : "s"}`;

/** From the first page, which mostly knows how many there are: a check must not take long. */
async function countOf(pages: ReturnType<typeof allProjects>): Promise<number> {
  const page = await pages.next();
  if (page.done) return 0;
  const { total } = page.value.answer.body as { total?: number };
  return total ?? page.value.found.length;
}

/** The instance itself judges the filter. */
async function jqlProblem({ api, config }: Reading, isCloud: boolean): Promise<SkippableError | null> {
  if (config.jql === undefined) return null;
  const body = { jql: `(${config.jql}) AND updated >= -1d`, maxResults: 1, fields: ["id"] };
  try {
    await api.post(isCloud ? "/rest/api/3/search/jql" : "/rest/api/2/search", body, { class: "search" });
    return null;
  } catch (error) {
    if (error instanceof SkippableError) return error;
    throw error;
  }
}

async function missingPermissions(
  reading: Reading,
  { isCloud, hasBoards }: { isCloud: boolean; hasBoards: boolean },
): Promise<Missing[]> {
  const missing: Missing[] = [];
  if (!hasBoards)
    missing.push({ permission: "Jira Software", streams: ["boards", "sprints"], effect: "boards and sprints will be missing" });
  const [path, query] = isCloud
    ? ["/rest/api/3/users/search", { maxResults: 1 }]
    : ["/rest/api/2/user/search", { maxResults: 1, username: "." }];
  if ((await unlessRefused(reading.api.get(path, query))) === null)
    missing.push({
      permission: "Browse users and groups",
      streams: ["accounts"],
      effect: "people are known only from what they did",
    });
  return missing;
}

/** What was chosen, so that people see a wrong guess at once. */
function meaning({ detected }: Known, fields: readonly Field[]): string {
  const named = (id: string | null | undefined) =>
    id ? `“${fields.find((field) => field.id === id)?.name ?? id}” (${id})` : "nowhere";
  const points = detected.points.length > 0 ? detected.points.map(named).join(", else ") : "nowhere";
  return `Story points are read from ${points}, sprints from ${named(detected.sprint)}, epics from ${detected.epic ? named(detected.epic) : "the parent"}.`;
}

/** For every setting the fields that by kind or name look right, the likeliest first. */
function suggestions(fields: readonly Field[]): Suggestion[] {
  const { points, sprint, epic, team, start } = candidates(fields);
  return Object.entries({
    points_field: points,
    sprint_field: sprint,
    epic_field: epic,
    team_field: team,
    start_field: start,
  }).flatMap(([setting, found]) => found.map(({ id, name }): Suggestion => ({ field: setting, value: id, label: name })));
}
