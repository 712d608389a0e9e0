import type { Asked, Json, SimulatedAnswer } from "./wire.ts";
import { guid, identity, instantIn, iso, isoOrNull, limited, listOf, personText, refusal } from "./wire.ts";
import { categoriesOf } from "./processes.ts";
import { findProject, sprintsOf, type FeedEntry, type Project, type World } from "./model.ts";
import type { Iteration, Snapshot, WorkItem } from "./model.ts";

/** A route answers what its pattern's groups and the request say. */
export type Route = readonly [pattern: RegExp, name: string, answer: (asked: Asked, ...parts: string[]) => SimulatedAnswer];

const unknownProject = (name: string) =>
  refusal(
    404,
    `TF200016: The following project does not exist: ${name}. Verify that the name of the project is correct.`,
    "ProjectDoesNotExistWithNameException",
  );
const unknownItem = (id: number) =>
  refusal(
    404,
    `TF401232: Work item ${id} does not exist, or you do not have permissions to read it.`,
    "WorkItemUnauthorizedAccessException",
  );

export function boardRoutes(world: World): readonly Route[] {
  const inProject =
    (answer: (asked: Asked, project: Project, ...parts: string[]) => SimulatedAnswer) =>
    (asked: Asked, name = "", ...parts: string[]) => {
      const project = findProject(world, decodeURIComponent(name));
      return project ? answer(asked, project, ...parts) : unknownProject(name);
    };
  return [
    [
      /^\/_apis\/connectionData$/i,
      "connectionData",
      () => ({
        body: {
          authenticatedUser: { id: guid("reader"), providerDisplayName: world.reader.name, customDisplayName: world.reader.name },
          instanceId: guid("instance"),
          deploymentType: "hosted",
        },
      }),
    ],
    [
      /^\/_apis\/projects$/i,
      "projects",
      ({ query }) =>
        page(
          world.projects.map((project) => projectOf(world, project)),
          query,
        ),
    ],
    [/^\/_apis\/projects\/([^/]+)$/i, "project", inProject((_, project) => ({ body: projectOf(world, project, true) }))],
    [/^\/_apis\/projects\/([^/]+)\/teams$/i, "teams", inProject(({ query }, project) => page([teamOf(project)], query))],
    [
      /^\/_apis\/projects\/([^/]+)\/teams\/[^/]+\/members$/i,
      "team members",
      inProject((_, project) => ({ body: listOf(membersOf(world, project)) })),
    ],
    [
      /^\/([^/]+)\/[^/]+\/_apis\/work\/teamsettings\/iterations$/i,
      "team iterations",
      inProject((_, project) => ({ body: listOf(sprintsOf(project).map((sprint) => teamIteration(world, project, sprint))) })),
    ],
    [
      /^\/([^/]+)\/_apis\/wit\/classificationnodes\/iterations$/i,
      "classification nodes",
      inProject((_, project) => ({ body: iterationTree(project) })),
    ],
    [
      /^\/([^/]+)\/_apis\/wit\/workitemtypes$/i,
      "work item types",
      inProject((_, project) => ({ body: listOf(typesOf(project)) })),
    ],
    [
      /^\/([^/]+)\/_apis\/wit\/workitemtypecategories$/i,
      "work item type categories",
      inProject((_, project) => ({ body: listOf(categoriesOf(project.process)) })),
    ],
    [
      /^\/([^/]+)\/_apis\/wit\/reporting\/workitemrevisions$/i,
      "reporting revisions",
      inProject((asked, project) => revisions(world, project, asked)),
    ],
    [
      /^\/([^/]+)\/_apis\/wit\/reporting\/workitemlinks$/i,
      "reporting links",
      inProject((asked, project) => links(world, project, asked)),
    ],
    [/^\/_apis\/wit\/workitemsbatch$/i, "work items batch", (asked) => batch(world, asked)],
    [/^\/_apis\/wit\/workitems\/(\d+)\/revisions$/i, "revisions", ({ query }, id) => allRevisions(world, Number(id), query)],
    [
      /^\/_apis\/wit\/workitems\/(\d+)\/revisions\/(\d+)$/i,
      "revision",
      (_, id, rev) => oneRevision(world, Number(id), Number(rev)),
    ],
    [/^\/([^/]+)\/_apis\/wit\/wiql$/i, "wiql", inProject((asked, project) => wiql(world, project, asked))],
  ];
}

