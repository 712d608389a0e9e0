import { GraphQLError } from "graphql";

import type { Commit, Issue, Person, PullRequest, Repository, Run, Team, TimelineEvent } from "../../organisation/index.ts";
import type { Credential } from "../auth.ts";
import type { GithubState } from "../state.ts";

/** An object with one property or method per schema field; the resolver calls it. */
export interface View {
  readonly __typename: string;
}

/** A view written as a literal. */
export interface LiteralView extends View {
  readonly [field: string]: unknown;
}

/** Makes views of things, so that the files of views need not import one another. */
export interface Views {
  actor(person: Person | null): View | null;
  team(team: Team): View;
  repository(repository: Repository): View;
  commit(repository: Repository, commit: Commit): View;
  /** By hash; unknown ones exist in recordings only, and then only as a hash. */
  commitBySha(repository: Repository, sha: string | null | undefined): View | null;
  request(repository: Repository, request: PullRequest): View;
  issue(repository: Repository, issue: Issue): View;
  event(repository: Repository, event: TimelineEvent, on: View): View;
  checkSuite(repository: Repository, run: Run): View;
  branch(repository: Repository, name: string, sha: string | null): View;
  deployment(repository: Repository, id: number): View | null;
  projectItems(repository: Repository, issue: Issue): readonly View[];
  /** Boards of an owner. */
  projects(owner: Person): readonly LiteralView[];
}

interface RateView {
  readonly cost: number;
  readonly limit: number;
  readonly remaining: number;
  readonly used: number;
  readonly resetAt: string;
  readonly nodeCount: number;
}

export interface Context {
  readonly state: GithubState;
  readonly web: string;
  readonly api: string;
  readonly credential: Credential;
  readonly views: Views;
  /** Null where nothing is limited. */
  readonly rate: RateView | null;
}

/** An error with GitHub's `type` beside its message. */
export const typedError = (type: string, message: string) => new GraphQLError(message, { extensions: { type } });

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
export function requireScope({ credential }: Context, scope: string, field: string) {
  if (credential.kind !== "classic" || credential.scopes.includes(scope)) return;
  const has = credential.scopes.map((name) => `'${name}'`).join(", ");
  throw typedError(
    "INSUFFICIENT_SCOPES",
    `Your token has not been granted the required scopes to execute this query. The '${field}' field requires one of the following scopes: ['${scope}'], but your token has only been granted the: [${has}] scopes. Please modify your token's scopes at: https://github.com/settings/tokens.`,
  );
}

export function requireActions({ credential }: Context) {
  if (!credential.mayReadActions) throw typedError("FORBIDDEN", "Resource not accessible by personal access token");
}
