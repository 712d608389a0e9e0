import { addSeconds, type Instant } from "../domain/instant.ts";
import type { FailureInput } from "./connector.ts";
import { RetryableError } from "./errors.ts";
import {
  credentialRefused,
  notFound,
  notJson,
  notPermitted,
  providerFailed,
  rateLimited,
  requestRefused,
  unreachable,
} from "./problems.ts";

export interface Reply extends FailureInput {
  readonly host: string;
  /** Method and URL without secrets. */
  readonly called: string;
  /** The provider's clock. */
  readonly receivedAt: Instant;
  /** When the budget ends, if it is used up. */
  readonly exhaustedUntil: Instant | null;
}

/** What is left of a body that is not JSON. */
export class NotJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An empty body is null; what is not JSON stays recognisable. */
export function parseBody(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return new NotJson(text);
  }
}

/** Seconds to wait by `Retry-After`, which is a number or an HTTP date on the provider's clock. */
export function retryAfterSeconds(header: string | undefined, receivedAt: Instant): number | null {
  if (!header) return null;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.parse(receivedAt)) / 1000);
}

/** The engine's rules by status; the connector's own rules were asked before. Null: a good answer. */
export function failureOf(reply: Reply): Error | null {
  const { status, host, called, body } = reply;
  if (status === 401) return credentialRefused(host, called);
  if (status === 429 || (status === 403 && asksToWait(reply))) return rateLimited(host, called, waitUntil(reply));
  if (status === 403) return notPermitted(host, called, said(body));
  if (status === 404 || status === 410 || status === 451) return notFound(host, called, status);
  if (status >= 500 || status === 408) return afterWait(providerFailed(host, status, called), reply);
  if (status >= 400) return requestRefused(host, called, { status, said: said(body) });
  if (status >= 300 && status !== 304) return requestRefused(host, called, { status, said: "a redirect without an address" });
  if (body instanceof NotJson) return unreadable(reply, body.text);
  return null;
}

const asksToWait = ({ headers, exhaustedUntil }: Reply): boolean =>
  headers["retry-after"] !== undefined || exhaustedUntil !== null;

function waitUntil({ headers, receivedAt, exhaustedUntil }: Reply): Instant | null {
  const seconds = retryAfterSeconds(headers["retry-after"], receivedAt);
  return seconds === null ? exhaustedUntil : addSeconds(receivedAt, seconds);
}

/** A 503 with Retry-After is a request to wait like any other. */
function afterWait(error: RetryableError, reply: Reply): RetryableError {
  const until = reply.headers["retry-after"] === undefined ? null : waitUntil(reply);
  return until ? rateLimited(reply.host, reply.called, until) : error;
}

function unreadable({ host, called, status, headers }: Reply, text: string): Error {
  const type = headers["content-type"] ?? "";
  if (/json/.test(type) && !text.trimStart().startsWith("<")) return unreachable(host, "the JSON was cut off", true);
  return notJson(
    host,
    called,
    status,
    /html/.test(type) || text.trimStart().startsWith("<") ? "an HTML page" : `"${type || "plain text"}"`,
  );
}

/** The provider's own sentence, if the body has one. */
function said(body: unknown): string {
  if (typeof body !== "object" || body === null || body instanceof NotJson) return "";
  const { message, error, errors, error_description: description } = body as Record<string, unknown>;
  const first = [message, description, error, Array.isArray(errors) ? (errors[0] as unknown) : null].find(
    (one) => typeof one === "string",
  );
  return typeof first === "string" ? first.slice(0, 200) : "";
}
