import type { GithubSimulator } from "../index.ts";

export type Json = Record<string, unknown>;

export interface RestAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

export interface GraphqlError {
  readonly type?: string;
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Json;
}

/** Asks a simulator over HTTP, as any client would. */
export class Client {
  readonly #simulator: GithubSimulator;
  readonly #token: string;

  constructor(simulator: GithubSimulator, token = simulator.token) {
    this.#simulator = simulator;
    this.#token = token;
  }

  /** Below `/api/v3`, or an absolute address. */
  async rest<Body = Json>(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<RestAnswer<Body>> {
    const url = path.startsWith("http") ? path : `${this.#simulator.url}/api/v3${path}`;
    const answer = await fetch(url, {
      method,
      redirect: "manual",
      headers: { authorization: `Bearer ${this.#token}`, "user-agent": "test", ...headers },
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") === true && text !== "";
    return { status: answer.status, headers: answer.headers, text, body: (isJson ? parse(text) : null) as Body };
  }

  /** Every record of a list, following `Link`. */
  async list<Row = Json>(path: string, envelope?: string): Promise<Row[]> {
    const rows: Row[] = [];
    for (let next: string | undefined = path; next;) {
      const answer: RestAnswer<Row[] & Record<string, Row[]>> = await this.rest(next);
      if (answer.status !== 200) throw new Error(`${next}: ${answer.status} ${answer.text}`);
      rows.push(...(envelope ? answer.body[envelope]! : answer.body));
      next = /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    return rows;
  }

  async graphql<Data = Json>(
    query: string,
    variables: Json = {},
  ): Promise<{ status: number; headers: Headers; data: Data | null; errors: GraphqlError[] }> {
    const headers = { authorization: `Bearer ${this.#token}`, "user-agent": "test", "content-type": "application/json" };
    const answer = await fetch(`${this.#simulator.url}/api/graphql`, {
      method: "POST",
      headers,
      body: JSON.stringify({ query, variables }),
    });
    const body = (parse(await answer.text()) ?? {}) as { data?: Data; errors?: GraphqlError[] };
    return { status: answer.status, headers: answer.headers, data: body.data ?? null, errors: body.errors ?? [] };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
