import { z } from "zod";

import { gitUse } from "../../ingest/connector.ts";

const flag = (standard: boolean) => z.union([z.boolean(), z.stringbool()]).default(standard);

/** What a person gives to connect GitHub: an address, and either a token or a GitHub App. */
export const config = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .default("https://github.com")
      .meta({
        label: "Address",
        help: "https://github.com, or the address of your Enterprise Server as you open it in a browser.",
      }),
    token: z.string().trim().min(1).optional().meta({
      label: "Personal access token",
      help: "Classic: repo, read:org, read:user, read:project. Fine-grained: read access to contents, pull requests, issues, actions, checks, deployments and members.",
      secret: true,
    }),
    tokens: z.string().trim().optional().meta({
      label: "Further tokens",
      help: "One a line, each with the same access as the first credential. Calls go to the one with most budget left.",
      secret: true,
      multiline: true,
    }),
    app_id: z.coerce.string().regex(/^\d+$/, "is the number on the App's page").optional().meta({
      label: "GitHub App id",
      help: "Instead of a token. The number on the App's settings page.",
    }),
    private_key: z.string().includes("PRIVATE KEY").optional().meta({
      label: "Private key of the App",
      help: "The whole .pem file, with its first and last line.",
      secret: true,
      multiline: true,
    }),
    installation_id: z.coerce.string().regex(/^\d+$/, "is the number at the end of the installation's address").optional().meta({
      label: "Installation of the App",
      help: "Only needed when the App is installed more than once.",
    }),
    owner: z.string().trim().optional().meta({
      label: "Organisations or users",
      help: "Whose repositories to offer, separated by commas. Empty: all that the credential can see.",
    }),
    git: gitUse.meta({
      label: "Read commits by git, with their files",
      help: "Clones each repository into the data folder instead of asking for a hundred commits at a time. Needs a credential that may read contents, and git on this machine.",
    }),
    issues: flag(true).meta({ label: "Read issues" }),
    projects: flag(true).meta({ label: "Read Projects", help: "Status, iteration and points of issues." }),
    steps: flag(true).meta({
      label: "Read the steps of jobs",
      help: "About 21 points per 100 runs instead of 1; switch it off for very many runs.",
    }),
  })
  .superRefine((given, context) => {
    const app = given.app_id !== undefined && given.private_key !== undefined;
    if (given.token === undefined && !app)
      context.addIssue({
        code: "custom",
        path: ["token"],
        message: "Give a token, or the id and the private key of a GitHub App.",
      });
    if (given.token !== undefined && given.app_id !== undefined)
      context.addIssue({ code: "custom", path: ["token"], message: "Give either a token or a GitHub App, not both." });
  });

export type Config = z.output<typeof config>;

/** Tokens beside the first credential, whatever white space or commas part them. */
export const furtherTokens = ({ tokens = "" }: Config): readonly string[] => tokens.split(/[\s,]+/).filter(Boolean);

/** Names in `owner`, in the order given. */
export const ownersOf = (given: Config): readonly string[] => (given.owner ?? "").split(/[\s,]+/).filter(Boolean);

/**
 * Where the API lives. github.com and *.ghe.com have hosts of their own for it, an Enterprise Server has paths.
 * https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
export function addresses(url: string): { host: string; rest: string; graphql: string } {
  const { host, hostname, origin, protocol } = new URL(url);
  const name = host.replace(/^(www|api)\./, "");
  if (/^((www|api)\.)?github\.com$|\.ghe\.com$/.test(hostname)) {
    const rest = `${protocol}//api.${name}`;
    return { host: name, rest, graphql: `${rest}/graphql` };
  }
  return { host, rest: `${origin}/api/v3`, graphql: `${origin}/api/graphql` };
}
