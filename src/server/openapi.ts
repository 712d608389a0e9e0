import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import type { FastifySchema } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

import type { Services } from "./services.ts";
import { repositoryRoot, version } from "./version.ts";

interface OpenApiOperation {
  tags?: string[];
  summary?: string;
  operationId?: string;
  responses: Record<string, unknown>;
  "x-permission"?: string;
}

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, OpenApiOperation>>;
  components?: { schemas?: Record<string, unknown> };
}

export const documentOptions = {
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "Leadline",
      version,
      description: "Errors are application/problem+json with code, title, detail and hint. Lists page by cursor.",
    },
    components: {
      securitySchemes: {
        token: { type: "http" as const, scheme: "bearer" },
        session: { type: "apiKey" as const, in: "cookie" as const, name: "leadline_session" },
      },
    },
    security: [{ token: [] }, { session: [] }],
  },
  transform: withPermission,
  transformObject: jsonSchemaTransformObject,
};

type TransformInput = Parameters<typeof jsonSchemaTransform>[0];

function withPermission(input: TransformInput): { schema: FastifySchema; url: string } {
  const transformed = jsonSchemaTransform(input);
  const { permission } = input.route.config ?? {};
  return { ...transformed, schema: { ...transformed.schema, "x-permission": permission } as FastifySchema };
}

/**
 * Removes what the generator doubles or adds for nobody: a `…Input` schema that equals its output becomes the same name,
 * patterns of dates go; every operation gets a name and the problem answer.
 */
export function tidyDocument(raw: unknown): OpenApiDocument {
  const document = structuredClone(raw) as OpenApiDocument;
  const schemas = document.components?.schemas ?? {};
  const same = new Map<string, string>();
  for (const name of Object.keys(schemas)) {
    const twin = `${name}Input`;
    if (twin in schemas && comparable(schemas[twin]) === comparable(schemas[name])) {
      same.set(`#/components/schemas/${twin}`, `#/components/schemas/${name}`);
      delete schemas[twin];
    }
  }
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      operation.operationId = operationName(method, path);
      operation.responses.default = {
        description: "What went wrong, the rule, what to do",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      };
    }
  return rename(document, same) as OpenApiDocument;
}

const comparable = (schema: unknown) =>
  JSON.stringify(schema, (key, value: unknown) =>
    key === "additionalProperties" && value === false ? undefined : value,
  ).replaceAll(/(#\/components\/schemas\/\w+?)Input"/g, '$1"');

function rename(value: unknown, same: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, same));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => !isAnyInteger(inner))
      .map(([key, inner]) => [key, key === "$ref" ? (same.get(String(inner)) ?? inner) : rename(inner, same)]),
  );
}

/** The bounds that every whole number has. */
const isAnyInteger = (value: unknown) => value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER;

const operationName = (method: string, path: string) =>
  method +
  path.replace("/api/v1", "").replace(/[^a-zA-Z]+(\w)?/g, (_, letter: string | undefined) => (letter ?? "").toUpperCase());

/** The document without a server behind it. */
export async function openApiDocument(): Promise<OpenApiDocument> {
  const { buildApp } = await import("./app.ts");
  // Routes are only described here, never called: any group of functions may be empty.
  const nothing = new Proxy({} as Services, { get: () => ({}) });
  const app = await buildApp(nothing, {
    webRoot: null,
    hosts: [],
    isSecure: false,
  });
  await app.ready();
  const document = tidyDocument(app.swagger());
  await app.close();
  return document;
}

export const documentFile = join(repositoryRoot, "docs", "openapi.json");
export const clientTypesFile = join(repositoryRoot, "web", "lib", "api.gen.ts");

export const documentText = (document: OpenApiDocument): string => `${JSON.stringify(document, null, 2)}\n`;

/** Types of the API for the web app, as openapi-typescript writes them. */
export function clientTypes(file: string): string {
  const manifest = createRequire(import.meta.url).resolve("openapi-typescript/package.json");
  return execFileSync(process.execPath, [join(dirname(manifest), "bin", "cli.js"), file, "--default-non-nullable", "false"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** Writes `docs/openapi.json` and `web/lib/api.gen.ts`. */
export async function writeDocument(): Promise<void> {
  writeFileSync(documentFile, documentText(await openApiDocument()));
  mkdirSync(dirname(clientTypesFile), { recursive: true });
  writeFileSync(clientTypesFile, clientTypes(documentFile));
}
