import type { ConnectorBody } from "../server/shapes/connectors.ts";
import type { ChangePreview, IntegrationBody } from "../server/shapes/integrations.ts";
import type { ProjectBody } from "../server/shapes/workspace.ts";
import { allPages, type Client } from "./client.ts";
import type { Wanted, WantedIntegration, WantedProject } from "./leadline-yaml.ts";
import { readDuration } from "./output.ts";
import { Problem } from "../domain/problem.ts";

/** One thing that is not as the file wants it; secrets are named, never shown. */
export interface Difference {
  readonly action: "create" | "change" | "delete";
  readonly kind: "integration" | "project";
  readonly name: string;
  readonly changes: readonly { readonly field: string; readonly before?: unknown; readonly after: unknown }[];
  readonly carryOut: () => Promise<void>;
}

/** What has to happen, in an order in which it can: integrations first, then projects, deletions last. */
export async function difference(client: Client, wanted: Wanted, isPruned: boolean): Promise<Difference[]> {
  const saved = await allPages<IntegrationBody>(client, "/api/v1/integrations?limit=500");
  const projects = (await client.call<{ items: ProjectBody[] }>("GET", "/api/v1/projects")).items;
  const steps: Difference[] = [];
  for (const one of wanted.integrations) steps.push(...(await integrationSteps(client, one, saved)));
  const idOf = idResolver(wanted, saved);
  for (const one of wanted.projects) steps.push(...projectSteps(client, one, { projects, idOf }));
  if (isPruned) steps.push(...prune(client, { wanted, saved, projects }));
  return steps;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const isFor = (wanted: { name: string }, saved: { id?: string; key?: string; name: string }) =>
  same(wanted.name, saved.name) || wanted.name === (saved.id ?? saved.key);

/** Ids in mapping lists: of saved integrations, and of those that the file makes, once they are made. */
const idResolver =
  (wanted: Wanted, saved: readonly IntegrationBody[]) =>
  async (client: Client, name: string): Promise<string> => {
    const known = saved.find((one) => isFor({ name }, one));
    if (known) return known.id;
    if (wanted.integrations.some((one) => same(one.name, name))) {
      const made = await allPages<IntegrationBody>(client, "/api/v1/integrations?limit=500");
      const found = made.find((one) => isFor({ name }, one));
      if (found) return found.id;
    }
    throw new Problem({
      code: "unknown_integration",
      what: `A project names the integration "${name}", which does not exist.`,
      next: "Declare it under integrations, or correct the name.",
    });
  };

function selectionOf({ scopes }: WantedIntegration) {
  if (scopes === undefined) return null;
  if (Array.isArray(scopes)) return { include: scopes, exclude: [], isWithArchived: true, isWithForks: true };
  return {
    include: scopes.include ?? ["**"],
    exclude: scopes.exclude ?? [],
    isWithArchived: scopes.archived ?? true,
    isWithForks: scopes.forks ?? true,
  };
}

async function integrationSteps(
  client: Client,
  wanted: WantedIntegration,
  saved: readonly IntegrationBody[],
): Promise<Difference[]> {
  const selection = selectionOf(wanted);
  const patch = {
    config: wanted.config,
    ...(wanted.description === undefined ? {} : { description: wanted.description }),
    ...(wanted.tags === undefined ? {} : { tags: wanted.tags }),
    ...(wanted.backfill === undefined ? {} : { backfill: wanted.backfill }),
    ...(wanted.every === undefined ? {} : { everySeconds: readDuration(wanted.every) }),
  };
  const known = saved.find((one) => isFor(wanted, one));
  const shared = { kind: "integration" as const, name: wanted.name };
  if (!known) {
    const body = { connector: wanted.connector, name: wanted.name, ...patch, ...(selection ? { selection } : {}) };
    const changes = await shownConfig(client, wanted);
    return [
      {
        ...shared,
        action: "create",
        changes,
        carryOut: async () => void (await client.call("POST", "/api/v1/integrations", body)),
      },
    ];
  }
  if (known.connector !== wanted.connector)
    throw new Problem({
      code: "connector_differs",
      what: `The integration "${wanted.name}" uses the connector ${known.connector}, the file wants ${wanted.connector}.`,
      rule: "The connector of an integration never changes.",
      next: "Give the new one another name.",
    });
  const path = `/api/v1/integrations/${known.id}`;
  const { changes } = await client.call<ChangePreview>("POST", `${path}/changes`, patch);
  const isSelected = selection === null || JSON.stringify(selection) === JSON.stringify(known.selection);
  const all = [...changes, ...(isSelected ? [] : [{ field: "scopes", before: known.selection, after: selection }])];
  if (all.length === 0) return [];
  const carryOut = async () => {
    if (changes.length > 0) await client.call("PATCH", path, patch);
    if (!isSelected) await client.call("PUT", `${path}/scopes`, selection);
  };
  return [{ ...shared, action: "change", changes: all, carryOut }];
}

/** What the file sets, without the texts of secrets. */
async function shownConfig(client: Client, { config, connector, ...rest }: WantedIntegration): Promise<Difference["changes"]> {
  const { fields } = await client.call<ConnectorBody>("GET", `/api/v1/connectors/${encodeURIComponent(connector)}`);
  const isSecret = (name: string) => fields.find((field) => field.name === name)?.isSecret ?? true;
  return [
    { field: "connector", after: connector },
    ...Object.entries(config).map(([name, value]) => ({ field: `config.${name}`, after: isSecret(name) ? "(written)" : value })),
    ...(["scopes", "backfill", "every"] as const).flatMap((name) =>
      rest[name] === undefined ? [] : [{ field: name, after: rest[name] }],
    ),
  ];
}

interface Surroundings {
  readonly projects: readonly ProjectBody[];
  readonly idOf: (client: Client, name: string) => Promise<string>;
}

function projectSteps(client: Client, wanted: WantedProject, { projects, idOf }: Surroundings): Difference[] {
  const shared = { kind: "project" as const, name: wanted.name };
  const idsOf = async (names: readonly string[]) => Promise.all(names.map((name) => idOf(client, name)));
  const known = projects.find((one) => isFor(wanted, one) || one.key === wanted.key);
  const { integrations = [], ...details } = wanted;
  if (!known) {
    const carryOut = async () =>
      void (await client.call("POST", "/api/v1/projects", { ...details, integrations: await idsOf(integrations) }));
    return [{ ...shared, action: "create", changes: [{ field: "integrations", after: integrations }], carryOut }];
  }
  const isDescribed = wanted.description === undefined || wanted.description === known.description;
  const isMapped = wanted.integrations === undefined || sameNames(integrations, known.integrations);
  if (isDescribed && isMapped) return [];
  const carryOut = async () => {
    if (!isDescribed) await client.call("PATCH", `/api/v1/projects/${known.key}`, { description: wanted.description });
    if (!isMapped)
      await client.call("PUT", `/api/v1/projects/${known.key}/integrations`, { integrations: await idsOf(integrations) });
  };
  const changes = [
    ...(isDescribed ? [] : [{ field: "description", before: known.description, after: wanted.description }]),
    ...(isMapped ? [] : [{ field: "integrations", before: known.integrations, after: integrations }]),
  ];
  return [{ ...shared, action: "change", changes, carryOut }];
}

const sameNames = (wanted: readonly string[], ids: readonly string[]) =>
  JSON.stringify(wanted.map((name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-")).sort()) === JSON.stringify([...ids].sort());

function prune(
  client: Client,
  state: { wanted: Wanted; saved: readonly IntegrationBody[]; projects: readonly ProjectBody[] },
): Difference[] {
  const { wanted, saved, projects } = state;
  const unwanted = projects.filter((one) => !wanted.projects.some((want) => isFor(want, one) || want.key === one.key));
  const unwantedIntegrations = saved.filter((one) => !wanted.integrations.some((want) => isFor(want, one)));
  return [
    ...unwanted.map((one) => ({
      action: "delete" as const,
      kind: "project" as const,
      name: one.key,
      changes: [],
      carryOut: async () => void (await client.call("DELETE", `/api/v1/projects/${one.key}`)),
    })),
    ...unwantedIntegrations.map((one) => ({
      action: "delete" as const,
      kind: "integration" as const,
      name: one.id,
      changes: [],
      carryOut: async () => void (await client.call("DELETE", `/api/v1/integrations/${one.id}?confirm=${one.id}`)),
    })),
  ];
}
