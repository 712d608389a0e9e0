import type { CheckResult } from "../../ingest/connector.ts";
import { SkippableError } from "../../ingest/errors.ts";
import { addresses } from "./config.ts";
import { type Reading, version } from "./paths.ts";
import { projects } from "./scopes.ts";

interface Missing {
  readonly permission: string;
  readonly streams: readonly string[];
  readonly effect: string;
}
interface Probe extends Missing {
  readonly family: "boards" | "repos" | "pipelines";
  path(project: string, base: { release: string; analytics: string }): string;
  readonly query?: Readonly<Record<string, string | number>>;
}

/** Cheap calls that fail exactly where a permission is missing. */
const probes: readonly Probe[] = [
  {
    family: "boards",
    permission: "Work items: read",
    streams: ["work_items", "work_item_links", "statuses", "sprints"],
    effect: "work items will be missing",
    path: (project) => `/${project}/_apis/wit/workitemtypes`,
  },
  {
    family: "repos",
    permission: "Code: read",
    streams: ["repositories", "pull_requests", "commits", "tags"],
    effect: "repositories will be missing",
    path: (project) => `/${project}/_apis/git/repositories`,
  },
  {
    family: "pipelines",
    permission: "Build: read",
    streams: ["pipelines", "pipeline_runs", "environment_deployments"],
    effect: "pipeline runs will be missing",
    path: (project) => `/${project}/_apis/build/definitions`,
    query: { $top: 1 },
  },
  {
    family: "pipelines",
    permission: "Release: read",
    streams: ["release_deployments"],
    effect: "classic releases will be missing",
    path: (project, { release }) => `${release}/${project}/_apis/release/deployments`,
    query: { $top: 1 },
  },
];

/** Who the credential is, what it can read, and what will be missing. */
export async function check(reading: Reading): Promise<CheckResult> {
  const { api, config } = reading;
  const connection = await api.get("/_apis/connectionData", { "api-version": `${config.api_version}-preview` });
  const { authenticatedUser: user } = connection.body as {
    authenticatedUser?: { providerDisplayName?: string; customDisplayName?: string };
  };
  const seen: string[] = [];
  let first: string | null = null;
  for await (const { id, name } of projects(reading)) {
    first ??= id;
    seen.push(name);
  }
  const missing = first === null ? [] : await missingPermissions(reading, first);
  const who = user?.customDisplayName ?? user?.providerDisplayName ?? "The credential";
  return {
    ok: seen.length > 0,
    sentence: sentence(who, seen, { missing, host: addresses(config.url).base.replace(/^https?:\/\//, "") }),
    missing: missing.map(({ permission, streams }) => ({ permission, streams })),
  };
}

async function missingPermissions({ api, config }: Reading, project: string): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const probe of probes.filter(({ family }) => config[family]))
    if (
      await isRefused(
        api.get(probe.path(encodeURIComponent(project), addresses(config.url)), { ...probe.query, ...version(config) }),
      )
    )
      missing.push(probe);
  return missing;
}

/** That a call is refused is here the answer. */
async function isRefused(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return false;
  } catch (error) {
    if (error instanceof SkippableError) return true;
    throw error;
  }
}

function sentence(
  who: string,
  seen: readonly string[],
  { missing, host }: { missing: readonly Missing[]; host: string },
): string {
  if (seen.length === 0) return `${who} can read no project of ${host}: give it access to the projects.`;
  const names = seen.length > 3 ? `${seen.length} projects` : `${seen.length === 1 ? "project" : "projects"} ${seen.join(", ")}`;
  const can = `${who} can read ${names} of ${host}`;
  if (missing.length === 0) return `${can}.`;
  return `${can}; it lacks ${missing.map(({ permission, effect }) => `“${permission}”: ${effect}`).join("; it lacks ")}.`;
}
