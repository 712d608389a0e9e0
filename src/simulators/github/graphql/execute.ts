import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";

import {
  type ASTVisitor,
  buildASTSchema,
  executeSync,
  getOperationAST,
  GraphQLError,
  parse,
  validate,
  visit,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from "graphql";

import type { Credential } from "../auth.ts";
import type { Limits, Window } from "../limits.ts";
import { iso, type GithubState } from "../state.ts";
import type { Context } from "./context.ts";
import { price, type Price } from "./cost.ts";
import { Root } from "./root.ts";
import { createContext } from "./views.ts";

/** Fields a recording cannot fill: in its schema they may be null, so that unknown need not become zero. */
const UNKNOWN_IN_RECORDINGS: Record<string, readonly string[]> = {
  PullRequest: ["additions", "deletions", "changedFiles"],
  Commit: [
    "additions",
    "deletions",
    "changedFiles",
    "authoredDate",
    "committedDate",
    "message",
    "messageHeadline",
    "messageBody",
    "parents",
    "authors",
  ],
  User: ["createdAt", "updatedAt"],
  Bot: ["createdAt", "updatedAt"],
  Workflow: ["createdAt", "updatedAt"],
};

/** What an Enterprise Server that is some versions behind does not know yet. */
const NEWER: { readonly types: readonly string[]; readonly fields: Readonly<Record<string, readonly string[]>> } = {
  types: ["ProjectV2ItemStatusChangedEvent"],
  fields: { Issue: ["issueType", "parent"] },
};

interface Edition {
  readonly isRecording?: boolean;
  readonly isOld?: boolean;
}

const schemas = new Map<string, GraphQLSchema>();
const nameOf = ({ isRecording = false, isOld = false }: Edition): string => `${isRecording} ${isOld}`;

/** GitHub's own schema. Ids of newer things do not fit 32 bits, and GitHub sends them all the same, so `databaseId` is a wider number here. */
export function githubSchema(edition: Edition = {}): GraphQLSchema {
  const known = schemas.get(nameOf(edition));
  if (known) return known;
  // The package's own entry would load a second GraphQL library and 5 MB of JSON beside the text.
  const folder = dirname(findPackageJSON("@octokit/graphql-schema", import.meta.url)!);
  let text = readFileSync(join(folder, "schema.graphql"), "utf8").replaceAll(/^(\s+databaseId: )Int\b/gm, "$1DatabaseId");
  if (edition.isRecording) for (const [type, fields] of Object.entries(UNKNOWN_IN_RECORDINGS)) text = relax(text, type, fields);
  const document = parse(`${text}\nscalar DatabaseId`, { noLocation: true });
  const schema = buildASTSchema(edition.isOld ? visit(document, withoutNewer) : document, { assumeValid: true });
  schemas.set(nameOf(edition), schema);
  return schema;
}

/** Null removes what stands there. */
const withoutNewer: ASTVisitor = {
  ObjectTypeDefinition: (type) =>
    NEWER.types.includes(type.name.value)
      ? null
      : { ...type, fields: type.fields?.filter(({ name }) => !NEWER.fields[type.name.value]?.includes(name.value)) },
  NamedType: ({ name }) => (NEWER.types.includes(name.value) ? null : undefined),
};

function relax(text: string, type: string, fields: readonly string[]): string {
  const start = text.search(new RegExp(`^type ${type} `, "m"));
  const end = text.indexOf("\n}", start);
  const body = text.slice(start, end).replaceAll(new RegExp(`^(  (?:${fields.join("|")})(?:\\([^)]*\\))?: \\w+)!`, "gm"), "$1");
  return text.slice(0, start) + body + text.slice(end);
}

export interface GraphqlCall {
  readonly state: GithubState;
  readonly web: string;
  readonly api: string;
  readonly credential: Credential;
  readonly limits: Limits;
  /** An Enterprise Server that is some versions behind. */
  readonly isOld: boolean;
  readonly query: unknown;
  readonly variables: unknown;
  readonly operationName: unknown;
}

export interface GraphqlAnswer {
  readonly body: { data?: unknown; errors?: unknown[] };
  readonly window: Window;
  readonly points: number;
  readonly operation: string;
}

interface Prepared {
  readonly document: DocumentNode;
  readonly errors: readonly GraphQLError[];
}

const prepared = new Map<string, Prepared>();
const KEPT_QUERIES = 200;

function prepare(edition: Edition, query: string): Prepared {
  const schema = githubSchema(edition);
  const key = `${nameOf(edition)}:${query}`;
  const known = prepared.get(key);
  if (known) return known;
  let made: Prepared;
  try {
    const document = parse(query, { noLocation: false });
    made = { document, errors: validate(schema, document) };
  } catch (error) {
    made = { document: { kind: "Document", definitions: [] } as unknown as DocumentNode, errors: [error as GraphQLError] };
  }
  if (prepared.size >= KEPT_QUERIES) prepared.delete(prepared.keys().next().value!);
  prepared.set(key, made);
  return made;
}

/** Validates, prices, charges and executes a query the way GitHub does. https://docs.github.com/en/graphql */
export function answerGraphql(call: GraphqlCall): GraphqlAnswer {
  const edition = { isRecording: call.state.isRecording, isOld: call.isOld };
  const schema = githubSchema(edition);
  const query = typeof call.query === "string" ? call.query : "";
  const { document, errors } = prepare(edition, query);
  const operation = errors.length
    ? null
    : getOperationAST(document, typeof call.operationName === "string" ? call.operationName : undefined);
  const refused = (problems: unknown[], name = "invalid"): GraphqlAnswer => ({
    body: { errors: problems },
    window: call.limits.read(call.credential.token, "graphql"),
    points: 0,
    operation: name,
  });
  if (errors.length) return refused(errors.map(invalid));
  if (!operation) return refused([{ message: "A query attribute must be specified and must be a string." }]);
  const name = operation.name?.value ?? "anonymous";
  const variables = (call.variables ?? {}) as Record<string, unknown>;
  const cost = price(schema, document, { operation, variables });
  if (cost.refusals.length)
    return refused(
      cost.refusals.map(({ type, message, field }) => ({
        type,
        path: field ? ["query", field.name.value] : ["query"],
        locations: locations(field ?? operation),
        message,
      })),
      name,
    );
  const charged = call.limits.charge(call.credential.token, "graphql", cost.points);
  if (!charged.ok)
    return {
      ...refused(
        [{ type: "RATE_LIMITED", message: `API rate limit already exceeded for user ID ${call.state.viewer.id}.` }],
        name,
      ),
      window: charged,
    };
  return {
    body: run(schema, document, { call, variables, cost, window: charged }),
    window: charged,
    points: cost.points,
    operation: name,
  };
}

function run(
  schema: GraphQLSchema,
  document: DocumentNode,
  { call, variables, cost, window }: { call: GraphqlCall; variables: Record<string, unknown>; cost: Price; window: Window },
) {
  const rate = call.limits.isOff
    ? null
    : {
        cost: cost.points,
        limit: window.limit,
        remaining: window.remaining,
        used: window.used,
        resetAt: iso(window.reset),
        nodeCount: cost.nodes,
      };
  const context = createContext({ state: call.state, web: call.web, api: call.api, credential: call.credential, rate });
  const operationName = typeof call.operationName === "string" ? call.operationName : null;
  const result = executeSync({
    schema,
    document,
    rootValue: new Root(context),
    contextValue: context,
    variableValues: variables,
    operationName,
    fieldResolver: resolve,
  });
  return { ...("data" in result && { data: result.data }), ...(result.errors && { errors: result.errors.map(failed) }) };
}

/** Properties and methods of views answer fields; a field no view has is refused aloud, never served as null. */
const resolve: GraphQLFieldResolver<Record<string, unknown>, Context> = (source, args, context, info) => {
  const value = source[info.fieldName];
  if (typeof value === "function") return (value as (...all: unknown[]) => unknown).call(source, args, context, info);
  if (value === undefined && !(info.fieldName in source))
    throw new GraphQLError(`The simulator does not serve ${info.parentType.name}.${info.fieldName}.`, {
      extensions: { type: "NOT_SIMULATED" },
    });
  return value;
};

const locations = (node: { loc?: { startToken: { line: number; column: number } } | undefined }) =>
  node.loc ? [{ line: node.loc.startToken.line, column: node.loc.startToken.column }] : [];

/** GitHub writes the type of an error beside its message. */
function failed(error: GraphQLError): GraphQLFormattedError & { type?: unknown } {
  const { message, path, locations: places, extensions } = error.toJSON();
  const { type, ...rest } = extensions ?? {};
  return {
    ...(type !== undefined && { type }),
    ...(path && { path }),
    ...(Object.keys(rest).length && { extensions: rest }),
    ...(places && { locations: places }),
    message,
  };
}

/** Refusals of the validator, in GitHub's words where they are known. */
function invalid(error: GraphQLError) {
  const { message, locations: places } = error.toJSON();
  const field = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message);
  const argument = /^Unknown argument "(\w+)" on field "(\w+)\.(\w+)"/.exec(message);
  if (field)
    return {
      path: ["query", field[1]],
      extensions: { code: "undefinedField", typeName: field[2], fieldName: field[1] },
      locations: places,
      message: `Field '${field[1]}' doesn't exist on type '${field[2]}'`,
    };
  if (argument)
    return {
      path: ["query", argument[3], argument[1]],
      extensions: { code: "argumentNotAccepted", name: argument[3], typeName: "Field", argumentName: argument[1] },
      locations: places,
      message: `Field '${argument[3]}' doesn't accept argument '${argument[1]}'`,
    };
  return { path: ["query"], locations: places, message };
}
