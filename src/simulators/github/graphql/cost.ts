import {
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** What a query may cost at most. https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api */
export interface Price {
  /** Requests needed to fill every connection if all pages are full. */
  readonly requests: number;
  /** max(1, requests ÷ 100 rounded). */
  readonly points: number;
  readonly nodes: number;
  /** Broken page limits. */
  readonly refusals: readonly Refusal[];
}

interface Refusal {
  readonly type: string;
  readonly message: string;
  readonly field: FieldNode | null;
}

const NODE_LIMIT = 500_000;
const PAGE_LIMIT = 100;

/** Prices a valid document with its variables. */
export function price(
  schema: GraphQLSchema,
  document: DocumentNode,
  { operation, variables }: { operation: OperationDefinitionNode; variables: Readonly<Record<string, unknown>> },
): Price {
  const meter = new Meter(schema, document, withDefaults(operation, variables));
  meter.walk(operation.selectionSet, schema.getQueryType()!, 1);
  const { requests, nodes, refusals } = meter;
  if (nodes > NODE_LIMIT)
    refusals.push({
      type: "MAX_NODE_LIMIT_EXCEEDED",
      message: `This query requests up to ${nodes.toLocaleString("en-US")} possible nodes which exceeds the maximum limit of 500,000.`,
      field: null,
    });
  return { requests, nodes, refusals, points: Math.max(1, Math.round(requests / 100)) };
}

function withDefaults(operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const all: Record<string, unknown> = { ...variables };
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    if (all[name] === undefined && definition.defaultValue) all[name] = valueFromASTUntyped(definition.defaultValue);
  }
  return all;
}

class Meter {
  requests = 0;
  nodes = 0;
  readonly refusals: Refusal[] = [];
  readonly #schema: GraphQLSchema;
  readonly #fragments: Map<string, FragmentDefinitionNode>;
  readonly #variables: Readonly<Record<string, unknown>>;

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>) {
    this.#schema = schema;
    this.#variables = variables;
    this.#fragments = new Map(
      document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
    );
  }

  walk(selections: SelectionSetNode, type: GraphQLNamedType, times: number) {
    for (const selection of selections.selections) {
      if (this.#isSkipped(selection)) continue;
      if (selection.kind === Kind.FIELD) this.#field(selection, type, times);
      else {
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(selection.name.value)! : selection;
        const condition = fragment.typeCondition ? this.#schema.getType(fragment.typeCondition.name.value)! : type;
        this.walk(fragment.selectionSet, condition, times);
      }
    }
  }

  #field(field: FieldNode, parent: GraphQLNamedType, times: number) {
    if (!field.selectionSet || !(isObjectType(parent) || isAbstractType(parent)) || !("getFields" in parent)) return;
    const definition = parent.getFields()[field.name.value];
    if (!definition) return;
    const type = getNamedType(definition.type);
    const isConnection = type.name.endsWith("Connection");
    const isLookup = parent.name === "Query" && field.name.value === "nodes";
    const count = isLookup ? (this.#value(field, "ids") as unknown[]).length : isConnection ? this.#pageSize(field) : null;
    if (count !== null) {
      this.requests += times;
      this.nodes += times * count;
    }
    this.walk(field.selectionSet, type, times * (count ?? 1));
  }

  /** Asked rows; null where only the total is asked for. */
  #pageSize(field: FieldNode): number | null {
    const name = field.name.value;
    for (const side of ["first", "last"]) {
      const value = this.#value(field, side);
      if (typeof value !== "number") continue;
      if (value > PAGE_LIMIT)
        this.refusals.push({
          type: "EXCESSIVE_PAGINATION",
          message: `Requesting ${value} records on the \`${name}\` connection exceeds the \`${side}\` limit of ${PAGE_LIMIT} records.`,
          field,
        });
      if (value < 0)
        this.refusals.push({
          type: "INVALID_PAGINATION",
          message: `\`${side}\` on the \`${name}\` connection cannot be less than zero.`,
          field,
        });
      return Math.max(0, value);
    }
    const isPaged = field.selectionSet!.selections.some(
      (each) => each.kind === Kind.FIELD && (each.name.value === "nodes" || each.name.value === "edges"),
    );
    if (isPaged)
      this.refusals.push({
        type: "MISSING_PAGINATION_BOUNDARIES",
        message: `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
        field,
      });
    return null;
  }

  #value(field: FieldNode, name: string): unknown {
    const argument = field.arguments?.find((each) => each.name.value === name);
    return argument && valueFromASTUntyped(argument.value, this.#variables);
  }

  #isSkipped(node: {
    readonly directives?:
      | readonly {
          name: { value: string };
          arguments?: readonly { value: Parameters<typeof valueFromASTUntyped>[0] }[] | undefined;
        }[]
      | undefined;
  }): boolean {
    return (node.directives ?? []).some((directive) => {
      const condition = directive.arguments?.[0] && valueFromASTUntyped(directive.arguments[0].value, this.#variables);
      return (
        (directive.name.value === "skip" && condition === true) || (directive.name.value === "include" && condition === false)
      );
    });
  }
}
