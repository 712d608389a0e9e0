import { z } from "zod";

import { Problem } from "../domain/problem.ts";
import type { Connector } from "../ingest/connector.ts";
import { nearest } from "./problems.ts";
import type { FormField } from "./shapes/connectors.ts";

export type AnyConnector = Connector<unknown>;
type JsonObject = Record<string, unknown>;

interface FieldMeta {
  label?: string;
  help?: string;
  secret?: boolean;
  multiline?: boolean;
  placeholder?: string;
  showWhen?: { field: string; is: string };
}

interface JsonProperty {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  anyOf?: JsonProperty[];
  default?: unknown;
}

/** JSON Schema of what people may give, draft 2020-12. */
export const configSchema = (connector: AnyConnector): JsonObject =>
  z.toJSONSchema(connector.config, { io: "input", unrepresentable: "any" }) as JsonObject;

/** The form of a connector, in the order of its config. */
export function formFields(connector: AnyConnector): FormField[] {
  const document = configSchema(connector) as { properties?: Record<string, JsonProperty>; required?: string[] };
  return Object.entries(shapeOf(connector)).map(([name, schema]) => {
    const meta = (schema.meta() ?? {}) as FieldMeta;
    const property = document.properties?.[name] ?? {};
    return {
      name,
      label: meta.label ?? name,
      help: meta.help ?? null,
      type: fieldType(property, meta),
      isRequired: document.required?.includes(name) ?? false,
      isSecret: meta.secret === true,
      default: property.default ?? defaultOf(schema),
      placeholder: meta.placeholder ?? null,
      options: optionsOf(property),
      showWhen: meta.showWhen ?? null,
    };
  });
}

/** What holds when the field is left out; JSON Schema leaves the defaults of some unions out. */
function defaultOf(schema: z.ZodType): unknown {
  const definition = schema._zod.def as unknown as { type: string; defaultValue?: unknown; innerType?: z.ZodType };
  if (definition.type === "default" || definition.type === "prefault") return definition.defaultValue ?? null;
  return definition.innerType ? defaultOf(definition.innerType) : null;
}

/** The fields of the config schema, whatever checks are wrapped around it. */
function shapeOf(connector: AnyConnector): Readonly<Record<string, z.ZodType>> {
  let schema: z.ZodType = connector.config;
  for (;;) {
    const definition = schema._zod.def as unknown as { shape?: Record<string, z.ZodType>; innerType?: z.ZodType; in?: z.ZodType };
    if (definition.shape) return definition.shape;
    const inner = definition.innerType ?? definition.in;
    if (!inner) return {};
    schema = inner;
  }
}

function fieldType(property: JsonProperty, meta: FieldMeta): FormField["type"] {
  if (meta.multiline) return "multiline";
  if (meta.secret) return "password";
  const kinds = [property, ...(property.anyOf ?? [])];
  const has = (type: string) => kinds.some((kind) => [kind.type].flat().includes(type));
  if (kinds.some((kind) => kind.enum)) return "select";
  if (has("boolean")) return "boolean";
  if (has("array")) return "list";
  if (has("number") || has("integer")) return "number";
  return kinds.some((kind) => kind.format === "uri") ? "url" : "text";
}

const optionsOf = (property: JsonProperty) =>
  [property, ...(property.anyOf ?? [])]
    .flatMap(({ enum: words = [] }) => words)
    .map((word) => ({ value: String(word), label: String(word) }));

const secretFields = (connector: AnyConnector): ReadonlySet<string> =>
  new Set(formFields(connector).flatMap((field) => (field.isSecret ? [field.name] : [])));

/** Parts what people gave into what may be shown and what is sealed. Empty secrets count as not given. */
export function splitConfig(connector: AnyConnector, given: JsonObject): { config: JsonObject; secrets: Record<string, string> } {
  const secret = secretFields(connector);
  const config: JsonObject = {};
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === "") continue;
    if (secret.has(name)) secrets[name] = typeof value === "string" ? value : JSON.stringify(value);
    else config[name] = value;
  }
  return { config, secrets };
}

/** An error that names the fields it speaks of. */
export class FieldsProblem extends Problem {
  readonly fields: { path: string; message: string }[];

  constructor(text: ConstructorParameters<typeof Problem>[0], fields: { path: string; message: string }[]) {
    super(text);
    this.fields = fields;
  }
}

/** The config as the connector reads it. Values never enter the error: a secret may stand in the wrong field. */
export function parseConfig<Config>(connector: Connector<Config>, given: JsonObject): Config {
  const known = formFields(connector as AnyConnector).map((field) => field.name);
  const misplaced = misplacedFields(given, known);
  const parsed = connector.config.safeParse(given);
  if (parsed.success && misplaced.length === 0) return parsed.data;
  const issues = parsed.success ? [] : parsed.error.issues.filter((issue) => issue.code !== "unrecognized_keys");
  const fields = [
    ...misplaced,
    ...issues.map((issue) => ({ path: ["config", ...issue.path].join("."), message: issue.message })),
  ];
  throw new FieldsProblem(
    {
      code: "invalid_config",
      what: `The configuration does not fit ${connector.label}: ${fields.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
      rule: `Fields of ${connector.label}: ${known.join(", ")}.`,
      next: "Correct the fields named.",
    },
    fields,
  );
}

/** What would be stored in clear although it may be secret: unknown fields, and credentials inside an address. */
function misplacedFields(given: JsonObject, known: readonly string[]): { path: string; message: string }[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (value !== undefined && !known.includes(name)) return [{ path: `config.${name}`, message: unknownKey(name, known) }];
    const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : null;
    if (!url?.username && !url?.password) return [];
    return [{ path: `config.${name}`, message: "An address may not hold a user or password; give them in fields of their own." }];
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near ? `There is no such field; did you mean "${near}"?` : "There is no such field.";
}
