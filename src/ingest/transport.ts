import zlib from "node:zlib";

import { Agent, buildConnector, type Dispatcher } from "undici";

import { createGuard, type NetworkPolicy, type Resolve } from "./guard.ts";
import { FatalError } from "./errors.ts";
import { bodyTooLarge, certificateRefused, headerInvalid, hostUnknown, tooManyRedirects, unreachable } from "./problems.ts";

export interface TransportOptions {
  readonly network: NetworkPolicy;
  /** Time without a header or a further piece of the body after which a call counts as lost. */
  readonly timeoutMs?: number;
  /** Largest body, unpacked. */
  readonly maxBytes?: number;
  readonly resolve?: Resolve;
}

export interface Call {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Names of headers that must not leave the origin. */
  readonly private: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
  /** The call in words, without secrets. */
  readonly request: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Exchanges it took: one, and one more for each redirect. */
  readonly hops: number;
}

/** Sends one call, follows its redirects, and unpacks the answer. Throws our errors only. */
export interface Transport {
  send(call: Call): Promise<RawAnswer>;
  close(): Promise<void>;
}

const MAX_REDIRECTS = 5;
const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_BYTES = 64 * 1_048_576;

export function createTransport(options: TransportOptions): Transport {
  const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT;
  const maxBytes = options.maxBytes ?? DEFAULT_BYTES;
  const guard = createGuard(options.network, options.resolve);
  const connect = buildConnector({ lookup: guard.lookup, timeout: Math.min(timeout, 10_000), allowH2: false });
  const agent = new Agent({ connect, headersTimeout: timeout, bodyTimeout: timeout, keepAliveTimeout: 20_000, allowH2: false });

  const exchange = async (call: Call): Promise<Omit<RawAnswer, "hops">> => {
    guard.checkUrl(call.url);
    try {
      const answer = await agent.request({
        origin: call.url.origin,
        path: call.url.pathname + call.url.search,
        method: call.method,
        headers: call.headers,
        body: call.body,
        ...(call.signal ? { signal: call.signal } : {}),
      });
      const headers = flatten(answer.headers);
      const packed = await collect(answer.body, { call, maxBytes, patience: timeout * 10 });
      return { status: answer.statusCode, headers, text: unpack(packed, headers["content-encoding"], { call, maxBytes }) };
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw inOurWords(error, call.url.host);
    }
  };

  return {
    async send(call) {
      let current = call;
      for (let hops = 1; hops <= MAX_REDIRECTS + 1; hops++) {
        const answer = await exchange(current);
        const next = redirected(current, answer);
        if (!next) return { ...answer, hops };
        current = next;
      }
      throw tooManyRedirects(call.url.host, call.request);
    },
    close: () => agent.destroy(),
  };
}

/** The call that a redirect asks for; credentials stay behind when it leads to another origin. */
function redirected(call: Call, { status, headers }: { status: number; headers: Readonly<Record<string, string>> }): Call | null {
  if (![301, 302, 303, 307, 308].includes(status) || !headers.location) return null;
  const url = new URL(headers.location, call.url);
  const keepsMethod = status === 307 || status === 308 || call.method === "GET";
  const kept = Object.entries(call.headers).filter(
    ([name]) => (url.origin === call.url.origin || !call.private.has(name)) && (keepsMethod || name !== "content-type"),
  );
  return {
    ...call,
    url,
    headers: Object.fromEntries(kept),
    method: keepsMethod ? call.method : "GET",
    body: keepsMethod ? call.body : null,
  };
}

const flatten = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === "string" ? value : value.join(", ")]],
    ),
  );

interface Limits {
  readonly call: Call;
  readonly maxBytes: number;
}

async function collect(body: Dispatcher.ResponseData["body"], limits: Limits & { patience: number }): Promise<Buffer> {
  const begun = performance.now();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limits.maxBytes) throw bodyTooLarge(limits.call.url.host, limits.call.request, limits.maxBytes);
    if (performance.now() - begun > limits.patience) throw unreachable(limits.call.url.host, "the body came too slowly", true);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

const unpackers: Readonly<Record<string, (packed: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: zlib.gunzipSync,
  "x-gzip": zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
};

function unpack(packed: Buffer, encoding: string | undefined, { call, maxBytes }: Limits): string {
  const unpacker = unpackers[encoding?.trim().toLowerCase() ?? ""];
  if (!unpacker || packed.length === 0) return packed.toString();
  try {
    return unpacker(packed, { maxOutputLength: maxBytes }).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw bodyTooLarge(call.url.host, call.request, maxBytes);
    throw unreachable(call.url.host, "the packed body was cut off", true);
  }
}

const certificateCodes = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

function inOurWords(error: unknown, host: string): unknown {
  const { code = "", name = "", message = "" } = error as NodeJS.ErrnoException;
  if (error instanceof FatalError || (error instanceof Error && "what" in error)) return error;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return hostUnknown(host);
  if (certificateCodes.test(code)) return certificateRefused(host, code);
  if (code === "UND_ERR_INVALID_ARG" || code === "ERR_INVALID_CHAR") return headerInvalid(host);
  if (/TIMEOUT/.test(code)) return unreachable(host, "it took too long", code !== "UND_ERR_CONNECT_TIMEOUT");
  return unreachable(host, code || name || message);
}
