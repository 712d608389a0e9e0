import { planStatuses, tellPlanning, type Organisation, type Planning } from "../organisation/index.ts";
import { FIELD, Renderer } from "./render.ts";
import type { Flavour, JiraState, Json } from "./state.ts";

/** The simulated company as Jira shows it. */
export function stateOf(
  planning: Planning,
  { organisation, flavour, zone, now }: { organisation: Organisation; flavour: Flavour; zone: string; now: () => number },
): JiraState {
  const renderer = new Renderer(flavour, zone);
  let last = 900_000;
  const nextId = () => ++last;
  const issues = new Map(planning.issues.map((issue) => [String(issue.id), renderer.issue(issue, nextId)]));
  mirrorLinks(issues);
  return {
    flavour,
    zone,
    organisation: "acme",
    now,
    issues,
    projects: planning.projects.map((project) => ({
      ...renderer.project(project),
      lead: renderer.user(project.lead),
      isPrivate: false,
    })),
    boards: planning.boards.map(({ id, name, kind, project }) => ({
      id,
      name,
      type: kind,
      location: { projectId: project.id, projectKey: project.key },
    })),
    sprints: new Map(
      planning.boards
        .filter(({ kind }) => kind === "scrum")
        .map((board) => [
          String(board.id),
          planning.sprints.filter((sprint) => sprint.board === board).map((sprint) => renderer.sprint(sprint)),
        ]),
    ),
    configurations: new Map(
      planning.boards.map(({ id, name, kind }) => [
        String(id),
        {
          id,
          name,
          type: kind,
          filter: { id: String(5000 + id) },
          ...(kind === "scrum"
            ? { estimation: { type: "field", field: { fieldId: FIELD.points, displayName: "Story Points" } } }
            : {}),
        },
      ]),
    ),
    filters: new Map(planning.boards.map(({ id, project }) => [String(5000 + id), `project = ${project.key} ORDER BY key ASC`])),
    versions: planning.versions.map(({ id, name, project, startsAt, releasedAt }) => ({
      id: String(id),
      name,
      projectId: project.id,
      archived: false,
      released: releasedAt !== null,
      startDate: day(startsAt),
      ...(releasedAt === null ? {} : { releaseDate: day(releasedAt) }),
    })),
    fields: fieldsOf(flavour),
    statuses: planStatuses.map(({ name }) => renderer.status(name)),
    users: [...organisation.staff.people, organisation.staff.dependabot].map((person) => renderer.user(person)!),
    me: renderer.user(organisation.staff.reader)!,
    truth: tellPlanning(planning),
    nextId,
  };
}

const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Both ends of a link show it. */
function mirrorLinks(issues: JiraState["issues"]) {
  for (const issue of issues.values())
    for (const link of issue.fields.issuelinks as Json[]) {
      const target = link.outwardIssue as { id: string } | undefined;
      const other = target && issues.get(target.id);
      if (!other || other === issue) continue;
      const inwardIssue = { id: issue.id, key: issue.key, fields: { summary: issue.fields.summary } };
      (other.fields.issuelinks as Json[]).push({ id: link.id, type: link.type, inwardIssue });
    }
}

function fieldsOf(flavour: Flavour): Json[] {
  const own =
    "summary description status project issuetype created updated assignee reporter priority labels resolution fixVersions".split(
      " ",
    );
  const custom = (id: string, name: string, schema: Json): Json => ({ id, key: id, name, custom: true, schema });
  return [
    ...own.map((id) => ({ id, key: id, name: id, custom: false, schema: { type: "string", system: id } })),
    custom(FIELD.points, "Story Points", { type: "number", custom: "com.atlassian.jira.plugin.system.customfieldtypes:float" }),
    custom(FIELD.sprint, "Sprint", { type: "array", custom: "com.pyxis.greenhopper.jira:gh-sprint" }),
    ...(flavour === "server"
      ? [custom(FIELD.epic, "Epic Link", { type: "any", custom: "com.pyxis.greenhopper.jira:gh-epic-link" })]
      : []),
    custom(FIELD.flagged, "Flagged", {
      type: "array",
      custom: "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes",
    }),
    custom(FIELD.start, "Start date", { type: "date", custom: "com.atlassian.jira.plugin.system.customfieldtypes:datepicker" }),
  ];
}
