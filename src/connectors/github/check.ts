import type { Answer, CheckResult } from "../../ingest/connector.ts";
import { SkippableError } from "../../ingest/errors.ts";
import { appOf } from "./app.ts";
import { addresses, ownersOf } from "./config.ts";
import { ask, type Reading, type Thing } from "./graphql.ts";
import { type Listed, listOf, owners, repositoryLists } from "./owners.ts";
import { repository, type Repository } from "./records-organisation.ts";
import { classicScopes, mayRead } from "./scopes.ts";
import * as queries from "./selections.ts";

interface Missing {
  readonly permission: string;
  readonly streams: readonly string[];
  readonly effect: string;
}

/** Cheap calls that fail exactly where a permission is missing. */
const probes: readonly (Missing & { readonly path: string })[] = [
  {
    permission: "Contents: read",
    path: "commits",
    streams: ["commits", "releases", "tags"],
    effect: "commits, releases and tags will be missing",
  },
  { permission: "Pull requests: read", path: "pulls", streams: ["pull_requests"], effect: "pull requests will be missing" },
  { permission: "Issues: read", path: "issues", streams: ["issues"], effect: "issues will be missing" },
  {
    permission: "Actions: read",
    path: "actions/runs",
    streams: ["pipelines", "pipeline_runs"],
    effect: "workflow runs will be missing",
  },
  { permission: "Deployments: read", path: "deployments", streams: ["deployments"], effect: "deployments will be missing" },
];

const classic: readonly (Missing & { readonly scope: string })[] = [
  { scope: "read:org", permission: "read:org", streams: ["accounts", "teams"], effect: "members and teams will be missing" },
  { scope: "user:email", permission: "user:email", streams: ["accounts"], effect: "e-mail addresses of members will be missing" },
  {
    scope: "read:project",
    permission: "read:project",
    streams: ["projects", "issues"],
    effect: "status, iteration and points of Projects will be missing",
  },
];

/** Who the credential is, what it can read, and what will be missing. */
export async function check(reading: Reading): Promise<CheckResult> {
  const { api, config } = reading;
  const meta = await api.get("/meta");
  const version =
    (meta.body as { installed_version?: string } | null)?.installed_version ?? meta.headers["x-github-enterprise-version"];
  const first = await ask(reading, "query { viewer { login } }");
  const seen = await visible(reading);
  const missing = [
    ...missingScopes(first, reading),
    ...(seen.sample ? await missingPermissions(reading, seen.sample) : []),
    ...(await missingMembers(reading, first)),
  ];
  const expiresAt = expiryOf(first);
  return {
    ok: seen.count > 0,
    sentence: sentence(reading, { who: nameOf(reading, first), seen, missing, host: addresses(config.url).host }),
    missing: missing.map(({ permission, streams }) => ({ permission, streams })),
    expiresAt,
    ...(version ? { version } : {}),
  };
}

interface Seen {
  readonly count: number;
  readonly owners: readonly string[];
  /** A repository to try things on. */
  readonly sample: string | null;
}

/** From the first page of each list, which knows how many there are: a check must not take long. */
async function visible(reading: Reading): Promise<Seen> {
  const seen: Repository[] = [];
  let count = 0;
  for (const list of repositoryLists(reading)) {
    const page = (await list.next()).value as Listed | undefined;
    if (!page) continue;
    const found = page.nodes.map((node) => repository.safeParse(node)).filter(({ success }) => success);
    seen.push(...found.map(({ data }) => data!));
    count += page.total ?? found.length;
  }
  const busiest = seen
    .toSorted((a, b) => (b.pushedAt ?? "").localeCompare(a.pushedAt ?? ""))
    .find(({ isArchived }) => !isArchived);
  return {
    count,
    owners: [...new Set(seen.map(({ owner }) => owner.login))],
    sample: (busiest ?? seen[0])?.nameWithOwner ?? null,
  };
}

/** That a call is refused is here the answer. */
async function isRefused(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return false;
  } catch (error) {
    if (error instanceof SkippableError) return error.status === 403 || error.code === "github_not_found";
    throw error;
  }
}

async function missingPermissions({ api }: Reading, name: string): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const probe of probes) if (await isRefused(api.get(`/repos/${name}/${probe.path}`, { per_page: 1 }))) missing.push(probe);
  return missing;
}

const missingScopes = (answer: Answer, { config }: Reading): Missing[] =>
  classic.filter(
    ({ scope }) =>
      !mayRead(answer, scope) &&
      !(scope === "user:email" && mayRead(answer, "read:user")) &&
      (config.projects || scope !== "read:project"),
  );

/** Apps and fine-grained tokens: members are hidden without a word, so an organisation without any tells. */
async function missingMembers(reading: Reading, answer: Answer): Promise<Missing[]> {
  if (classicScopes(answer) !== null) return [];
  const lacking: Missing = {
    permission: "Members: read",
    streams: ["accounts", "teams"],
    effect: "members and teams will be missing",
  };
  for (const login of await owners(reading)) {
    const list = listOf(reading, { query: queries.teams, variables: { login }, name: "check", most: 5 });
    if (await isRefused(list.next())) return [lacking];
  }
  return [];
}

/** https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api: `2026-10-31 12:00:00 UTC` or with an offset. */
function expiryOf(answer: Answer): string | null {
  const header = answer.headers["github-authentication-token-expiration"];
  const time = Date.parse((header ?? "").replace(" UTC", "Z").replace(/^(\S+) (\S+)(?: ([+-]\d{4}))?$/, "$1T$2$3"));
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function nameOf({ config }: Reading, answer: Answer): string {
  const viewer = ((answer.body as { data?: Thing }).data?.viewer as { login?: string } | null)?.login;
  return `${appOf(config) ? "GitHub App" : "Token of"} ${viewer ?? appOf(config)?.id ?? "an unknown user"}`;
}

function sentence(
  { config }: Reading,
  { who, seen, missing, host }: { who: string; seen: Seen; missing: readonly Missing[]; host: string },
): string {
  const places = seen.owners.length > 3 ? `${seen.owners.length} organisations and users` : seen.owners.join(", ");
  const of = seen.count > 0 ? places : ownersOf(config).join(", ") || host;
  const can = `${who} can read ${seen.count === 0 ? "no repository" : `${seen.count} ${seen.count === 1 ? "repository" : "repositories"}`} of ${of}`;
  if (seen.count === 0) return `${can}: give it access to the repositories, or correct the names of the organisations.`;
  if (missing.length === 0) return `${can}.`;
  return `${can}; it lacks ${missing.map(({ permission, effect }) => `“${permission}”: ${effect}`).join("; it lacks ")}.`;
}
