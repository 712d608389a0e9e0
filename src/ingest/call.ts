import type { ClientSpec, RequestSpec } from "./connector.ts";
import { addressInvalid, foreignOrigin } from "./problems.ts";
import type { Redactor } from "./redact.ts";

const USER_AGENT = "Leadline/0.1 (self-hosted software engineering insights)";
export const secretHeader = /auth|token|key|cookie|secret|password/i;

/** A header's value, and the token inside it. */
export function learnSecret(redactor: Redactor, value: string): void {
  redactor.add(value);
  for (const part of value.split(/[\s=;]+/)) if (part.length >= 12) redactor.add(part);
}

export function parseBase(baseUrl: string): URL {
  try {
    return new URL(baseUrl);
  } catch {
    throw addressInvalid(`"${baseUrl}"`, "it cannot be understood");
  }
}

/** What goes over the wire, and what may be said about it. */
export function describeCall(
  base: URL,
  spec: ClientSpec,
  {
    request,
    own,
    redactor,
    isExchange = false,
  }: { request: RequestSpec; own: Readonly<Record<string, string>>; redactor: Redactor; isExchange?: boolean },
) {
  const exchange = isExchange && spec.authorizeAt ? [spec.authorizeAt] : [];
  const url = urlOf({ base, siblings: [...(spec.siblings ?? []), ...exchange], request, redactor });
  const lowered = (headers: Readonly<Record<string, string>> | undefined) =>
    Object.entries(headers ?? {}).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const credentials = [...lowered(spec.headers), ...lowered(own)];
  const headers: Record<string, string> = {
    "user-agent": USER_AGENT,
    accept: "application/json",
    "accept-encoding": "gzip, br",
    ...(request.body === undefined ? {} : { "content-type": "application/json" }),
    ...(request.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    ...Object.fromEntries([...credentials, ...lowered(request.headers)]),
  };
  const harmless = new Set(["accept", "accept-encoding", "user-agent", "content-type"]);
  const method = request.method ?? "GET";
  return {
    url,
    method,
    headers,
    body: bodyOf(request),
    private: new Set(Object.keys(headers).filter((name) => !harmless.has(name))),
    request: redactor.redact(`${method} ${url.origin}${url.pathname}${url.search}`).slice(0, 1000),
  };
}

const bodyOf = ({ body, form }: RequestSpec): string | null =>
  form ? new URLSearchParams(form).toString() : body === undefined ? null : JSON.stringify(body);

interface Target {
  readonly base: URL;
  readonly siblings: readonly string[];
  readonly request: RequestSpec;
  readonly redactor: Redactor;
}

function urlOf({ base, siblings, request: { path, query }, redactor }: Target): URL {
  const isAbsolute = /^[a-z]+:\/\//i.test(path);
  const url = isAbsolute ? new URL(path) : new URL(`${base.href.replace(/\/$/, "")}${path.startsWith("/") ? "" : "/"}${path}`);
  if (url.origin !== base.origin && !siblings.includes(url.origin))
    throw foreignOrigin(base.host, redactor.redact(url.origin + url.pathname));
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}
