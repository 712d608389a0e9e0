/** What a route may ask for. `public` needs no session, `public/hook` a signature instead, `local` needs none on this machine. */
const permissions = [
  "integrations:read",
  "integrations:write",
  "integrations:run",
  "projects:read",
  "projects:write",
  "people:read",
  "metrics:read",
  "archive:read",
  "sql:read",
  "audit:read",
  "tokens:write",
  "notifications:write",
  "data:write",
] as const;

export type Permission = (typeof permissions)[number];

const reading: readonly Permission[] = ["integrations:read", "projects:read", "people:read", "metrics:read"];

/** What each role may do; a role that is not here may do nothing. */
export const roles: Readonly<Record<string, readonly Permission[]>> = {
  owner: permissions,
  admin: permissions.filter((permission) => permission !== "data:write"),
  editor: [...reading, "integrations:run", "projects:write", "archive:read", "sql:read"],
  viewer: reading,
};

export const permissionsOf = (role: string): readonly Permission[] => roles[role] ?? [];

/** Who asks. A token acts with its own role, the local command line and the scheduler as owner. */
export interface Actor {
  readonly kind: "user" | "token" | "cli" | "system";
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

export const may = (actor: Actor, permission: Permission): boolean => permissionsOf(actor.role).includes(permission);

declare module "fastify" {
  interface FastifyContextConfig {
    /** Deny is the default: a route that declares nothing cannot be registered. */
    permission?: Permission | "signed-in" | "local" | "public" | "public/hook";
  }
  interface FastifyRequest {
    /** Set before any handler of a route that is not public. */
    actor: Actor;
  }
}
