import type { FastifyBaseLogger } from "fastify";
import pino from "pino";

/** Names of fields that never reach the log, at the top and one level down. */
const hidden = [
  "token",
  "password",
  "secret",
  "key",
  "authorization",
  "cookie",
  "privateKey",
  "private_key",
  "config",
  "secrets",
  "apiKey",
];

/** JSON lines on standard error, so that standard output stays for answers. */
export function createLog(level: string, stream: NodeJS.WritableStream = process.stderr): FastifyBaseLogger {
  return pino(
    {
      level,
      redact: { paths: [...hidden, ...hidden.map((name) => `*.${name}`), "req.headers"], censor: "[secret]" },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      base: null,
      serializers: { err: errorForLog },
    },
    stream,
  );
}

/** Message, code and stack; causes and further fields of an error may carry requests and stay out. */
function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return { type: error.name, message: error.message, ...(typeof code === "string" ? { code } : {}), stack: error.stack };
}
