import { fromLocal } from "./time.ts";

/** What a search looks at. */
export interface Searched {
  readonly id: string;
  readonly key: string;
  readonly previousKeys: readonly string[];
  readonly project: { readonly id: string; readonly key: string; readonly name: string };
  readonly type: string;
  readonly status: string;
  readonly updatedAt: number;
  readonly createdAt: number;
}

export interface Ground {
  readonly now: number;
  /** Of the account: texts of time are read in it. */
  readonly zone: string;
  /** Instances that keep the minute only. */
  readonly cutsToMinute: boolean;
  readonly isKnownProject: (name: string) => boolean;
  readonly isKnownIssue: (name: string) => boolean;
  readonly filterOf: (id: string) => string | null;
  /** False: ids and keys that do not exist are refused. */
  readonly isLenient: boolean;
}

export interface Query {
  readonly matches: (issue: Searched) => boolean;
  readonly compare: (a: Searched, b: Searched) => number;
  /** It has a condition at all. */
  readonly isBounded: boolean;
}

/** A search that Jira would refuse, in its words. */
export class JqlError extends Error {}

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(>=|<=|!=|[()=<>,])|([^\s()=<>!,"']+))/y;

interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
}

function tokens(jql: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < jql.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(jql);
    if (!match)
      throw new JqlError(
        `Error in the JQL Query: The character '${jql.trim()[at] ?? ""}' is a reserved JQL character. (line 1, character ${at + 1})`,
      );
    const [, double, single, mark, word] = match;
    found.push({ text: double ?? single ?? mark ?? word!, isQuoted: double !== undefined || single !== undefined });
  }
  return found;
}

type Test = (issue: Searched) => boolean;

