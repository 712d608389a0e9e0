import type { Organisation, Seconds, Team } from "../organisation/index.ts";
import type { Iteration, Project, World } from "./model.ts";
import { processes } from "./processes.ts";
import { guid } from "./wire.ts";
import { planWorkItems } from "./work-items.ts";

export interface WorldOptions {
  readonly seed: number;
  /** Work items of each project; by default as many as it has requests, and at least forty. */
  readonly workItems?: number | undefined;
  readonly batch?: number | undefined;
  readonly clock: () => Seconds;
}

export function createWorld(
  organisation: Organisation,
  { seed, workItems, batch = Number.POSITIVE_INFINITY, clock }: WorldOptions,
): World {
  const teams = organisation.teams.filter((team) => organisation.repositories.some((repository) => repository.team === team));
  const leavers = new Set(teams.flatMap(({ members }) => members.slice(-1).map(({ person }) => person)));
  const world: World = {
    organisation: "acme",
    projects: teams.map((team, index) => projectOf(team, { index, organisation })),
    items: new Map(),
    feed: [],
    links: [],
    linked: new Map(),
    leavers,
    reader: organisation.staff.reader,
    batch,
    now: clock,
  };
  planWorkItems(world, { seed, now: organisation.now, count: workItems });
  return world;
}

const WEEK = 604_800;

function projectOf(team: Team, { index, organisation }: { index: number; organisation: Organisation }): Project {
  const repositories = organisation.repositories.filter((repository) => repository.team === team);
  const from = Math.min(...repositories.map(({ createdAt }) => createdAt));
  const first = Math.floor(from / WEEK) * WEEK + 4 * 86_400;
  const base = 10_000 * (index + 1);
  const count = Math.ceil((organisation.now - first) / (2 * WEEK)) + 2;
  const sprints = Array.from({ length: count }, (_, number): Iteration => {
    const start = first + number * 2 * WEEK;
    return { id: base + 10 + number, name: `Sprint ${number + 1}`, parent: base + 1, start, finish: start + 11 * 86_400 };
  });
  return {
    id: guid(`project:${team.slug}`),
    name: team.name,
    process: processes[index % processes.length]!,
    team,
    repositories,
    // Sprints lie below a node without dates, as releases do.
    iterations: [{ id: base + 1, name: "Releases", parent: base, start: null, finish: null }, ...sprints],
    rootNode: base,
    areas: [
      { id: base + 5_001, name: "Core" },
      { id: base + 5_002, name: "Edge" },
    ],
  };
}
