import { listIntegrations } from "../workspace/integrations.ts";
import { listProjects } from "../workspace/projects.ts";
import type { Context } from "./context.ts";
import { earliest } from "./coverage.ts";
import { bodiesOf } from "./integration-view.ts";
import { version } from "./version.ts";
import type { Overview } from "./shapes/workspace.ts";
import { countEntities } from "./stored-rows.ts";

/** How everything stands, and what is still to be done before the first chart. */
export async function overview(context: Context): Promise<Overview> {
  const { workspace, warehouse, facts } = context;
  const projects = await listProjects(workspace);
  const integrations = await bodiesOf(context, await listIntegrations(workspace), projects);
  const entities = await countEntities(warehouse);
  const items = await factBuilds(context);
  const through = integrations.flatMap(({ freshness }) => (freshness.dataThrough ? [freshness.dataThrough] : []));
  const count = (holds: (integration: (typeof integrations)[number]) => boolean) => integrations.filter(holds).length;
  return {
    version,
    isDemo: context.isDemo,
    engine: warehouse.engine,
    integrations: {
      total: integrations.length,
      healthy: count(({ status }) => status === "HEALTHY"),
      unknown: count(({ status }) => status === "UNKNOWN"),
      failed: count(({ status }) => status === "FAILED"),
      paused: count(({ lifecycle }) => lifecycle === "paused"),
      running: count(({ progress }) => progress.state === "running" || progress.state === "waiting"),
    },
    projects: projects.length,
    dataThrough: earliest(through),
    facts: { ...sinceTheStart(facts.state, items), items },
    entities,
    setup: setupSteps({
      isConnected: integrations.length > 0,
      hasRows: entities > 0,
      hasProject: projects.length > 0,
      isMapped: projects.some((project) => project.integrations.length > 0),
      hasFacts: items.some((item) => item.rows > 0),
    }),
  };
}

async function factBuilds({ warehouse }: Context): Promise<Overview["facts"]["items"]> {
  const { rows } = await warehouse.query<{
    fact: string;
    row_count: number;
    built_at: string;
    data_through: string | null;
    seconds: number;
  }>("select fact, row_count, built_at, data_through, seconds from fact_build order by fact");
  return rows.map((row) => ({
    fact: row.fact,
    rows: row.row_count,
    builtAt: row.built_at,
    dataThrough: row.data_through,
    seconds: row.seconds,
  }));
}

/** Facts of an earlier process are there too, until this one has built its own. */
function sinceTheStart(state: Context["facts"]["state"], items: Overview["facts"]["items"]): Omit<Overview["facts"], "items"> {
  const builtAt =
    state.builtAt ??
    items
      .map((item) => item.builtAt)
      .sort()
      .at(-1) ??
    null;
  return { ...state, builtAt, state: state.state === "empty" && builtAt !== null ? "fresh" : state.state };
}

interface Milestones {
  readonly isConnected: boolean;
  readonly hasRows: boolean;
  readonly hasProject: boolean;
  readonly isMapped: boolean;
  readonly hasFacts: boolean;
}

const setupSteps = ({ isConnected, hasRows, hasProject, isMapped, hasFacts }: Milestones): Overview["setup"] => [
  { step: "connect", isDone: isConnected, sentence: "Connect a tool" },
  { step: "ingest", isDone: hasRows, sentence: "Read its newest history" },
  { step: "project", isDone: hasProject, sentence: "Make a project" },
  { step: "map", isDone: isMapped, sentence: "Map the integration to the project" },
  { step: "facts", isDone: hasFacts, sentence: "See the first chart" },
];
