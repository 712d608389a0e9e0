import { z } from "zod";

import { integration } from "./integrations.ts";
import { instant, pageQuery } from "./shared.ts";

export const project = z
  .object({
    key: z.string().meta({ description: "slug of the first name; never changes" }),
    name: z.string(),
    description: z.string().nullable(),
    integrations: z.array(z.string()).meta({ description: "ids of the mapped integrations" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "Project" });

export const projectCreate = z.strictObject({
  name: z.string().trim().min(1).max(100),
  key: z.string().optional(),
  description: z.string().max(1000).nullable().optional(),
  integrations: z.array(z.string()).optional(),
});

export const projectPatch = z.strictObject({
  name: z.string().trim().min(1).max(100).optional(),
  description: z.string().max(1000).nullable().optional(),
});

export const mapping = z
  .object({
    project: z.string(),
    items: z.array(integration).meta({ description: "mapped integrations" }),
    available: z.array(integration).meta({ description: "the others" }),
  })
  .meta({ id: "Mapping" });

export const mappingChange = z.strictObject({ integrations: z.array(z.string()) });

export const team = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    parentTeamId: z.string().nullable(),
    memberCount: z.int().meta({ description: "members today" }),
  })
  .meta({ id: "Team" });

export const profile = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.int(),
    settings: z.record(z.string(), z.unknown()),
    validFrom: instant.nullable(),
    validTo: instant.nullable(),
  })
  .meta({ id: "Profile" });

export const session = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), role: z.string() }),
    permissions: z.array(z.string()),
    isDemo: z.boolean(),
    version: z.string(),
  })
  .meta({ id: "Session" });

export const sessionCreate = z.strictObject({ key: z.string().meta({ description: "of the one-time link" }) });

export const token = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.string(),
    createdAt: instant,
    expiresAt: instant.nullable(),
    usedAt: instant.nullable(),
  })
  .meta({ id: "ApiToken" });

export const tokenCreate = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: z.enum(["owner", "admin", "editor", "viewer"]).default("viewer"),
  expiresAt: z.string().nullable().optional(),
});

export const newToken = token.extend({ token: z.string().meta({ description: "shown this once" }) }).meta({ id: "NewApiToken" });

export const auditEntry = z
  .object({
    id: z.string(),
    at: instant,
    actor: z.string(),
    actorKind: z.enum(["user", "token", "cli", "system"]),
    action: z.string(),
    subject: z.string(),
    subjectId: z.string(),
    changes: z.record(z.string(), z.unknown()).meta({ description: "field → {before, after}; never a secret" }),
  })
  .meta({ id: "AuditEntry" });

export const auditQuery = z.object({
  subject: z.string().optional(),
  subjectId: z.string().optional(),
  ...pageQuery,
});

export const overview = z
  .object({
    version: z.string(),
    isDemo: z.boolean(),
    engine: z.enum(["duckdb", "postgres"]),
    integrations: z.object({
      total: z.int(),
      healthy: z.int(),
      unknown: z.int(),
      failed: z.int(),
      paused: z.int(),
      running: z.int(),
    }),
    projects: z.int(),
    dataThrough: instant.nullable(),
    facts: z.object({
      state: z.enum(["empty", "waiting", "building", "fresh", "failed"]),
      builtAt: instant.nullable(),
      seconds: z.number().nullable().meta({ description: "duration of the last build" }),
      problem: z.string().nullable(),
      items: z.array(
        z.object({ fact: z.string(), rows: z.int(), builtAt: instant, dataThrough: instant.nullable(), seconds: z.number() }),
      ),
    }),
    entities: z.int(),
    setup: z
      .array(
        z.object({ step: z.enum(["connect", "ingest", "project", "map", "facts"]), isDone: z.boolean(), sentence: z.string() }),
      )
      .meta({ description: "the way to the first chart" }),
  })
  .meta({ id: "Overview" });

export type ProjectBody = z.output<typeof project>;
export type ProjectCreate = z.output<typeof projectCreate>;
export type ProjectPatch = z.output<typeof projectPatch>;
export type MappingBody = z.output<typeof mapping>;
export type TeamBody = z.output<typeof team>;
export type ProfileBody = z.output<typeof profile>;
export type SessionBody = z.output<typeof session>;
export type TokenBody = z.output<typeof token>;
export type AuditEntryBody = z.output<typeof auditEntry>;
export type Overview = z.output<typeof overview>;
