import type { z } from "zod";

import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import { type Config, pointsFields } from "../config.ts";
import type * as records from "../records.ts";
import * as category from "./categories.ts";
import { people } from "./people.ts";
import { instant, nextDay, startOfDay } from "./time.ts";
import { stateId } from "./work-item.ts";

type Context = MapContext<Config>;

export const toProject = (project: z.output<typeof records.project>, { id, host, config }: Context): readonly Mapped[] => [
  {
    entity: "project",
    id: id("project", project.id),
    url: project._links?.web?.href ?? `${config.url}/${encodeURIComponent(project.name)}`,
    key: project.name,
    name: project.name,
    kind: project.capabilities?.processTemplate?.templateName ?? null,
    isArchived: project.state ? project.state !== "wellFormed" : null,
    canonicalKey: `${host}/project/${project.id}`,
  },
];

/** A team is a group of people and a board at once. */
export function toTeam(team: z.output<typeof records.team>, context: Context): readonly Mapped[] {
  const { id, host, config, scope } = context;
  const known = people(context);
  const group = id("account_group", team.id);
  const project = team.projectName ?? scope.name;
  const members = team.members.flatMap(({ identity, isTeamAdmin }): MappedRow<"account_group_member">[] => {
    const accountId = known.identity(identity);
    if (!accountId) return [];
    const role = isTeamAdmin ? "admin" : "member";
    return [
      {
        entity: "account_group_member",
        id: id("account_group_member", team.id, accountId.split(":").slice(3).join(":")),
        accountGroupId: group,
        accountId,
        roleCategory: isTeamAdmin ? "lead" : "member",
        role,
      },
    ];
  });
  const url = `${config.url}/${encodeURIComponent(project)}/_boards/board/t/${encodeURIComponent(team.name)}`;
  return [
    {
      entity: "account_group",
      id: group,
      url,
      name: team.name,
      fullName: `${project}/${team.name}`,
      canonicalKey: `${host}/account_group/${team.id}`,
    },
    {
      entity: "board",
      id: id("board", team.id),
      url,
      name: team.name,
      projectIds: [id("project", team.projectId ?? scope.id)],
      pointsField: config.points_field ?? pointsFields(config)[0] ?? null,
      canonicalKey: `${host}/board/${team.id}`,
    },
    ...members,
    { wholeSet: "account_group_member", parent: { column: "accountGroupId", id: group } },
    ...known.rows(),
  ];
}

export const toStatuses = (type: z.output<typeof records.workItemType>, { id, scope }: Context): readonly Mapped[] =>
  (type.states ?? []).map(({ name, category: raw }, position) => ({
    entity: "workflow_status",
    id: id("workflow_status", scope.id, stateId(type.name, name)),
    projectId: id("project", scope.id),
    statusId: stateId(type.name, name),
    name,
    statusCategory: raw ? category.status.of(raw) : "other",
    status: raw ?? null,
    position,
  }));

/** An iteration has dates, both included, and no beginning or end of its own. */
export function toSprint(iteration: z.output<typeof records.iteration>, { id, scope, config }: Context): readonly Mapped[] {
  const { teams, attributes, readOn } = iteration;
  const [first, last] = [instant(attributes?.startDate)?.slice(0, 10), instant(attributes?.finishDate)?.slice(0, 10)];
  const told = teams.find(({ timeFrame }) => timeFrame)?.timeFrame ?? null;
  const state = first && last ? (last < readOn ? "past" : first > readOn ? "future" : "current") : told;
  const [only, ...others] = teams;
  return [
    {
      entity: "sprint",
      id: id("sprint", iteration.id),
      url: null,
      boardId: only && others.length === 0 ? id("board", only.id) : null,
      projectId: id("project", scope.id),
      name: iteration.name,
      stateCategory: state === null ? "other" : category.sprintState.of(state),
      state,
      startsAt: first ? startOfDay(first, config.time_zone) : null,
      endsAt: last ? startOfDay(nextDay(last), config.time_zone) : null,
    },
  ];
}

/** Both ends of a link are told; the forward one is kept. */
export function toLink({ rel, attributes }: z.output<typeof records.link>, { id }: Context): readonly Mapped[] {
  const { sourceId, targetId, changedDate, changedOperation, isActive } = attributes;
  const type = rel.replace(/-Forward$|-Reverse$/, "");
  const [from, to] = rel.endsWith("-Reverse") ? [targetId, sourceId] : [sourceId, targetId];
  const isGone = changedOperation === "remove" || isActive === false;
  return [
    {
      entity: "issue_link",
      id: id("issue_link", from, type, to),
      sourceIssueId: id("issue", from),
      targetIssueId: id("issue", to),
      kindCategory: category.linkKind.of(type),
      kind: type,
      sourceUpdatedAt: changedDate,
      deletedAt: isGone ? changedDate : null,
    },
  ];
}
