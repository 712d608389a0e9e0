import type { MapContext, Mapped } from "../../../ingest/connector.ts";
import { siteOf, type Config } from "../config.ts";
import type { Board, Project, Sprint, Status, Version } from "../records.ts";
import * as category from "./categories.ts";
import { people } from "./people.ts";

type Context = MapContext<Config>;

export function toProject(project: Project, context: Context): readonly Mapped[] {
  const known = people(context);
  return [
    {
      entity: "project",
      id: context.id("project", project.id),
      url: `${siteOf(context.config)}/browse/${project.key}`,
      key: project.key,
      name: project.name,
      kind: project.projectTypeKey ?? null,
      leadAccountId: known.of(project.lead),
      isArchived: project.archived ?? false,
      canonicalKey: `${context.host}/project/${project.id}`,
    },
    ...known.rows(),
  ];
}

export function toBoard(board: Board, { id, host, config }: Context): readonly Mapped[] {
  const projectId = board.location?.projectId;
  return [
    {
      entity: "board",
      id: id("board", board.id),
      url: `${siteOf(config)}/secure/RapidBoard.jspa?rapidView=${board.id}`,
      name: board.name,
      kindCategory: board.type ? category.boardKind.of(board.type) : null,
      kind: board.type ?? null,
      projectIds: typeof projectId === "number" ? [id("project", projectId)] : null,
      pointsField: board.configuration?.estimation?.field?.fieldId ?? null,
      canonicalKey: `${host}/board/${board.id}`,
    },
  ];
}

/** A status of a team-managed project belongs to it alone. Jira's "no category" has the key `undefined`: it is `other`. */
export function toStatus(status: Status, { id }: Context): readonly Mapped[] {
  const project = status.scope?.project?.id ?? null;
  const raw = status.statusCategory?.key ?? null;
  return [
    {
      entity: "workflow_status",
      id: id("workflow_status", project ?? "-", status.id),
      projectId: project === null ? null : id("project", project),
      statusId: status.id,
      name: status.name,
      statusCategory: raw === null ? "other" : category.statusCategory.of(raw),
      status: raw,
    },
  ];
}

export function toSprint(sprint: Sprint, { id }: Context): readonly Mapped[] {
  const hasBegun = sprint.state === "active" || sprint.state === "closed";
  return [
    {
      entity: "sprint",
      id: id("sprint", sprint.id),
      boardId: typeof sprint.originBoardId === "number" ? id("board", sprint.originBoardId) : null,
      name: sprint.name,
      goal: sprint.goal || null,
      stateCategory: sprint.state ? category.sprintState.of(sprint.state) : "other",
      state: sprint.state ?? null,
      startsAt: sprint.startDate ?? null,
      endsAt: sprint.endDate ?? null,
      // Starting a sprint sets its start date; newer instances tell the click beside it.
      startedAt: sprint.activatedDate ?? (hasBegun ? (sprint.startDate ?? null) : null),
      completedAt: sprint.completeDate ?? null,
    },
  ];
}

export function toRelease(version: Version, { id, config }: Context): readonly Mapped[] {
  const state = version.archived ? "archived" : version.released ? "released" : "unreleased";
  return [
    {
      entity: "release",
      id: id("release", version.projectId, version.id),
      url: `${siteOf(config)}/projects/${version.projectId}/versions/${version.id}`,
      projectId: id("project", version.projectId),
      name: version.name,
      stateCategory: state === "unreleased" ? "planned" : state,
      state,
      startsOn: version.startDate ?? null,
      // Jira keeps the day only.
      releasedAt: version.released && version.releaseDate ? `${version.releaseDate}T00:00:00Z` : null,
    },
  ];
}
