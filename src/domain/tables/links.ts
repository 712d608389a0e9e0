import { bigint, boolean, category, double, orNull, text, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** A container or account that is another one seen through a second integration. */
export const duplicate = table({
  name: "duplicate",
  kind: "L",
  key: "<entity>/<duplicate id>",
  columns: {
    /** the row that does not count; the one that does */
    entity: text,
    duplicateId: text,
    ofId: text,
  },
});

/** "this record names that thing", as the provider states it. */
export const reference = table({
  name: "reference",
  kind: "E",
  key: "<from entity>/<from>/<relation>/<target>",
  columns: {
    fromEntity: text,
    fromId: text,
    /** `issue pull_request commit deployment change_request incident service` */
    toEntity: text,
    /** one of them: id when in the same integration, else key or URL */
    toId: orNull(text),
    toKey: orNull(text),
    toUrl: orNull(text),
    relationCategory: category("closes", "mentions", "causes", "fixes", "deploys", "other"),
    relation: orNull(text),
  },
});

/** A link that people made or denied by hand. */
export const linkDecision = table({
  name: "link_decision",
  kind: "S",
  key: "<link>/<from>/<to>",
  columns: {
    /** `pull_request_issue`, `commit_issue`, `incident_deployment`, `deployment_commit`; its two ends */
    link: text,
    fromId: text,
    toId: text,
    /** false = never link these */
    isLinked: boolean,
  },
});

/** One issue named by one pull request. */
export const pullRequestIssue = table({
  name: "pull_request_issue",
  kind: "L",
  key: "<pull request>/<issue key>",
  columns: {
    pullRequestId: text,
    issueKey: text,
    /** NULL when the key matches no known issue */
    issueId: orNull(text),
    /** `manual`, `provider`, `branch`, `title`, `commit`, `body`, `other`; raw is the text matched */
    evidenceCategory: category("manual", "provider", "branch", "title", "commit", "body", "other"),
    evidence: orNull(text),
    /** §7.1 */
    confidence: double,
    /** the one issue that gives the request its issue dimensions */
    isPrimary: boolean,
  },
});

/** One issue named by one commit. */
export const commitIssue = table({
  name: "commit_issue",
  kind: "L",
  key: "<commit>/<issue key>",
  columns: {
    commitId: text,
    issueKey: text,
    issueId: orNull(text),
    evidenceCategory: category("manual", "provider", "commit", "other"),
    evidence: orNull(text),
    confidence: double,
  },
});

/** One period of one issue in one sprint. */
export const issueSprint = table({
  name: "issue_sprint",
  kind: "L",
  key: "<issue>/<sprint>/<n>",
  columns: {
    issueId: text,
    sprintId: text,
    /** NULL = unknown (only today's membership is known) */
    addedAt: orNull(timestamp),
    /** NULL = still in */
    removedAt: orNull(timestamp),
    /** `history` (both ends from transitions), `created` (in the sprint since creation), `current` (only `sprint_ids`), `other` */
    evidenceCategory: category("history", "created", "current", "sprint_ids", "other"),
    evidence: orNull(text),
  },
});

/** How a successful deployment follows the one before it. */
export const deploymentLineage = table({
  name: "deployment_lineage",
  kind: "L",
  key: "<deployment>/<repository>",
  columns: {
    /** §8.1 */
    deploymentId: text,
    applicationId: text,
    /** NULL when no head could be established */
    repositoryId: orNull(text),
    headSha: orNull(text),
    /** §8.2 */
    headEvidenceCategory: category(
      "stated",
      "run",
      "artifact_digest",
      "artifact_tag",
      "version_tag",
      "upstream_run",
      "none",
      "other",
    ),
    headEvidence: orNull(text),
    /** previous successful one of application and environment */
    previousDeploymentId: orNull(text),
    /** `first`, `forward`, `redeploy`, `rollback`, `diverged`, `unknown`, `other` (§8.3) */
    relationCategory: category("first", "forward", "redeploy", "rollback", "diverged", "unknown", "other"),
    relation: orNull(text),
    /** NULL when unknown */
    newCommitCount: orNull(bigint),
  },
});

/** A deployed head, or a commit that this deployment brought for the first time; for a `first` deployment also what was there before (`is_new` false). */
export const deploymentCommit = table({
  name: "deployment_commit",
  kind: "L",
  key: "<deployment>/<repository>/<sha>",
  columns: {
    deploymentId: text,
    repositoryId: text,
    sha: text,
    isHead: boolean,
    isNew: boolean,
    /** `graph` (containment in the commit graph), `time` (fallback), `other` */
    evidenceCategory: category("graph", "time", "other"),
    evidence: orNull(text),
    /** head confidence × containment confidence (§8) */
    confidence: double,
  },
});

/** A deployment that may have caused an incident. Tickets count too: `incident_id` may be an issue id. */
export const incidentDeployment = table({
  name: "incident_deployment",
  kind: "L",
  key: "<incident>/<deployment>",
  columns: {
    incidentId: text,
    deploymentId: text,
    /** §7.5 */
    evidenceCategory: category("manual", "stated", "change_request", "fix", "service_window", "team_window", "other"),
    evidence: orNull(text),
    confidence: double,
    /** incident start − deployment finish */
    secondsBetween: orNull(double),
    /** strongest candidate; at most one per incident */
    isPrimary: boolean,
  },
});
