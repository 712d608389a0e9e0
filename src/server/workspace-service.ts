import { createToken, listTokens, revokeToken } from "../workspace/api-tokens.ts";
import { listAudit } from "../workspace/audit.ts";
import { listIntegrations } from "../workspace/integrations.ts";
import { listProfiles } from "../workspace/profiles.ts";
import { changeProject, createProject, deleteProject, getProject, listProjects, mapIntegrations } from "../workspace/projects.ts";
import type { Context } from "./context.ts";
import { readInstantOrNull } from "./integration-access.ts";
import { bodiesOf } from "./integration-view.ts";
import type { Services } from "./services.ts";
import type { AuditEntryBody, MappingBody } from "./shapes/workspace.ts";

export function projectsService(context: Context): Services["projects"] {
  const { workspace } = context;
  const mapping = async (key: string): Promise<MappingBody> => {
    const project = await getProject(workspace, key);
    const bodies = await bodiesOf(context, await listIntegrations(workspace), await listProjects(workspace));
    const mapped = new Set(project.integrations);
    return {
      project: key,
      items: bodies.filter(({ id }) => mapped.has(id)),
      available: bodies.filter(({ id }) => !mapped.has(id)),
    };
  };
  return {
    list: () => listProjects(workspace),
    get: (key) => getProject(workspace, key),
    async create(actor, { integrations, ...input }) {
      const made = await createProject(workspace, actor, input);
      if (integrations?.length) await mapIntegrations(workspace, actor, { key: made.key, integrations });
      await context.publish();
      return getProject(workspace, made.key);
    },
    change: (actor, key, patch) => changeProject(workspace, actor, { key, patch }),
    async remove(actor, key) {
      await deleteProject(workspace, actor, key);
      await context.publish();
    },
    mapping,
    async map(actor, key, integrations) {
      await mapIntegrations(workspace, actor, { key, integrations });
      await context.publish();
      return mapping(key);
    },
  };
}

export const profilesService = ({ workspace }: Context): Services["profiles"] => ({
  list: async () => (await listProfiles(workspace)).map((profile) => ({ ...profile, settings: { ...profile.settings } })),
});

export const peopleService = ({ warehouse, workspace }: Context): Services["people"] => ({
  async teams() {
    const { rows } = await warehouse.query<{ id: string; name: string; kind: string; parent: string | null; members: number }>(
      `select t.id, t.name, t.kind_category as kind, t.parent_team_id as parent,
         (select count(distinct m.person_id) from team_member as m where m.team_id = t.id and m.deleted_at is null
            and (m.valid_from is null or m.valid_from <= cast($1 as timestamptz)) and (m.valid_to is null or m.valid_to > cast($1 as timestamptz))) as members
       from team as t where t.deleted_at is null order by t.name, t.id`,
      [workspace.now()],
    );
    return rows.map(({ parent, members, ...team }) => ({ ...team, parentTeamId: parent, memberCount: members }));
  },
});

export function tokensAndAudit({
  workspace,
}: Context): Pick<Services["workspace"], "audit" | "tokens" | "createToken" | "revokeToken"> {
  return {
    async audit(query) {
      const page = await listAudit(workspace, query);
      return {
        ...page,
        items: page.items.map((row) => ({
          id: row.id,
          at: row.at,
          actor: row.actorName,
          actorKind: row.actorKind as AuditEntryBody["actorKind"],
          action: row.action,
          subject: row.subject,
          subjectId: row.subjectId,
          changes: JSON.parse(row.changes) as Record<string, unknown>,
        })),
      };
    },
    tokens: () => listTokens(workspace),
    createToken: (actor, { name, role, expiresAt }) =>
      createToken(workspace, actor, { name, role, expiresAt: readInstantOrNull("expiresAt", expiresAt ?? null) }),
    revokeToken: (actor, id) => revokeToken(workspace, actor, id),
  };
}
