import type { EntityName } from "./fact.ts";

/** Where the label of an entity lives: the first of these tables that has the id and a name wins. */
interface Labelled {
  readonly table: string;
  readonly id: string;
  /** SQL over alias `e`. */
  readonly label: string;
}

const repository: Labelled = { table: "repository", id: "id", label: "e.full_name" };
const pipeline: Labelled = { table: "pipeline", id: "id", label: "e.full_name" };
const service: Labelled = { table: "service", id: "id", label: "e.name" };

export const entityLabels: Readonly<Record<EntityName, readonly Labelled[]>> = {
  repository: [repository],
  pipeline: [pipeline],
  service: [service],
  application: [service, repository, pipeline],
  person: [{ table: "person", id: "id", label: "e.name" }],
  project: [{ table: "project", id: "id", label: "e.name" }],
  issue: [{ table: "issue", id: "id", label: "e.key" }],
  sprint: [{ table: "sprint", id: "id", label: "e.name" }],
  board: [{ table: "board", id: "id", label: "e.name" }],
  integration: [{ table: "integration", id: "native_id", label: "e.name" }],
  pull_request: [{ table: "pull_request", id: "id", label: "coalesce(e.title, cast(e.number as text))" }],
  deployment: [{ table: "deployment", id: "id", label: "coalesce(e.version, e.head_sha)" }],
  team: [{ table: "team", id: "id", label: "e.name" }],
};

/** SQL joins that give each id column its label, and the select items `<column>_label`. */
export function labelJoins(columns: readonly { readonly name: string; readonly entity: EntityName }[], from: string) {
  const joins: string[] = [];
  const items: string[] = [];
  for (const { name, entity } of columns) {
    const labels = entityLabels[entity].map(({ table, id, label }) => {
      const alias = `e${joins.length + 1}`;
      joins.push(`left join ${table} as ${alias} on ${alias}.${id} = ${from}.${name}`);
      return label.replaceAll(/\be\./g, `${alias}.`);
    });
    items.push(`${labels.length > 1 ? `coalesce(${labels.join(", ")})` : labels[0]} as ${name}_label`);
  }
  return { joins, items };
}
