import { AZURE_FAULTS } from "./azure/faults.ts";
import { startAzureSimulator } from "./azure/index.ts";
import { FAULTS } from "./github/faults.ts";
import { startGithubSimulator, type GithubSimulatorOptions } from "./github/index.ts";
import { FAULTS as JIRA_FAULTS } from "./jira/faults.ts";
import { startJiraSimulator } from "./jira/index.ts";

/** What every vendor's simulator offers to the command line. */
export interface Simulator {
  readonly url: string;
  readonly token: string;
  readonly organisation: string;
  stop(): Promise<void>;
}

/** What the command line gives to any of them. */
export type SimulatorOptions = Omit<GithubSimulatorOptions, "limits" | "token">;

export interface VendorSimulator {
  /** What people call the vendor. */
  readonly label: string;
  /** Faults that can be switched on, with what they do. */
  readonly faults: Readonly<Record<string, string>>;
  start(options: SimulatorOptions): Promise<Simulator>;
  /** How to connect Leadline to it: one command. */
  connect(simulator: Simulator): string;
}

/** Simulators by vendor name, in alphabetical order. */
export const simulators: Readonly<Record<string, VendorSimulator>> = {
  azure: {
    label: "Azure DevOps",
    faults: AZURE_FAULTS,
    start: startAzureSimulator,
    connect: ({ url, token }) => `leadline connect azure --name simulated --set url=${url} --set token=${token}`,
  },
  github: {
    label: "GitHub",
    faults: FAULTS,
    start: startGithubSimulator,
    connect: ({ url, token }) => `leadline connect github --name simulated --set url=${url} --set token=${token}`,
  },
  jira: {
    label: "Jira",
    faults: JIRA_FAULTS,
    start: (options) => startJiraSimulator(options),
    connect: ({ url, token }) =>
      `leadline connect jira --name simulated --set url=${url} --set email=leadline-reader@acme.example --set token=${token}`,
  },
  "jira-server": {
    label: "Jira Data Center",
    faults: JIRA_FAULTS,
    start: (options) => startJiraSimulator({ ...options, flavour: "server" }),
    connect: ({ url, token }) => `leadline connect jira --name simulated --set url=${url} --set token=${token}`,
  },
};
