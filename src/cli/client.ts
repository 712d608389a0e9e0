import { Problem } from "../domain/problem.ts";
import { readEnvironment, type Environment } from "../server/environment.ts";
import { readLocalToken } from "../server/local-token.ts";
import type { ProblemBody } from "../server/shapes/shared.ts";
import { readHomeOwner } from "../warehouse/lock.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The product's HTTP API: over the network when a server owns the data folder, in this process when none does. */
export interface Client {
  /** Throws an ApiProblem for every answer of 400 and more. */
  call<Body>(method: Method, path: string, body?: unknown): Promise<Body>;
  /** The same for answers that are no JSON. */
  text(method: Method, path: string, body?: unknown): Promise<string>;
  /** Where the server answers; null when this process does the work. */
  readonly address: string | null;
  close(): Promise<void>;
}

/** An error of the API with its fields. */
export class ApiProblem extends Problem {
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super({
      code: body.code,
      what: body.title,
      ...(body.detail ? { rule: body.detail } : {}),
      ...(body.hint ? { next: body.hint } : {}),
      status: body.status,
    });
    this.body = body;
  }
}

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export type Send = (method: Method, path: string, body: unknown) => Promise<Reply>;

export async function openClient(environment: Environment = readEnvironment()): Promise<Client> {
  const owner = await readHomeOwner(environment.home);
  if (owner?.address) return overHttp(owner.address, environment.home);
  // Databases and the HTTP framework are loaded only when this process does the work itself.
  const { inProcess } = await import("./in-process.ts");
  return inProcess(environment);
}

export const clientOf = (send: Send, rest: Pick<Client, "address" | "close">): Client => {
  const checked = async (method: Method, path: string, body: unknown) => {
    const reply = await send(method, path, body);
    if (reply.status >= 400) throw problemOf(reply);
    return reply;
  };
  return {
    ...rest,
    text: async (method, path, body) => (await checked(method, path, body)).text,
    async call<Body>(method: Method, path: string, body?: unknown) {
      const { text } = await checked(method, path, body);
      return (text ? JSON.parse(text) : null) as Body;
    },
  };
};

function problemOf({ status, type, text }: Reply): ApiProblem {
  if (type.includes("json")) return new ApiProblem(JSON.parse(text) as ProblemBody);
  return new ApiProblem({
    code: "unexpected_answer",
    title: `The server answered ${status}.`,
    detail: null,
    hint: "Look into its log.",
    status,
  });
}

function overHttp(address: string, home: string): Client {
  const token = readLocalToken(home);
  if (token === null)
    throw new Problem({
      code: "no_local_token",
      what: `A server at ${address} owns ${home}, but its token cannot be read.`,
      rule: "The command line speaks to a running server with the file local.token of the data folder.",
      next: "Run the command as the user who started the server.",
    });
  const send: Send = async (method, path, body) => {
    const { request } = await import("undici");
    try {
      const answer = await request(address + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        body: body === undefined ? null : JSON.stringify(body),
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      return { status: answer.statusCode, type: String(answer.headers["content-type"] ?? ""), text: await answer.body.text() };
    } catch (error) {
      throw new Problem(
        {
          code: "server_unreachable",
          what: `The server at ${address} does not answer.`,
          next: "Start it again with `leadline up`.",
        },
        { cause: error },
      );
    }
  };
  return clientOf(send, { address, close: async () => {} });
}

/** A path with its query; parameters without a value are left out, lists are joined by commas. */
export function pathWith(
  path: string,
  query: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>,
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    parameters.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

/** Every row of a list that pages. */
export async function allPages<Item>(client: Client, path: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const url: string = cursor === null ? path : `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`;
    const page: { items: Item[]; nextCursor?: string | null } = await client.call("GET", url);
    items.push(...page.items);
    cursor = page.nextCursor ?? null;
  } while (cursor !== null);
  return items;
}