/* ── Projects and teams ──────────────────────────────────────────────────────────────────────────────────────── */

/** Lists of the core area go on by `$skip`. */
function page(things: readonly unknown[], query: URLSearchParams): SimulatedAnswer {
  const skip = Number(query.get("$skip") ?? 0);
  return { body: listOf(things.slice(skip, skip + limited(query, "$top", { usual: 100, most: 1_000 }))) };
}

const projectOf = ({ projects }: World, project: Project, isWhole = false): Json => ({
  id: project.id,
  name: project.name,
  state: "wellFormed",
  revision: projects.indexOf(project) + 1,
  visibility: "private",
  lastUpdateTime: iso(project.team.createdAt),
  ...(isWhole && {
    capabilities: { processTemplate: { templateName: project.process.name, templateTypeId: guid(project.process.name) } },
    defaultTeam: { id: teamOf(project).id, name: teamOf(project).name },
  }),
});

const teamOf = (project: Project): Json & { id: string; name: string } => ({
  id: guid(`team:${project.name}`),
  name: `${project.name} Team`,
  description: "",
  projectId: project.id,
  projectName: project.name,
});

const membersOf = (world: World, project: Project): Json[] =>
  project.team.members.map(({ person, role }) => ({
    ...(role === "maintainer" && { isTeamAdmin: true }),
    identity: identity(person, world.leavers),
  }));

/* ── Trees and process ───────────────────────────────────────────────────────────────────────────────────────── */

const iterationPath = (project: Project, iteration: Iteration | null): string => {
  if (!iteration) return project.name;
  const parent = project.iterations.find(({ id }) => id === iteration.parent) ?? null;
  return `${iterationPath(project, parent)}\\${iteration.name}`;
};

const dates = ({ start, finish }: Iteration) => ({ startDate: isoOrNull(start), finishDate: isoOrNull(finish) });

function iterationTree(project: Project): Json {
  const node = (iteration: Iteration): Json => ({
    id: iteration.id,
    identifier: guid(`iteration:${iteration.id}`),
    name: iteration.name,
    structureType: "iteration",
    path: `\\${project.name}\\Iteration${iterationPath(project, iteration).slice(project.name.length)}`,
    ...(iteration.start !== null && { attributes: dates(iteration) }),
    ...below(iteration.id),
  });
  const below = (parent: number): Json => {
    const children = project.iterations.filter((iteration) => iteration.parent === parent);
    return children.length ? { hasChildren: true, children: children.map(node) } : { hasChildren: false };
  };
  const root = { id: project.rootNode, identifier: guid(`iteration:${project.rootNode}`), name: project.name };
  return { ...root, structureType: "iteration", path: `\\${project.name}\\Iteration`, ...below(project.rootNode) };
}

function teamIteration(world: World, project: Project, sprint: Iteration): Json {
  const now = world.now();
  const timeFrame = sprint.finish! + 86_400 <= now ? "past" : sprint.start! > now ? "future" : "current";
  return {
    id: guid(`iteration:${sprint.id}`),
    name: sprint.name,
    path: iterationPath(project, sprint),
    attributes: { ...dates(sprint), timeFrame },
  };
}

const typesOf = ({ process }: Project): Json[] =>
  Object.entries(process.states).map(([name, states]) => ({
    name,
    referenceName: `Microsoft.VSTS.WorkItemTypes.${name.replaceAll(" ", "")}`,
    description: "",
    color: "009CCC",
    isDisabled: false,
    states: states.map(([state, category]) => ({ name: state, color: "b2b2b2", category })),
  }));

/* ── Work items ──────────────────────────────────────────────────────────────────────────────────────────────── */

interface Wording {
  readonly withReferences: boolean;
  readonly withLongTexts: boolean;
}

