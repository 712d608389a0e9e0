import { createHmac, timingSafeEqual } from "node:crypto";

import { z } from "zod";

import { wholeIntegration, type Hint, type Scope, type WebhookSpec } from "../../ingest/connector.ts";
import { DataError } from "../../ingest/errors.ts";
import type { Config } from "./config.ts";

const id = z.union([z.string(), z.number()]).transform(String);
const body = z.looseObject({
  webhookEvent: z.string(),
  issue: z.object({ id, fields: z.object({ project: z.object({ id }).nullish() }).nullish() }).nullish(),
  changelog: z.object({ items: z.array(z.object({ field: z.string(), from: z.string().nullish() })).nullish() }).nullish(),
  worklog: z.object({ issueId: id }).nullish(),
  issueLink: z.object({ sourceIssueId: id, destinationIssueId: id }).nullish(),
  sprint: z.object({ originBoardId: id.nullish() }).nullish(),
  version: z.object({ projectId: id }).nullish(),
});
type Body = z.output<typeof body>;

const events = [
  "jira:issue_created",
  "jira:issue_updated",
  "jira:issue_deleted",
  "comment_created",
  "comment_updated",
  "comment_deleted",
  "worklog_created",
  "worklog_updated",
  "worklog_deleted",
  "issuelink_created",
  "issuelink_deleted",
  "sprint_created",
  "sprint_updated",
  "sprint_started",
  "sprint_closed",
  "sprint_deleted",
  "board_created",
  "board_updated",
  "board_deleted",
  "board_configuration_changed",
  "jira:version_created",
  "jira:version_updated",
  "jira:version_released",
  "jira:version_unreleased",
  "jira:version_deleted",
  "project_created",
  "project_updated",
  "project_deleted",
];

export const webhook: WebhookSpec<Config> = {
  docs: "https://developer.atlassian.com/cloud/jira/platform/webhooks/",
  events,
  guidance: [
    "As an administrator open Settings, System, WebHooks, and create one.",
    "Paste the address shown here. Jira Cloud and Data Center 9 and later: paste the secret too. Older ones: add ?secret=… with the secret to the address.",
    "Choose the events listed here for issues, worklogs, comments, links, sprints, boards, versions and projects.",
    "Leave “Exclude body” off.",
  ],
  /** `X-Hub-Signature: sha256=<hex>` over the raw body; old servers cannot sign, so the address carries the secret. */
  verify({ headers, query, body: bytes }, secret) {
    const signature = headers["x-hub-signature"];
    if (signature !== undefined) return same(signature, `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`);
    const given = query.secret ?? query.token;
    return given !== undefined && same(given, secret);
  },
  identify({ headers, body: bytes }) {
    const event = /"webhookEvent"\s*:\s*"([^"]{1,100})"/.exec(Buffer.from(bytes).toString("utf8"))?.[1] ?? "unknown";
    return { id: headers["x-atlassian-webhook-identifier"] ?? null, event };
  },
  hints({ body: given, scopes }) {
    const parsed = body.safeParse(given);
    if (!parsed.success)
      throw new DataError({
        code: "jira_webhook_unreadable",
        what: `A delivery of Jira could not be understood: ${z.prettifyError(parsed.error).split("\n")[0]}.`,
        rule: "A delivery must carry its event and what it is about.",
        next: "Check that “Exclude body” is off in Jira's webhook.",
      });
    return hintsOf(parsed.data, scopes);
  },
};

function same(given: string, right: string): boolean {
  const [a, b] = [given, right].map((text) => createHmac("sha256", "compare").update(text).digest());
  return timingSafeEqual(a!, b!);
}

function hintsOf(
  { webhookEvent: event, issue, changelog, worklog, issueLink, sprint, version }: Body,
  scopes: readonly Scope[],
): Hint[] {
  const projects = scopes.filter(({ kind }) => kind !== "board");
  const boards = scopes.filter(({ kind }) => kind === "board");
  const everywhere = (stream: string): Hint[] => scopes.map(({ id: scopeId }) => ({ stream, scopeId, keys: null }));
  // Without a project nobody knows whose the issue is: every scope looks.
  const issues = (keys: readonly string[], among: readonly (string | null | undefined)[] = []): Hint[] => {
    const named = new Set(among.filter(Boolean));
    const own = named.size > 0 ? [...projects.filter((scope) => named.has(scope.id)), ...boards] : scopes;
    return own.map(({ id: scopeId }) => ({ stream: "issues", scopeId, keys: [...new Set(keys)] }));
  };
  // An issue that was moved must also be missed where it was.
  const left = changelog?.items?.find(({ field }) => field === "project")?.from;
  if (issue) return issues([issue.id], [issue.fields?.project?.id, left]);
  if (worklog) return issues([worklog.issueId]);
  if (issueLink) return issues([issueLink.sourceIssueId, issueLink.destinationIssueId]);
  if (sprint || event.startsWith("sprint_")) return everywhere("sprints");
  if (event.startsWith("board_")) return [{ stream: "boards", scopeId: wholeIntegration.id, keys: null }];
  if (event.startsWith("project_")) return [{ stream: "projects", scopeId: wholeIntegration.id, keys: null }];
  if (version || event.startsWith("jira:version_"))
    return projects
      .filter(({ id: scopeId }) => !version || scopeId === version.projectId)
      .map(({ id: scopeId }) => ({ stream: "releases", scopeId, keys: null }));
  return [];
}
