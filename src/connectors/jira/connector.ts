import type { Connector } from "../../ingest/connector.ts";
import { check } from "./check.ts";
import { client } from "./client.ts";
import { config, type Config } from "./config.ts";
import { scopes } from "./scopes.ts";
import { issues } from "./streams/issues.ts";
import { accounts, boards, projects, releases, sprints, statuses } from "./streams/organisation.ts";
import { webhook } from "./webhook.ts";

/** Jira, Cloud and Data Center. */
export const jira: Connector<Config> = {
  name: "jira",
  label: "Jira",
  summary: "Issues with their whole history, sprints and who was in them when, boards, versions, worklogs, comments and links.",
  category: "planning",
  docs: "https://developer.atlassian.com/cloud/jira/platform/rest/v3/",
  launchedOn: "2002-01-01",
  mapperVersion: 1,
  config,
  client,
  check,
  scopes,
  streams: [projects, boards, accounts, statuses, sprints, releases, issues],
  webhook,
};