/** Fields as the APIs write them; what is empty is left out. */
export function fieldsOf(item: WorkItem, rev: number, { withReferences, withLongTexts }: Wording): Json {
  const now: Snapshot = item.revisions[rev - 1]!;
  const { project } = now;
  const who = (person: Snapshot["assignee"]) => person && (withReferences ? identity(person) : personText(person));
  const area = project.areas.find(({ id }) => id === now.area)?.name;
  const fields: Json = {
    "System.Id": item.id,
    "System.AreaId": now.area,
    "System.AreaPath": area ? `${project.name}\\${area}` : project.name,
    "System.TeamProject": project.name,
    "System.Rev": rev,
    "System.RevisedDate": item.revisions[rev] ? iso(item.revisions[rev].at) : "9999-01-01T00:00:00Z",
    "System.IterationId": now.iteration?.id ?? project.rootNode,
    "System.IterationPath": iterationPath(project, now.iteration),
    "System.WorkItemType": now.type,
    "System.State": now.state,
    "System.Reason": now.reason,
    "System.AssignedTo": who(now.assignee),
    "System.CreatedDate": iso(item.revisions[0]!.at),
    "System.CreatedBy": who(item.createdBy),
    "System.ChangedDate": iso(now.at),
    "System.ChangedBy": who(now.by),
    "System.CommentCount": now.comments,
    "System.Title": now.title,
    "System.Parent": now.parent,
    "System.IsDeleted": now.isDeleted || undefined,
    "System.Tags": now.tags.length ? now.tags.join("; ") : undefined,
    "Microsoft.VSTS.Common.Priority": now.priority,
    "Microsoft.VSTS.Common.Severity": now.severity,
    "Microsoft.VSTS.Common.ResolvedDate": isoOrNull(now.resolvedAt),
    "Microsoft.VSTS.Common.ClosedDate": isoOrNull(now.closedAt),
    [project.process.pointsField]: now.points,
    "Custom.CustomerTier": now.custom,
    ...(withLongTexts && { "System.Description": "<div>What is wanted.</div>", "System.History": now.comment }),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/reporting-work-item-revisions */
function revisions(world: World, project: Project, { query, body, base }: Asked): SimulatedAnswer {
  const given = { ...Object.fromEntries(query), ...(body as Json | null) };
  const isOn = (name: string) => String(given[name]) === "true";
  const after = startOf(query, world.feed, ({ item, rev }) => item.revisions[rev - 1]!.at);
  if (after === null) return badToken();
  const size = limited(query, "$maxPageSize", { usual: 200, most: Math.min(1_000, world.batch) });
  const found = taken(world.feed, {
    after,
    size,
    fits: (entry) => isIn(project, entry) && (isOn("includeDeleted") || !isGone(entry.item)),
  });
  const wording = { withReferences: isOn("includeIdentityRef"), withLongTexts: given.$expand === "fields" };
  const values = found.things.map(({ item, rev }) => ({ id: item.id, rev, fields: fieldsOf(item, rev, wording) }));
  const address = `${base}/${project.id}/_apis/wit/reporting/workItemRevisions`;
  return { body: batchOf(values, { ...found, address }) };
}

const isIn = (project: Project, { item, rev }: FeedEntry): boolean => item.revisions[rev - 1]!.project === project;
const isGone = (item: WorkItem): boolean => item.revisions.at(-1)!.isDeleted;

/** A token is the number of entries before; an instant finds the first entry at or after it. Null: no token of ours. */
function startOf<Thing>(query: URLSearchParams, all: readonly Thing[], at: (thing: Thing) => number): number | null {
  const token = query.get("continuationToken") ?? query.get("watermark");
  const start = instantIn(query, "startDateTime");
  if (token !== null) return /^\d+$/.test(token) ? Number(token) : null;
  if (start === null) return 0;
  const first = all.findIndex((thing) => at(thing) >= start);
  return first < 0 ? all.length : first;
}

const badToken = () => refusal(400, "VS402389: The continuation token is not valid.", "ReportingBadContinuationTokenException");

interface Taken<Thing> {
  readonly things: Thing[];
  readonly end: number;
  readonly isLast: boolean;
}

function taken<Thing>(
  all: readonly Thing[],
  { after, size, fits }: { after: number; size: number; fits: (thing: Thing) => boolean },
): Taken<Thing> {
  const things: Thing[] = [];
  for (let end = after; end < all.length; end++) {
    if (!fits(all[end]!)) continue;
    if (things.length === size) return { things, end, isLast: false };
    things.push(all[end]!);
  }
  return { things, end: all.length, isLast: true };
}

const batchOf = (
  values: readonly unknown[],
  { end, isLast, address }: { end: number; isLast: boolean; address: string },
): Json => ({
  values,
  nextLink: `${address}?continuationToken=${end}`,
  continuationToken: String(end),
  isLastBatch: isLast,
});

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/reporting-work-item-links/get */
function links(world: World, project: Project, { query, base }: Asked): SimulatedAnswer {
  const after = startOf(query, world.links, ({ at }) => at);
  if (after === null) return badToken();
  const size = limited(query, "$maxPageSize", { usual: 200, most: Math.min(1_000, world.batch) });
  const fits = ({ source }: { source: number }) => world.items.get(source)?.revisions[0]!.project === project;
  const found = taken(world.links, { after, size, fits });
  const values = found.things.map(({ source, target, at, operation, by, type = "Hierarchy-Forward" }) => ({
    rel: `System.LinkTypes.${type}`,
    attributes: {
      sourceId: source,
      targetId: target,
      isActive: operation === "create",
      changedDate: iso(at),
      changedBy: identity(by),
      changedOperation: operation,
      sourceProjectId: project.id,
      targetProjectId: project.id,
    },
  }));
  return { body: batchOf(values, { ...found, address: `${base}/${project.id}/_apis/wit/reporting/workItemLinks` }) };
}

const whole: Wording = { withReferences: true, withLongTexts: true };

/** Work items in the recycle bin are not there. https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-items/get-work-items-batch */
function batch(world: World, { body }: Asked): SimulatedAnswer {
  const { ids = [], asOf, errorPolicy } = body as { ids?: number[]; asOf?: string; errorPolicy?: string };
  if (!ids.every(Number.isInteger))
    return refusal(400, "VS403357: Work items batch requires positive integers as ids.", "VssPropertyValidationException");
  if (ids.length > 200)
    return refusal(400, "VS403474: You have requested more than the allowed 200 work items.", "VssPropertyValidationException");
  const until = asOf === undefined ? Number.POSITIVE_INFINITY : Date.parse(asOf) / 1000;
  const found = ids.map((id) => {
    const item = world.items.get(id);
    const rev = item && !isGone(item) ? item.revisions.findLastIndex(({ at }) => at <= until) + 1 : 0;
    return rev > 0 ? { id, rev, fields: fieldsOf(item!, rev, whole) } : null;
  });
  const lost = found.indexOf(null);
  return lost >= 0 && errorPolicy?.toLowerCase() !== "omit" ? unknownItem(ids[lost]!) : { body: listOf(found) };
}

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/revisions/list */
function allRevisions(world: World, id: number, query: URLSearchParams): SimulatedAnswer {
  const item = world.items.get(id);
  if (!item || isGone(item)) return unknownItem(id);
  const skip = Number(query.get("$skip") ?? 0);
  const all = item.revisions.map((_, index) => ({ id, rev: index + 1, fields: fieldsOf(item, index + 1, whole) }));
  return { body: listOf(all.slice(skip, skip + limited(query, "$top", { usual: 200, most: 200 }))) };
}

function oneRevision(world: World, id: number, rev: number): SimulatedAnswer {
  const item = world.items.get(id);
  if (!item || isGone(item) || !item.revisions[rev - 1]) return unknownItem(id);
  return { body: { id, rev, fields: fieldsOf(item, rev, whole) } };
}

/** Only the question for ids above one is understood. https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/wiql/query-by-wiql */
function wiql(world: World, project: Project, { query, body }: Asked): SimulatedAnswer {
  const text = String((body as { query?: unknown } | null)?.query ?? "");
  const above = Number(/\[System\.Id\]\s*>\s*(\d+)/i.exec(text)?.[1] ?? 0);
  if (!/^\s*select\b/i.test(text))
    return refusal(400, "TF51005: The query references a field that does not exist.", "WorkItemTrackingQueryException");
  const found = [...world.items.values()].filter(
    (item) => item.id > above && !isGone(item) && item.revisions.at(-1)!.project === project,
  );
  const most = query.get("$top");
  if (most === null && found.length > 20_000)
    return refusal(
      400,
      "VS402337: The number of work items returned exceeds the size limit of 20000.",
      "WorkItemTrackingQueryResultSizeLimitExceededException",
    );
  const items = found.toSorted((a, b) => a.id - b.id).slice(0, Number(most ?? 20_000));
  return { body: { queryType: "flat", asOf: iso(world.now()), workItems: items.map(({ id }) => ({ id })) } };
}
