import type { Connector } from "../../ingest/connector.ts";
import { check } from "./check.ts";
import { client } from "./client.ts";
import { config, type Config } from "./config.ts";
import { probe } from "./probe.ts";
import { scopes } from "./scopes.ts";
import { projects, sprints, statuses, teams } from "./streams/boards.ts";
import { commits, repositories, tags } from "./streams/code.ts";
import { environmentDeployments, releaseDeployments } from "./streams/deliveries.ts";
import { pipelineRuns, pipelines } from "./streams/pipelines.ts";
import { pullRequests } from "./streams/pull-requests.ts";
import { workItemLinks, workItems } from "./streams/work-items.ts";
import { webhook } from "./webhook.ts";

/** Azure DevOps Services and Server: Boards, Repos and Pipelines, each read only if chosen. */
export const azure: Connector<Config> = {
  name: "azure",
  label: "Azure DevOps",
  summary:
    "Work items with their whole history, iterations, teams, pull requests with votes and threads, commits, runs with stages and jobs, releases and environments.",
  category: "planning",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops",
  launchedOn: "2005-03-16",
  mapperVersion: 2,
  config,
  client,
  check,
  scopes,
  probe,
  probeCost: { scopesPerCall: 1 },
  webhook,
  streams: [
    projects,
    teams,
    statuses,
    sprints,
    workItems,
    workItemLinks,
    repositories,
    pullRequests,
    commits,
    tags,
    pipelines,
    pipelineRuns,
    releaseDeployments,
    environmentDeployments,
  ],
};