/** The subset that integrations need: comparisons, `in`, AND, OR, parentheses, ORDER BY. Anything else is refused, as Jira refuses it. */
export function parseJql(jql: string, ground: Ground): Query {
  const reader = new Reader(tokens(jql), ground);
  const matches = reader.isAtOrder() || reader.isDone() ? null : reader.either();
  const compare = reader.order();
  return { matches: matches ?? (() => true), compare, isBounded: matches !== null };
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #ground: Ground;
  #at = 0;

  constructor(list: readonly Token[], ground: Ground) {
    this.#tokens = list;
    this.#ground = ground;
  }

  isDone = () => this.#at >= this.#tokens.length;
  isAtOrder = () => this.#is("order");

  either(): Test {
    let test = this.#both();
    while (this.#take("or")) {
      const [left, right] = [test, this.#both()];
      test = (issue) => left(issue) || right(issue);
    }
    return test;
  }

  #both(): Test {
    let test = this.#single();
    while (this.#take("and")) {
      const [left, right] = [test, this.#single()];
      test = (issue) => left(issue) && right(issue);
    }
    return test;
  }

  #single(): Test {
    if (this.#take("(")) {
      const inner = this.either();
      this.#need(")");
      return inner;
    }
    const field = this.#next("a field").text;
    const operator = this.#next("an operator").text.toLowerCase();
    const values = operator === "in" ? this.#list() : [this.#next("a value").text];
    return test(field.toLowerCase(), { operator, values, field, ground: this.#ground });
  }

  #list(): string[] {
    this.#need("(");
    const values = [this.#next("a value").text];
    while (this.#take(",")) values.push(this.#next("a value").text);
    this.#need(")");
    return values;
  }

  order(): Query["compare"] {
    const keys: Query["compare"][] = [];
    if (this.#take("order")) {
      this.#need("by");
      do {
        const field = this.#next("a field").text.toLowerCase();
        const sort = orders[field];
        if (!sort) throw new JqlError(`Field '${field}' does not exist or you do not have permission to view it.`);
        const sign = this.#take("desc") ? -1 : (this.#take("asc"), 1);
        keys.push((a, b) => sign * sort(a, b));
      } while (this.#take(","));
    }
    const left = this.#tokens[this.#at];
    if (left)
      throw new JqlError(
        `Error in the JQL Query: Expecting either 'OR' or 'AND' but got '${left.text}'. (line 1, character ${this.#at + 1})`,
      );
    return (a, b) => keys.map((key) => key(a, b)).find((order) => order !== 0) ?? 0;
  }

  #is = (word: string) => this.#tokens[this.#at]?.text.toLowerCase() === word && !this.#tokens[this.#at]!.isQuoted;
  #take = (word: string) => this.#is(word) && ++this.#at > 0;
  #need(word: string) {
    if (!this.#take(word))
      throw new JqlError(`Error in the JQL Query: Expecting '${word}' but got '${this.#tokens[this.#at]?.text ?? "the end"}'.`);
  }
  #next(what: string): Token {
    const token = this.#tokens[this.#at++];
    if (!token) throw new JqlError(`Error in the JQL Query: Expecting ${what} before the end of the query.`);
    return token;
  }
}

const keyOrder = (a: Searched, b: Searched) =>
  a.project.key.localeCompare(b.project.key) || Number(a.key.split("-")[1]) - Number(b.key.split("-")[1]);
const orders: Readonly<Record<string, Query["compare"]>> = {
  updated: (a, b) => a.updatedAt - b.updatedAt,
  created: (a, b) => a.createdAt - b.createdAt,
  key: keyOrder,
  issuekey: keyOrder,
  id: (a, b) => Number(a.id) - Number(b.id),
};

interface Clause {
  readonly operator: string;
  readonly values: readonly string[];
  readonly field: string;
  readonly ground: Ground;
}

function test(name: string, clause: Clause): Test {
  const { ground, values, field } = clause;
  if (name === "updated" || name === "created") return timeTest(name, clause);
  const filter = name === "filter" ? ground.filterOf(values[0]!) : null;
  if (filter !== null) return parseJql(filter, ground).matches;
  const kinds: Record<string, (issue: Searched) => readonly string[]> = {
    project: ({ project }) => [project.id, project.key, project.name],
    issuetype: ({ type }) => [type],
    type: ({ type }) => [type],
    status: ({ status }) => [status],
    id: ({ id, key, previousKeys }) => [id, key, ...previousKeys],
    key: ({ id, key, previousKeys }) => [id, key, ...previousKeys],
    issuekey: ({ id, key, previousKeys }) => [id, key, ...previousKeys],
    issue: ({ id, key, previousKeys }) => [id, key, ...previousKeys],
  };
  const words = kinds[name];
  if (!words) throw new JqlError(`Field '${field}' does not exist or you do not have permission to view it.`);
  if (!["=", "!=", "in"].includes(clause.operator))
    throw new JqlError(`The operator '${clause.operator}' is not supported by the '${field}' field.`);
  const isKnown =
    name === "project" ? ground.isKnownProject : /^(id|key|issuekey|issue)$/.test(name) ? ground.isKnownIssue : () => true;
  const unknown = values.find((value) => !isKnown(value));
  if (unknown !== undefined && !(ground.isLenient && name !== "project"))
    throw new JqlError(
      name === "project"
        ? `The value '${unknown}' does not exist for the field 'project'.`
        : `An issue with key '${unknown}' does not exist for field '${field}'.`,
    );
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  const isIn = (issue: Searched) => words(issue).some((word) => wanted.has(word.toLowerCase()));
  return clause.operator === "!=" ? (issue) => !isIn(issue) : isIn;
}

/** Milliseconds since 1970, a local minute in the account's zone, or so long ago. */
function timeTest(name: "updated" | "created", { operator, values, field, ground }: Clause): Test {
  const text = values[0]!;
  const ago = /^-(\d+)([mhdw])$/.exec(text);
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
  const exact = /^\d{6,}$/.test(text)
    ? Number(text)
    : ago
      ? ground.now - Number(ago[1]) * unit[ago[2] as keyof typeof unit]
      : null;
  const bound = exact === null ? fromLocal(text, ground.zone) : ground.cutsToMinute ? Math.floor(exact / 60_000) * 60_000 : exact;
  if (bound === null)
    throw new JqlError(
      `Date value '${text}' for field '${field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`,
    );
  const of = (issue: Searched) => (name === "updated" ? issue.updatedAt : issue.createdAt);
  const tests: Record<string, Test> = {
    ">=": (issue) => of(issue) >= bound,
    ">": (issue) => of(issue) > bound,
    "<=": (issue) => of(issue) <= bound,
    "<": (issue) => of(issue) < bound,
  };
  const found = tests[operator];
  if (!found) throw new JqlError(`The operator '${operator}' is not supported by the '${field}' field.`);
  return found;
}
