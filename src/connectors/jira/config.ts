import { z } from "zod";

const split = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
const words = z.union([z.array(z.string().trim().min(1)), z.string().transform(split)]).default([]);
const optional = z.string().trim().min(1).optional();
const https = z.url({ protocol: /^https?$/ });

const REFRESH_TOKEN_HELP =
  "For an OAuth 2.0 (3LO) app of developer.atlassian.com. Give the app the scopes read:jira-work, read:jira-user, " +
  "read:board-scope:jira-software, read:sprint:jira-software, read:issue-details:jira and read:project:jira, and http://localhost " +
  "as callback. Open its authorization URL with offline_access added to scope, accept, and copy code out of the address the browser " +
  "is sent to. Post grant_type authorization_code, client_id, client_secret, code and redirect_uri to " +
  "https://auth.atlassian.com/oauth/token: the answer holds refresh_token. Use it nowhere else: every use replaces it, and Leadline keeps the next one.";

/** What a person gives to connect Jira. Which kind of Jira it is, the instance itself tells. */
export const config = z
  .strictObject({
    url: https.meta({
      label: "Address",
      help: "https://acme.atlassian.net, or the address of your Data Center as you open it in a browser.",
    }),
    email: z
      .email()
      .optional()
      .meta({ label: "E-mail", help: "Cloud: the owner of the API token. Leave it empty for a personal access token." }),
    token: optional.meta({
      label: "API token or personal access token",
      help: "Cloud: an API token, with the e-mail of its owner. Data Center: a personal access token alone.",
      secret: true,
    }),
    username: optional.meta({ label: "User name", help: "Data Center without personal access tokens." }),
    password: optional.meta({ label: "Password", help: "Belongs to the user name.", secret: true }),
    client_id: optional.meta({
      label: "OAuth client id",
      help: "Cloud: of a service account's OAuth 2.0 credential, or of an OAuth 2.0 app together with a refresh token.",
    }),
    client_secret: optional.meta({ label: "OAuth client secret", help: "Belongs to the client id.", secret: true }),
    refresh_token: optional.meta({
      label: "OAuth refresh token",
      help: REFRESH_TOKEN_HELP,
      secret: true,
    }),
    cloud_id: z
      .string()
      .regex(/^[\w-]+$/, "is the id of the site, as /_edge/tenant_info shows it")
      .optional()
      .meta({
        label: "Cloud id",
        help: "For OAuth and for API tokens with scopes: open <address>/_edge/tenant_info to see it. A refresh token finds it by the address.",
      }),
    jql: z
      .string()
      .trim()
      .refine((text) => !/\border\s+by\b/i.test(text), "must not order: Leadline orders by the time of the last change")
      .optional()
      .meta({
        label: "JQL filter",
        help: "Only issues that match are read: issuetype in (Bug, Story). Empty: all issues of the chosen projects and boards.",
      }),
    points_field: optional.meta({
      label: "Story points",
      help: "Name or id of the field; found by itself where it is unambiguous.",
    }),
    sprint_field: optional.meta({ label: "Sprint", help: "Name or id of the field; found by itself." }),
    epic_field: optional.meta({ label: "Epic", help: "Name or id of the field that leads to the epic; found by itself." }),
    team_field: optional.meta({ label: "Team", help: "Name or id of the field; kept among the custom fields." }),
    start_field: optional.meta({ label: "Start date", help: "Name or id of the field; kept among the custom fields." }),
    due_field: optional.meta({ label: "Due date", help: "Name or id of the field if it is not Jira's own due date." }),
    severity_field: optional.meta({ label: "Severity", help: "Name or id of the field; Jira has none of its own." }),
    custom_fields: words.meta({ label: "Further fields", help: "Names or ids, for filters and hygiene rules." }),
    excluded_fields: words.meta({
      label: "Fields to leave out",
      help: "Never fetched: summary, description, comment, worklog, labels, any custom field; userDetails leaves out names and e-mails of people.",
    }),
    timezone: optional.meta({ label: "Time zone", help: "Only for display: everything is read and kept in UTC." }),
    gateway: https
      .default("https://api.atlassian.com")
      .meta({ label: "API gateway", help: "Another one only in Atlassian Government Cloud." }),
    sign_in: https
      .default("https://auth.atlassian.com")
      .meta({ label: "Sign-in server", help: "Another one only in Atlassian Government Cloud." }),
  })
  .superRefine((given, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const [isToken, isBasic, isOauth] = [
      given.token,
      given.username ?? given.password,
      given.client_id ?? given.client_secret ?? given.refresh_token,
    ].map((part) => part !== undefined);
    const count = [isToken, isBasic, isOauth].filter(Boolean).length;
    if (count === 0) say("token", "Give a token, or a user name with its password, or an OAuth client with its secret.");
    if (count > 1) say("token", "Give one way to sign in, not several.");
    if (isBasic && !(given.username && given.password)) say("password", "User name and password belong together.");
    if (isOauth && !(given.client_id && given.client_secret && (given.cloud_id ?? given.refresh_token)))
      say("cloud_id", "OAuth needs client id and client secret, with the cloud id or a refresh token.");
  });

export type Config = z.output<typeof config>;

export const isLeftOut = ({ excluded_fields }: Config, name: string): boolean =>
  excluded_fields.some((excluded) => excluded.toLowerCase() === name.toLowerCase());

/** True for Cloud and false for Data Center where the configuration alone tells; null: the instance must be asked. */
export function cloudByConfig({ url, cloud_id, refresh_token }: Config): boolean | null {
  return (cloud_id ?? refresh_token) !== undefined || /\.(atlassian\.net|jira\.com)$/.test(new URL(url).hostname) ? true : null;
}

/** The site as people open it, without a trailing slash. */
export const siteOf = ({ url }: Config): string => url.replace(/\/+$/, "");
