import createClient from "openapi-fetch";

import type { components, paths } from "./api.gen.ts";
import { ApiProblem, type Problem } from "./problem.ts";

export type Schemas = components["schemas"];

/** The only HTTP client of the app; its types come from the server's OpenAPI document. */
export const client = createClient<paths>({ baseUrl: window.location.origin });

interface Exchange<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The answer, or its problem thrown. */
export async function answered<Data>(exchange: Promise<Exchange<Data>>): Promise<Data> {
  const { data, error, response } = await exchange;
  if (response.ok) return data as Data;
  throw new ApiProblem(problemOf(error, response.status));
}

function problemOf(error: unknown, status: number): Problem {
  const body = (typeof error === "object" && error !== null ? error : {}) as Partial<Problem>;
  return {
    code: body.code ?? `http_${status}`,
    title: body.title ?? `The server answered with status ${status}.`,
    detail: body.detail ?? null,
    hint: body.hint ?? (status >= 502 ? "The server or a proxy before it is not ready; try again in a moment." : null),
    status,
    fields: body.fields ?? [],
  };
}
