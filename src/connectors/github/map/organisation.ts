import type { z } from "zod";

import { addSeconds } from "../../../domain/instant.ts";
import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type * as records from "../records-organisation.ts";
import * as category from "./categories.ts";
import { ownStates, POINTS, stateName, statusKey } from "./issue.ts";
import { accountRow, people } from "./people.ts";

type Context = MapContext<Config>;
type Member = z.output<typeof records.member>;
type Team = z.output<typeof records.team>;

const present = <Value>(values: readonly (Value | null)[] | undefined): Value[] =>
  (values ?? []).filter((value) => value !== null);

/** A repository, and the container of its issues with the states that GitHub knows. */
export function toRepository(repository: records.Repository, { id, host }: Context): readonly Mapped[] {
  const key = repository.databaseId;
  const url = repository.url ?? null;
  const row: MappedRow<"repository"> = {
    entity: "repository",
    id: id("repository", key),
    url,
    name: repository.name,
    fullName: repository.nameWithOwner,
    owner: repository.owner.login,
    defaultBranch: repository.defaultBranchRef?.name ?? null,
    visibilityCategory: repository.visibility ? category.visibility.of(repository.visibility) : null,
    visibility: repository.visibility ?? null,
    isArchived: repository.isArchived,
    isFork: repository.isFork,
    forkedFromKey: repository.parent?.databaseId ? `${host}/repository/${repository.parent.databaseId}` : null,
    language: repository.primaryLanguage?.name ?? null,
    createdAt: repository.createdAt,
    pushedAt: repository.pushedAt ?? null,
    canonicalKey: `${host}/repository/${key}`,
  };
  if (repository.hasIssuesEnabled === false) return [row];
  const project: MappedRow<"project"> = {
    entity: "project",
    id: id("project", key),
    url,
    key: repository.nameWithOwner,
    name: repository.nameWithOwner,
    kind: "repository",
    repositoryId: row.id,
    isArchived: repository.isArchived,
    canonicalKey: `${host}/project/${key}`,
  };
  const states = ownStates.map((state, position): MappedRow<"workflow_status"> => ({
    entity: "workflow_status",
    id: id("workflow_status", key, state),
    projectId: project.id,
    statusId: state,
    name: stateName(state),
    statusCategory: category.issueState.of(state),
    status: state,
    position,
  }));
  return [row, project, ...states];
}

export function toAccount(member: Member, context: Context): readonly Mapped[] {
  // Empty where the member keeps it to themselves.
  const email = member.email?.trim().toLowerCase() || null;
  const found = { id: member.databaseId, login: member.login, type: member.__typename, name: member.name, email };
  return [
    {
      ...accountRow(context, found),
      url: member.url ?? null,
      isActive: true,
      createdAt: member.createdAt,
    },
  ];
}

export function toTeam(team: Team, context: Context): readonly Mapped[] {
  const { id, host } = context;
  const known = people(context);
  const group = id("account_group", team.databaseId);
  const members = present(team.members.edges).flatMap(({ role, node }): MappedRow<"account_group_member">[] => {
    const accountId = known.actor(node);
    if (!accountId) return [];
    const key = id("account_group_member", team.databaseId, node!.databaseId!);
    return [
      {
        entity: "account_group_member",
        id: key,
        accountGroupId: group,
        accountId,
        roleCategory: category.teamRole.of(role),
        role,
      },
    ];
  });
  return [
    {
      entity: "account_group",
      id: group,
      url: team.url ?? null,
      name: team.name,
      fullName: team.combinedSlug,
      parentGroupId: team.parentTeam ? id("account_group", team.parentTeam.databaseId) : null,
      canonicalKey: `${host}/account_group/${team.databaseId}`,
    },
    ...members,
    { wholeSet: "account_group_member", parent: { column: "accountGroupId", id: group } },
    ...known.rows(),
  ];
}

const A_DAY = 86_400;

/** A project as a board, its iterations as sprints, the options of its status field as statuses. */
export function toBoard(project: records.Project, { id, host }: Context): readonly Mapped[] {
  const key = project.databaseId;
  const fields = present(project.fields.nodes);
  const board: MappedRow<"board"> = {
    entity: "board",
    id: id("board", key),
    url: project.url ?? null,
    name: project.title,
    projectIds: present(project.repositories?.nodes).map(({ databaseId }) => id("project", databaseId)),
    pointsField: fields.find(({ name, dataType }) => dataType === "NUMBER" && POINTS.test(name ?? ""))?.id ?? null,
    canonicalKey: `${host}/board/${key}`,
  };
  const options = fields.find(({ name, options: found }) => found && /^status$/i.test(name ?? ""))?.options ?? [];
  const statuses = options.map((option, position): MappedRow<"workflow_status"> => ({
    entity: "workflow_status",
    id: id("workflow_status", "-", statusKey(key, option.id)),
    statusId: statusKey(key, option.id),
    name: option.name,
    statusCategory: category.projectStatus.of(option.name),
    status: option.name,
    position,
  }));
  const sprints = fields.flatMap(({ configuration }) =>
    [...(configuration?.completedIterations ?? []), ...(configuration?.iterations ?? [])].map((found): MappedRow<"sprint"> => {
      const startsAt = `${found.startDate}T00:00:00Z`;
      const endsAt = addSeconds(startsAt, found.duration * A_DAY);
      const state = endsAt.slice(0, 10) <= project.readOn ? "closed" : found.startDate <= project.readOn ? "active" : "future";
      const names = { name: found.title, stateCategory: state, state } as const;
      return { entity: "sprint", id: id("sprint", key, found.id), boardId: board.id, ...names, startsAt, endsAt };
    }),
  );
  return [board, ...statuses, ...sprints];
}
