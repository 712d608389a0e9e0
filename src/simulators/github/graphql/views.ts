import type { GithubState } from "../state.ts";
import { indexed } from "../state.ts";
import type { Context, Views } from "./context.ts";
import { CheckSuiteView } from "./views-checks.ts";
import { bareCommit, CommitView } from "./views-commit.ts";
import { DeploymentView } from "./views-deployments.ts";
import { IssueView } from "./views-issue.ts";
import { OrganizationView, TeamView, UserView } from "./views-people.ts";
import { projectItems, projectViews } from "./views-project.ts";
import { RefView } from "./views-refs.ts";
import { RepositoryView } from "./views-repository.ts";
import { RequestView } from "./views-request.ts";
import { EventView } from "./views-timeline.ts";

/** A context for one query, with the makers of all views. */
export function createContext(base: Omit<Context, "views">): Context {
  const context: Context = { ...base, views: {} as Views };
  const { state } = base;
  return Object.assign(context, { views: makers(context, state) });
}

function makers(context: Context, state: GithubState): Views {
  const views: Views = {
    actor: (person) =>
      person && (person.kind === "Organization" ? new OrganizationView(context, person) : new UserView(context, person)),
    team: (team) => new TeamView(context, team),
    repository: (repository) => new RepositoryView(context, repository),
    commit: (repository, commit) => new CommitView(context, repository, commit),
    commitBySha(repository, sha) {
      if (!sha) return null;
      const known = repository.history().commits.get(sha);
      return known ? new CommitView(context, repository, known) : state.isRecording ? bareCommit(context, repository, sha) : null;
    },
    request: (repository, request) => new RequestView(context, repository, request),
    issue: (repository, issue) => new IssueView(context, repository, issue),
    event: (repository, event, on) => new EventView(context, repository, { event, on }),
    checkSuite: (repository, run) => new CheckSuiteView(context, repository, run),
    branch: (repository, name, sha) =>
      new RefView(context, repository, { name, prefix: "refs/heads/", target: () => views.commitBySha(repository, sha) }),
    deployment(repository, id) {
      const byId = indexed(repository.history(), "deployments", (history) =>
        history.deployments.map((entry): [number, typeof entry] => [entry.id, entry]),
      );
      const found = byId.get(id);
      return found ? new DeploymentView(context, repository, found) : null;
    },
    projects: (owner) => (owner === state.owner && !state.isRecording ? projectViews(context) : []),
    projectItems: (repository, issue) => projectItems(context, repository, issue),
  };
  return views;
}
