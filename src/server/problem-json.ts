import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from "fastify-type-provider-zod";
import { z } from "zod";

import { Problem } from "../domain/problem.ts";
import { FieldsProblem } from "./connector-form.ts";
import type { ProblemBody, ProblemTextBody } from "./shapes/shared.ts";

export const problemText = (problem: Problem): ProblemTextBody => ({
  code: problem.code,
  title: problem.what,
  detail: problem.rule ?? null,
  hint: problem.next ?? null,
});

const internal: ProblemBody = {
  code: "internal_error",
  title: "The server failed while it answered this request.",
  detail: "Nothing was changed that was not confirmed.",
  hint: "The log of the server says what happened; the request's id is in the header x-request-id.",
  status: 500,
};

const framework: Readonly<Record<string, Omit<ProblemBody, "status">>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: "invalid_json",
    title: "The body is not JSON.",
    detail: "Bodies are JSON in UTF-8.",
    hint: null,
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: "invalid_json",
    title: "The body is empty.",
    detail: "Bodies are JSON in UTF-8.",
    hint: "Leave the header content-type out, or send a body.",
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "invalid_media_type",
    title: "The body is of another type.",
    detail: "Bodies are application/json.",
    hint: null,
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: "body_too_large",
    title: "The body is too large.",
    detail: "A body may have 1 MiB.",
    hint: null,
  },
};

/** The problem document of any error; unknown errors say nothing of their inside. */
export function problemBody(error: unknown): ProblemBody {
  if (error instanceof FieldsProblem) return { ...problemText(error), status: error.status, fields: error.fields };
  if (error instanceof Problem) return { ...problemText(error), status: error.status };
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map((issue) => ({
      path: pathOf(error.validationContext, issue.instancePath),
      message: issue.message ?? "",
    }));
    return invalid(fields);
  }
  if (error instanceof z.ZodError)
    return invalid(error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })));
  const { code, statusCode } = error as Partial<FastifyError>;
  const known = code ? framework[code] : undefined;
  if (known) return { ...known, status: statusCode ?? 400 };
  if (statusCode === 429)
    return {
      code: "too_many_requests",
      title: "Too many requests from this address.",
      detail: (error as Error).message,
      hint: "Wait as long as the header retry-after says.",
      status: 429,
    };
  return internal;
}

const invalid = (fields: { path: string; message: string }[]): ProblemBody => ({
  code: "invalid_request",
  title:
    fields.length === 1
      ? `${fields[0]!.path || "The request"} does not fit: ${fields[0]!.message}`
      : "Parts of the request do not fit.",
  detail: "See `fields`.",
  hint: "The shape of every request is in /api/docs.",
  status: 400,
  fields,
});

const pathOf = (context: string | undefined, pointer: string) =>
  [context === "body" ? null : context, ...pointer.split("/").filter(Boolean)].filter(Boolean).join(".");

export function sendProblem(reply: FastifyReply, body: ProblemBody): FastifyReply {
  return reply
    .code(body.status)
    .type("application/problem+json; charset=utf-8")
    .serializer(JSON.stringify as (payload: unknown) => string)
    .send(body);
}

export function errorHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = problemBody(error);
  if (body.status >= 500)
    request.log.error(
      { err: isResponseSerializationError(error) ? { message: error.message, issues: error.cause.issues } : error },
      body.title,
    );
  return sendProblem(reply, body);
}
