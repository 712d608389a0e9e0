import { z } from "zod";

import { Problem, type ProblemText } from "../domain/problem.ts";
import type { Instant } from "../domain/instant.ts";
import { DataError, FatalError, RetryableError, SkippableError } from "./errors.ts";
import { answerUnexpected, unexpected } from "./problems.ts";
import type { Redactor } from "./redact.ts";

/** An error as logs and pages show it: three parts, no secrets. */
export interface ErrorInWords {
  readonly code: string;
  readonly what: string;
  readonly rule: string | null;
  readonly next: string | null;
  /** The three parts in one text. */
  readonly message: string;
  readonly retryAt: Instant | null;
}

/** Any thrown thing as one of our errors, with secrets removed from its texts. */
export function asProblem(error: unknown, redactor: Redactor): Problem {
  if (!(error instanceof Problem)) {
    if (error instanceof z.ZodError) return answerUnexpected(redactor.redact(firstIssue(error)), error);
    return unexpected(redactor.redact(error instanceof Error ? error.message : String(error)), error);
  }
  const clean = redactor.redact(error.message);
  return clean === error.message ? error : rebuilt(error, redactor);
}

export function inWords(error: unknown, redactor: Redactor): ErrorInWords {
  const problem = asProblem(error, redactor);
  return {
    code: problem.code,
    what: problem.what,
    rule: problem.rule ?? null,
    next: problem.next ?? null,
    message: problem.message,
    retryAt: problem instanceof RetryableError ? problem.retryAt : null,
  };
}

function rebuilt(error: Problem, { redact }: Redactor): Problem {
  const text: ProblemText = {
    code: error.code,
    what: redact(error.what),
    status: error.status,
    ...(error.rule === undefined ? {} : { rule: redact(error.rule) }),
    ...(error.next === undefined ? {} : { next: redact(error.next) }),
  };
  if (error instanceof RetryableError) return new RetryableError(text, error);
  const Same = [FatalError, SkippableError, DataError].find((kind) => error instanceof kind) ?? Problem;
  return new Same(text);
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join(".") || "the answer"}: ${issue.message}` : "it does not fit";
}
