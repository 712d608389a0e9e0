/** What every error of the product says: what happened (title), the rule (detail), what to do (hint). */
export interface Problem {
  code: string;
  title: string;
  detail: string | null;
  hint: string | null;
  status: number;
  fields: { path: string; message: string }[];
}

/** An answer of the server that says no. */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.name = "ApiProblem";
    this.problem = problem;
  }
}

const unreachable: Problem = {
  code: "server_unreachable",
  title: "Leadline's server does not answer.",
  detail: "This page needs the server that it was loaded from.",
  hint: "Start it again with `npm start` or `leadline up`; the page reconnects by itself.",
  status: 0,
  fields: [],
};

/** Any thrown thing as a problem with three parts. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ApiProblem) return error.problem;
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) return unreachable;
  if (isProblemLike(error)) {
    return { status: 0, fields: [], ...error, detail: error.detail ?? null, hint: error.hint ?? null };
  }
  return {
    code: "page_failed",
    title: "This part of the page could not be drawn.",
    detail: error instanceof Error ? error.message : String(error),
    hint: "Reload the page. If it fails again, please report the text above.",
    status: 0,
    fields: [],
  };
}

type ProblemLike = { code: string; title: string; detail?: string | null; hint?: string | null };

function isProblemLike(value: unknown): value is ProblemLike {
  return typeof value === "object" && value !== null && "code" in value && "title" in value;
}
