import type { Connector } from "../../ingest/connector.ts";
import { check } from "./check.ts";
import { client } from "./client.ts";
import { config, type Config } from "./config.ts";
import { count } from "./count.ts";
import { probe } from "./probe.ts";
import { scopes } from "./scopes.ts";
import { commits } from "./streams/commits.ts";
import { deployments, pipelines, releases, tags } from "./streams/delivery.ts";
import { issues } from "./streams/issues.ts";
import { accounts, projects, repositories, teams } from "./streams/organisation.ts";
import { pipelineRuns } from "./streams/pipeline-runs.ts";
import { pullRequests } from "./streams/pull-requests.ts";
import { webhook } from "./webhook.ts";

/** GitHub, in the cloud and on Enterprise Servers, with its Actions. */
export const github: Connector<Config> = {
  name: "github",
  label: "GitHub",
  summary:
    "Repositories, pull requests, reviews, commits, issues, Projects, deployments, and Actions with all attempts and jobs.",
  category: "code",
  docs: "https://docs.github.com/en/rest",
  launchedOn: "2008-04-10",
  mapperVersion: 2,
  config,
  client,
  check,
  scopes,
  probe,
  webhook,
  probeCost: { scopesPerCall: 100, class: "graphql", pointsPerCall: 4 },
  count,
  streams: [
    repositories,
    accounts,
    teams,
    projects,
    pullRequests,
    commits,
    issues,
    releases,
    tags,
    deployments,
    pipelines,
    pipelineRuns,
  ],
};
