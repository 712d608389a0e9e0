import { z } from "zod";

import { gitUse } from "../../ingest/connector.ts";

const flag = (standard: boolean) => z.union([z.boolean(), z.stringbool()]).default(standard);
const fieldName = /^[\w-]+(\.[\w-]+)+$/;
const listOf = (text: string | undefined): readonly string[] => (text ?? "").split(/[\s,;]+/).filter(Boolean);
const fieldNames = z
  .string()
  .trim()
  .refine((text) => listOf(text).every((name) => fieldName.test(name)), "must be reference names such as Custom.Team")
  .optional();

const isZone = (zone: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
};

/** What a person gives to connect an organisation of Azure DevOps Services, or a collection of a Server. */
export const config = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ""))
      .meta({
        label: "Organisation",
        help: "https://dev.azure.com/acme, or the address of a collection of your Server: https://tfs.example.com/tfs/DefaultCollection.",
      }),
    token: z.string().trim().min(1).optional().meta({
      label: "Personal access token",
      help: "With read access to work items, code, build, release, project and team, and analytics if used.",
      secret: true,
    }),
    tenant_id: z.string().trim().min(1).optional().meta({
      label: "Directory (tenant) id",
      help: "Instead of a token: a service principal of Microsoft Entra that was added to the organisation.",
    }),
    client_id: z.string().trim().min(1).optional().meta({ label: "Application (client) id" }),
    client_secret: z.string().trim().min(1).optional().meta({ label: "Client secret", secret: true }),
    login_url: z.url().default("https://login.microsoftonline.com").meta({
      label: "Sign-in address",
      help: "Another one only for national clouds.",
    }),
    api_version: z
      .string()
      .regex(/^\d+\.\d+$/, "is a version such as 7.1")
      .default("7.1")
      .meta({ label: "API version", help: "7.1 for Services and Server 2022.1, 7.0 for Server 2022, 6.0 for Server 2020." }),
    boards: flag(true).meta({ label: "Read Boards", help: "Work items with their history, iterations, teams." }),
    repos: flag(true).meta({ label: "Read Repos", help: "Pull requests, commits, tags." }),
    pipelines: flag(true).meta({ label: "Read Pipelines", help: "Runs with stages and jobs, releases, environments." }),
    analytics: flag(false).meta({
      label: "Read stages and jobs from Analytics",
      help: "A few calls for a thousand runs instead of one per run. Needs the permission View analytics.",
    }),
    git: gitUse.meta({
      label: "Read commits by git, with their lines",
      help: "Clones each repository into the data folder: the API tells no line counts. Needs a credential that may read code, and git on this machine.",
    }),
    request_commits: z.enum(["recent", "all", "none"]).default("recent").meta({
      label: "Commits of pull requests",
      help: "One more call for each request: for those of the last 30 days, for all, or for none where git is read itself.",
    }),
    points_field: z
      .string()
      .trim()
      .regex(fieldName, "is a reference name such as Microsoft.VSTS.Scheduling.StoryPoints")
      .optional()
      .meta({ label: "Field of the estimate", help: "Empty: story points, effort or size, as the process has it." }),
    team_field: z.string().trim().regex(fieldName, "is a reference name such as Custom.Team").optional().meta({
      label: "Field of the team",
      help: "Empty: teams are told by area path.",
    }),
    custom_fields: fieldNames.meta({ label: "Further fields to keep", help: "Reference names, separated by commas." }),
    leave_out: fieldNames.meta({
      label: "Fields to leave out",
      help: "Reference names; their values are neither kept nor archived.",
    }),
    time_zone: z.string().refine(isZone, "is a time zone such as Europe/Berlin").default("UTC").meta({
      label: "Time zone of iterations",
      help: "Iterations have dates only: they begin and end at midnight there.",
    }),
  })
  .superRefine((given, context) => {
    const principal = [given.tenant_id, given.client_id, given.client_secret].filter((part) => part !== undefined).length;
    const complain = (message: string) => context.addIssue({ code: "custom", path: ["token"], message });
    if (given.token === undefined && principal !== 3)
      complain("Give a token, or tenant id, client id and client secret of a service principal.");
    if (given.token !== undefined && principal > 0) complain("Give either a token or a service principal, not both.");
    if (!given.boards && !given.repos && !given.pipelines)
      context.addIssue({ code: "custom", path: ["boards"], message: "Choose at least one of Boards, Repos and Pipelines." });
  });

export type Config = z.output<typeof config>;

/** Where the estimate stands, in the order of the processes Agile, Scrum and Basic, CMMI. */
export const pointsFields = ({ points_field }: Config): readonly string[] =>
  points_field
    ? [points_field]
    : ["Microsoft.VSTS.Scheduling.StoryPoints", "Microsoft.VSTS.Scheduling.Effort", "Microsoft.VSTS.Scheduling.Size"];

/** Fields that are kept as they are. */
export const keptFields = ({ custom_fields, team_field }: Config): readonly string[] => [
  ...new Set([...listOf(custom_fields), ...(team_field ? [team_field] : [])]),
];

export const leftOut = ({ leave_out }: Config): readonly string[] => listOf(leave_out);

export interface Addresses {
  /** Host of people's links and of canonical keys. */
  readonly host: string;
  readonly base: string;
  /** Classic releases. */
  readonly release: string;
  readonly analytics: string;
}

/** Services spread their API over several hosts; a Server has one. https://learn.microsoft.com/en-us/azure/devops/release-notes/2018/sep-10-azure-devops-launch */
export function addresses(url: string): Addresses {
  const { host, origin, pathname, protocol } = new URL(url);
  const old = /^([\w-]+)\.visualstudio\.com$/i.exec(host)?.[1];
  const organisation = old ?? pathname.split("/").find(Boolean) ?? "";
  if (!old && host !== "dev.azure.com") {
    const base = `${origin}${pathname.replace(/\/+$/, "")}`;
    return { host, base, release: base, analytics: base };
  }
  const of = (name: string) => `${protocol}//${name}/${organisation}`;
  return {
    host: "dev.azure.com",
    base: of("dev.azure.com"),
    release: of("vsrm.dev.azure.com"),
    analytics: of("analytics.dev.azure.com"),
  };
}
