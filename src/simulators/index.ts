export { simulate, type SimulateOptions } from "./simulate.ts";
export { simulators } from "./vendors.ts";
export { startGithubSimulator, type GithubSimulator, type GithubSimulatorOptions } from "./github/index.ts";
export { startJiraSimulator, type JiraSimulator, type JiraSimulatorOptions } from "./jira/index.ts";
export { startAzureSimulator, type AzureSimulator, type AzureSimulatorOptions } from "./azure/index.ts";
