import type { Issue, ProjectFields, Repository, Team } from "../../organisation/index.ts";
import { nodeId } from "../node-ids.ts";
import { iso } from "../state.ts";
import { connect, type PageArguments } from "./connection.ts";
import type { Context, LiteralView, View } from "./context.ts";

const STATUSES = ["Backlog", "Ready", "In progress", "In review", "Done"];
const FORTNIGHT = 14 * 86_400;

/** The board (Projects v2) of a team: fields Status, Iteration and Points. https://docs.github.com/en/graphql/reference/objects#projectv2 */
function projectView(context: Context, team: Team): LiteralView & { readonly field: (name: string | { name: string }) => View } {
  const id = nodeId("ProjectV2", 0, team.id);
  const at = iso(team.createdAt);
  const common = (name: string, dataType: string) => ({
    id: nodeId("ProjectV2Field", team.id, name),
    databaseId: null,
    name,
    dataType,
    createdAt: at,
    updatedAt: at,
    project: () => projectView(context, team),
  });
  const fields: Record<string, LiteralView> = {
    Status: {
      __typename: "ProjectV2SingleSelectField",
      ...common("Status", "SINGLE_SELECT"),
      options: () => STATUSES.map((name, index) => ({ id: `opt${index}`, name, color: "GRAY", description: "" })),
    },
    Iteration: {
      __typename: "ProjectV2IterationField",
      ...common("Iteration", "ITERATION"),
      configuration: () => configuration(context),
    },
    Points: { __typename: "ProjectV2Field", ...common("Points", "NUMBER") },
  };
  return {
    __typename: "ProjectV2",
    id,
    databaseId: team.id,
    number: team.id - 500,
    title: `${team.name} board`,
    closed: false,
    closedAt: null,
    public: false,
    template: false,
    readme: null,
    shortDescription: null,
    createdAt: at,
    updatedAt: at,
    url: `${context.web}/orgs/${context.state.owner.login}/projects/${team.id - 500}`,
    owner: () => context.views.actor(context.state.owner),
    creator: null,
    fields: (page: PageArguments) => connect(page, Object.values(fields), (entry) => entry),
    repositories: (page: PageArguments) => connect(page, owned(context, team), (entry) => context.views.repository(entry)),
    items: (page: PageArguments) => connect(page, itemsOf(context, team), (entry) => entry()),
    field: (name: string | { name: string }) => fields[typeof name === "string" ? name : name.name]!,
  };
}

const owned = (context: Context, team: Team) => context.state.repositories.filter((entry) => entry.team === team);

const itemsOf = (context: Context, team: Team) =>
  owned(context, team).flatMap((repository) =>
    repository.history().issues.flatMap((issue) => {
      const { fields } = issue;
      return fields ? [() => itemView(context, repository, { issue, fields })] : [];
    }),
  );

/** The boards of the organisation, one per team that owns repositories. */
export const projectViews = (context: Context): LiteralView[] =>
  context.state.teams.filter((team) => owned(context, team).length > 0).map((team) => projectView(context, team));

const iteration = (index: number) => ({
  id: `it${index}`,
  title: `Iteration ${index}`,
  startDate: iso(index * FORTNIGHT).slice(0, 10),
  duration: 14,
});

function configuration(context: Context) {
  const current = Math.floor(context.state.now() / FORTNIGHT);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => iteration(from + index));
  return {
    duration: 14,
    startDay: 4,
    iterations: range(current, current + 3),
    completedIterations: range(current - 52, current).reverse(),
  };
}

/** The board items an issue has: one or none. */
export function projectItems(context: Context, repository: Repository, issue: Issue): View[] {
  const { fields } = issue;
  return fields ? [itemView(context, repository, { issue, fields })] : [];
}

function itemView(context: Context, repository: Repository, { issue, fields }: { issue: Issue; fields: ProjectFields }): View {
  const project = projectView(context, fields.team);
  const item: View & Record<string, unknown> = {
    __typename: "ProjectV2Item",
    id: nodeId("ProjectV2Item", repository.id, fields.item),
    databaseId: fields.item,
    type: "ISSUE",
    isArchived: false,
    createdAt: iso(issue.createdAt),
    updatedAt: iso(fields.updatedAt),
    creator: () => context.views.actor(issue.author),
    project,
    content: () => context.views.issue(repository, issue),
    fieldValues: (page: PageArguments) => connect(page, values(), (entry) => entry),
    fieldValueByName: ({ name }: { name: string }) => values().find((value) => value.field === project.field(name)) ?? null,
  };
  const common = (name: string) => ({
    id: nodeId("ProjectV2ItemFieldValue", repository.id, `${fields.item}:${name}`),
    databaseId: fields.item,
    createdAt: iso(issue.createdAt),
    updatedAt: iso(fields.updatedAt),
    creator: () => context.views.actor(issue.author),
    field: project.field(name),
    item,
  });
  const values = () => {
    const list: (LiteralView & { field: View })[] = [];
    const option = STATUSES.indexOf(fields.status ?? "");
    if (fields.status !== null)
      list.push({
        __typename: "ProjectV2ItemFieldSingleSelectValue",
        ...common("Status"),
        name: fields.status,
        optionId: `opt${option}`,
        color: "GRAY",
        description: "",
      });
    if (fields.iteration !== null) {
      const { id, ...rest } = iteration(fields.iteration);
      list.push({ __typename: "ProjectV2ItemFieldIterationValue", ...common("Iteration"), iterationId: id, ...rest });
    }
    if (fields.points !== null)
      list.push({ __typename: "ProjectV2ItemFieldNumberValue", ...common("Points"), number: fields.points });
    return list;
  };
  return item;
}
