/** What every error a person can meet says: what happened to which thing, what the rule is, what to do. */
export interface ProblemText {
  /** Stable snake_case code; tests assert it, docs list it. */
  code: string;
  /** What happened to which thing. */
  what: string;
  /** The rule that was broken. */
  rule?: string;
  /** What to do next. */
  next?: string;
  /** HTTP status when a route answers with it; default 400. */
  status?: number;
}

/** An error meant for people. Texts must already be free of secrets: redact before building one. */
export class Problem extends Error {
  readonly code: string;
  readonly what: string;
  readonly rule: string | undefined;
  readonly next: string | undefined;
  readonly status: number;

  constructor(text: ProblemText, options?: { cause?: unknown }) {
    super([text.what, text.rule, text.next].filter(Boolean).join(" "), options);
    this.name = new.target.name;
    this.code = text.code;
    this.what = text.what;
    this.rule = text.rule;
    this.next = text.next;
    this.status = text.status ?? 400;
  }
}
