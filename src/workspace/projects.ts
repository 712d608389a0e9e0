import type { Instant } from "../domain/instant.ts";
import { change, type Actor } from "./audit.ts";
import type { Db, Workspace } from "./open.ts";
import { badKey, keyTaken, nameTaken, unknownIntegration, unknownProject } from "./problems.ts";
import { byName, freeSlug, isSlug, slugOf } from "./slug.ts";

export interface Project {
  readonly key: string;
  readonly name: string;
  readonly description: string | null;
  /** Ids of the mapped integrations, sorted. */
  readonly integrations: string[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export async function listProjects({ db }: { db: Db }): Promise<Project[]> {
  const rows = await db.selectFrom("project").selectAll().execute();
  const mapped = Map.groupBy(
    await db.selectFrom("integrationMapping").selectAll().orderBy("integrationId").execute(),
    (row) => row.projectKey,
  );
  return rows
    .map((row) => ({ ...row, integrations: (mapped.get(row.key) ?? []).map((mapping) => mapping.integrationId) }))
    .sort(byName);
}

export async function getProject(source: { db: Db }, key: string): Promise<Project> {
  const found = (await listProjects(source)).find((project) => project.key === key);
  if (!found) throw unknownProject(key);
  return found;
}

export function createProject(
  workspace: Workspace,
  actor: Actor,
  input: { name: string; key?: string | undefined; description?: string | null | undefined },
): Promise<Project> {
  return change(workspace, actor, async (db, record) => {
    const others = await listProjects({ db });
    if (others.some((other) => other.name.toLowerCase() === input.name.toLowerCase())) throw nameTaken("project", input.name);
    const taken = new Set(others.map((other) => other.key));
    if (input.key !== undefined && !isSlug(input.key)) throw badKey(input.key);
    if (input.key !== undefined && taken.has(input.key)) throw keyTaken(input.key);
    const key = input.key ?? freeSlug(slugOf(input.name, "project"), taken);
    const now = workspace.now();
    await db
      .insertInto("project")
      .values({ key, name: input.name, description: input.description ?? null, createdAt: now, updatedAt: now })
      .execute();
    await record({ action: "project.create", subject: "project", subjectId: key, changes: { name: { after: input.name } } });
    return getProject({ db }, key);
  });
}

export function changeProject(
  workspace: Workspace,
  actor: Actor,
  asked: { key: string; patch: { name?: string | undefined; description?: string | null | undefined } },
): Promise<Project> {
  const { key, patch } = asked;
  return change(workspace, actor, async (db, record) => {
    const before = await getProject({ db }, key);
    const name = patch.name ?? before.name;
    const description = patch.description === undefined ? before.description : patch.description;
    const others = await listProjects({ db });
    if (others.some((other) => other.key !== key && other.name.toLowerCase() === name.toLowerCase()))
      throw nameTaken("project", name);
    if (name === before.name && description === before.description) return before;
    await db.updateTable("project").set({ name, description, updatedAt: workspace.now() }).where("key", "=", key).execute();
    await record({
      action: "project.change",
      subject: "project",
      subjectId: key,
      changes: {
        ...(name === before.name ? {} : { name: { before: before.name, after: name } }),
        ...(description === before.description ? {} : { description: { before: before.description, after: description } }),
      },
    });
    return getProject({ db }, key);
  });
}

/** Integrations and their data stay. */
export function deleteProject(workspace: Workspace, actor: Actor, key: string): Promise<void> {
  return change(workspace, actor, async (db, record) => {
    const before = await getProject({ db }, key);
    await db.deleteFrom("integrationMapping").where("projectKey", "=", key).execute();
    await db.deleteFrom("project").where("key", "=", key).execute();
    await record({ action: "project.delete", subject: "project", subjectId: key, changes: { name: { before: before.name } } });
  });
}

/** Maps exactly these integrations to the project. */
export function mapIntegrations(
  workspace: Workspace,
  actor: Actor,
  asked: { key: string; integrations: readonly string[] },
): Promise<Project> {
  const { key } = asked;
  const wanted = [...new Set(asked.integrations)].sort();
  return change(workspace, actor, async (db, record) => {
    const before = await getProject({ db }, key);
    const known = new Set((await db.selectFrom("integration").select("id").execute()).map((row) => row.id));
    const unknown = wanted.find((id) => !known.has(id));
    if (unknown !== undefined) throw unknownIntegration(unknown);
    if (JSON.stringify(before.integrations) === JSON.stringify(wanted)) return before;
    const mappedAt = workspace.now();
    await db.deleteFrom("integrationMapping").where("projectKey", "=", key).execute();
    if (wanted.length > 0)
      await db
        .insertInto("integrationMapping")
        .values(wanted.map((integrationId) => ({ projectKey: key, integrationId, mappedAt })))
        .execute();
    await db.updateTable("project").set({ updatedAt: mappedAt }).where("key", "=", key).execute();
    await record({
      action: "project.map",
      subject: "project",
      subjectId: key,
      changes: { integrations: { before: before.integrations, after: wanted } },
    });
    return getProject({ db }, key);
  });
}
