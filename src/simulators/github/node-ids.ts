import type { Recorded } from "../organisation/index.ts";

/** Prefixes of global node ids, by GraphQL type. https://docs.github.com/en/graphql/guides/migrating-graphql-global-node-ids */
const PREFIXES = {
  User: "U",
  Organization: "O",
  Bot: "BOT",
  Team: "T",
  Repository: "R",
  PullRequest: "PR",
  Issue: "I",
  Commit: "C",
  Tag: "TA",
  Ref: "REF",
  PullRequestCommit: "PURC",
  PullRequestReview: "PRR",
  PullRequestReviewComment: "PRRC",
  PullRequestReviewThread: "PRRT",
  IssueComment: "IC",
  Label: "LA",
  Milestone: "MI",
  Deployment: "DE",
  DeploymentStatus: "DES",
  Environment: "EN",
  Release: "RE",
  CheckSuite: "CS",
  CheckRun: "CR",
  WorkflowRun: "WFR",
  Workflow: "W",
  ReviewRequest: "RR",
  ProjectV2: "PVT",
  ProjectV2Item: "PVTI",
  ProjectV2Field: "PVTF",
  ProjectV2ItemFieldValue: "PVTFV",
  Event: "EV",
  Language: "MDg6TGFuZ3VhZ2U",
  App: "A",
  StatusCheckRollup: "SCR",
} as const;

export type NodeType = keyof typeof PREFIXES;

const TYPES = new Map(Object.entries(PREFIXES).map(([type, prefix]) => [prefix as string, type as NodeType]));

/** An opaque id like `PR_kwDO…`; `repository` is 0 for things that belong to none. */
export const nodeId = (type: NodeType, repository: number, id: number | string): string =>
  `${PREFIXES[type]}_kwDO${Buffer.from(`${repository.toString(36)}.${typeof id === "number" ? id.toString(36) : `!${id}`}`).toString("base64url")}`;

/** The id of a thing: the recorded one if it came from a recording. */
export const idOf = (type: NodeType, repository: number, thing: { id: number; recorded?: Recorded | undefined }): string =>
  thing.recorded?.nodeId ?? nodeId(type, repository, thing.id);

/** What an id made here names; null for anything else. */
export function parseNodeId(text: string): { type: NodeType; repository: number; id: number; key: string } | null {
  const match = /^([A-Za-z0-9]+)_kwDO([\w-]+)$/.exec(text);
  const type = match && TYPES.get(match[1]!);
  if (!type) return null;
  const [repository, id] = Buffer.from(match[2]!, "base64url").toString().split(".");
  if (!repository || !id) return null;
  return {
    type,
    repository: parseInt(repository, 36),
    id: id.startsWith("!") ? 0 : parseInt(id, 36),
    key: id.startsWith("!") ? id.slice(1) : "",
  };
}
