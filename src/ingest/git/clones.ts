import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";

import type { Guard } from "../guard.ts";
import type { Log } from "../log.ts";
import type { Git, GitClone, GitCommit, GitRange, GitRemote } from "./contract.ts";
import { LOG_FORMAT, LogParser } from "./log-parser.ts";
import { gitProblem, problems } from "./problems.ts";
import { GitFailure, runGit, streamGit } from "./run-git.ts";

export interface GitOptions {
  /** Where clones are kept, by integration and scope. */
  readonly folder: string;
  readonly guard: Guard;
  readonly log: Log;
  /** A clone that grows beyond this is given up and removed; default 4 GB. */
  readonly mostBytes?: number | undefined;
}

const MOST_BYTES = 4_000_000_000;
/** Larger files count as binary: their lines are not counted. */
const LARGEST_FILE = "1m";
/** Nothing is fetched while a clone is read: a damaged one would ask for object after object, and no limit would see it. */
const offline = { "core.bigFileThreshold": LARGEST_FILE, "protocol.allow": "never" };
const WATCH_MS = 1000;
const MOST_PACKS = 40;
const COMMITS_AT_ONCE = 500;
const SHA = /^(?:[\da-f]{40}|[\da-f]{64})$/;
const TIP = "refs/leadline/head";

/** Bare clones under one folder, one fetch at a time for each; without lines they are partial. https://git-scm.com/docs/partial-clone */
export function createGit({ folder, guard, log, mostBytes = MOST_BYTES }: GitOptions): Git {
  const underWay = new Map<string, Promise<unknown>>();
  const oneByOne = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const turn = (underWay.get(name) ?? Promise.resolve()).catch(() => undefined).then(work);
    underWay.set(name, turn);
    return turn.finally(() => underWay.get(name) === turn && underWay.delete(name));
  };
  return {
    async open(remote, signal) {
      const place = placeOf(folder, remote);
      const config = await configOf(remote, guard);
      return oneByOne(place, async () => {
        await fetchWhole({ place, remote, config, signal, log, mostBytes });
        return cloneAt(place, { remote, signal, log });
      });
    },
    async remove(integrationId, keepScopeIds = []) {
      const own = join(folder, safe(integrationId));
      const keep = new Set(keepScopeIds.map(safe));
      for (const name of await readdir(own).catch(() => []))
        if (!keep.has(name)) await oneByOne(join(own, name), () => rm(join(own, name), { recursive: true, force: true }));
      if (keep.size === 0) await rm(own, { recursive: true, force: true });
    },
  };
}

const safe = (id: string): string => createHash("sha256").update(id).digest("hex").slice(0, 32);

/** Another address, or other contents, is another clone. */
const placeOf = (folder: string, { integrationId, scopeId, url, withLines }: GitRemote): string =>
  join(folder, safe(integrationId), safe(scopeId), safe(`${url} ${withLines}`));

/** What git is told by environment: the address with its checked network addresses, and the credential for this host alone. */
async function configOf({ url: text, authorization }: GitRemote, guard: Guard): Promise<Record<string, string>> {
  const url = new URL(text);
  if (url.username || url.password) throw problems.credentialInAddress(url.host);
  guard.checkUrl(url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = await new Promise<string[]>((resolve, reject) =>
    guard.lookup(host, { all: true }, (error, found) =>
      error ? reject(error) : resolve((found as readonly { address: string }[]).map(({ address }) => address)),
    ),
  );
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return {
    "remote.origin.url": url.href,
    "http.curloptResolve": `${host}:${port}:${addresses.join(",")}`,
    "http.followRedirects": "false",
    "protocol.version": "2",
    // Packs are what is measured and joined.
    "fetch.unpackLimit": "1",
    ...(authorization ? { [`http.${url.origin}/.extraHeader`]: `Authorization: ${authorization}` } : {}),
  };
}

interface FetchParts {
  readonly place: string;
  readonly remote: GitRemote;
  readonly config: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  readonly log: Log;
  readonly mostBytes: number;
}

const TRIES = 3;

/** A clone that is damaged is made anew, once; a host that fails in passing is asked again. */
async function fetchWhole(parts: FetchParts): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchOnce(parts);
      // A fetch that brings nothing new does not look at what is there.
      return void (await runGit({
        folder: parts.place,
        args: ["log", "-1", "--format=%H", TIP],
        config: offline,
        signal: parts.signal,
      }));
    } catch (error) {
      parts.signal?.throwIfAborted();
      if (!(error instanceof GitFailure)) throw error;
      if (isEmptyRemote(error)) return;
      if (isDamaged(error)) {
        parts.log.warn({ scopeId: parts.remote.scopeId }, "a clone was damaged: it is made anew");
        await rm(parts.place, { recursive: true, force: true });
        if (attempt === 1) continue;
        throw problems.damaged(new URL(parts.remote.url));
      }
      const problem = gitProblem(error, new URL(parts.remote.url));
      if (problem.name !== "RetryableError" || attempt >= TRIES) throw problem;
      await after(1000 * 2 ** attempt, undefined, parts.signal ? { signal: parts.signal } : {});
    }
  }
}

const isEmptyRemote = ({ stderr }: GitFailure): boolean => /couldn't find remote ref HEAD/i.test(stderr);
const DAMAGES = [
  /not a git repository|bad (?:object|tree|config)|inflate:|cannot be accessed|far too short|does not match index|is corrupt/,
  /corrupt(?:ed)?\b.*\b(?:object|pack|index)|(?:object|pack|index)\b.*\bcorrupt|(?:unable to|could not) (?:read|parse) (?:tree|commit|object|[\da-f]{40})/,
  /missing (?:blob|tree|commit)|invalid object|failed to traverse parents|error processing trees|hash mismatch|garbage at end/,
];
const isDamaged = ({ stderr }: GitFailure): boolean =>
  DAMAGES.some((damage) => new RegExp(damage, "i").test(stderr)) && !/promisor remote|remote: /i.test(stderr);

async function fetchOnce({ place, remote, config, signal, mostBytes }: FetchParts): Promise<void> {
  await mkdir(place, { recursive: true });
  await runGit({ folder: place, args: ["init", "--bare", "--quiet"], signal });
  await removeLeftovers(place);
  const limit = new AbortController();
  const watch = watchSize(place, mostBytes, limit);
  try {
    const options = [
      "--quiet",
      "--no-tags",
      "--prune",
      "--force",
      "--no-write-fetch-head",
      "--no-auto-maintenance",
      // Counting lines reads all contents, and what a filter left out would then be fetched one by one.
      ...(remote.withLines ? [] : ["--filter=blob:none"]),
    ];
    await runGit({
      folder: place,
      args: ["fetch", ...options, "origin", "+refs/heads/*:refs/heads/*", `+HEAD:${TIP}`],
      config,
      signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
    });
    if ((await sizeOf(join(place, "objects", "pack"))) > mostBytes) limit.abort(new Error("too large"));
    limit.signal.throwIfAborted();
    await forgetRemote(place, signal);
    const packs = await readdir(join(place, "objects", "pack")).catch(() => []);
    if (packs.filter((name) => name.endsWith(".pack")).length > MOST_PACKS)
      await runGit({ folder: place, args: ["repack", "-a", "-d", "-q"], config: offline, signal });
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    await rm(place, { recursive: true, force: true });
    throw problems.tooLarge(new URL(remote.url).pathname, mostBytes);
  } finally {
    clearInterval(watch);
  }
}

/** Git notes where a partial clone may fetch what it lacks, and would do so whenever it is read. */
async function forgetRemote(folder: string, signal: AbortSignal | undefined): Promise<void> {
  await runGit({ folder, args: ["config", "--remove-section", "remote.origin"], signal }).catch((error: unknown) => {
    if (!(error instanceof GitFailure)) throw error;
  });
}

/** Whoever was killed while fetching leaves locks and half packs; there is one fetch at a time, so they are nobody's. */
async function removeLeftovers(place: string): Promise<void> {
  for (const name of ["config.lock", "packed-refs.lock", "shallow.lock", "HEAD.lock"])
    await rm(join(place, name), { force: true });
  const refs = await readdir(join(place, "refs"), { recursive: true });
  for (const name of refs.filter((each) => each.endsWith(".lock"))) await rm(join(place, "refs", name), { force: true });
  const packs = join(place, "objects", "pack");
  for (const name of await readdir(packs).catch(() => []))
    if (name.startsWith("tmp_") || name.endsWith(".lock")) await rm(join(packs, name), { force: true });
}

function watchSize(place: string, mostBytes: number, limit: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    void sizeOf(join(place, "objects", "pack")).then((bytes) => bytes > mostBytes && limit.abort(new Error("too large")));
  }, WATCH_MS);
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => []))
    bytes += (await stat(join(folder, name)).catch(() => null))?.size ?? 0;
  return bytes;
}

/* ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────── */

interface CloneParts {
  readonly remote: GitRemote;
  readonly signal: AbortSignal | undefined;
  readonly log: Log;
}

function cloneAt(place: string, parts: CloneParts): GitClone {
  const { remote, signal } = parts;
  const answered = async (code: number, ...args: string[]) => {
    try {
      return await runGit({ folder: place, args, config: offline, signal });
    } catch (error) {
      if (error instanceof GitFailure && error.code === code) return null;
      throw await readingProblem(error, place, parts);
    }
  };
  return {
    async tip(branch) {
      const ref = branch === undefined ? TIP : `refs/heads/${branch}`;
      const sha = (await answered(1, "rev-parse", "--verify", "--quiet", "--end-of-options", ref))?.trim() || null;
      // What a branch points at is always fetched.
      if (sha !== null && (await knownCommits(place, [sha], signal)).length === 0) throw await damaged(place, parts);
      return sha;
    },
    async contains(descendant, ancestor) {
      const known = await knownCommits(place, [descendant, ancestor], signal);
      if (known.length < 2) return null;
      return (await answered(1, "merge-base", "--is-ancestor", ancestor, descendant)) !== null;
    },
    async *commits(range) {
      const [tip, ...without] = await knownCommits(place, [range.tip, ...(range.without ?? [])], signal);
      if (tip !== range.tip) throw problems.commitGone(new URL(remote.url), range.tip);
      const args = logArguments({ ...range, without }, remote.withLines);
      try {
        yield* batches(streamGit({ folder: place, args, config: offline, signal }));
      } catch (error) {
        throw await readingProblem(error, place, parts);
      }
    },
  };
}

/** What is thrown when reading of a clone failed. A damaged one is removed, so that the next task makes it anew. */
async function readingProblem(error: unknown, place: string, parts: CloneParts): Promise<unknown> {
  if (!(error instanceof GitFailure)) return error;
  return isDamaged(error) ? damaged(place, parts) : gitProblem(error, new URL(parts.remote.url));
}

async function damaged(place: string, { remote, log }: CloneParts): Promise<Error> {
  log.warn({ scopeId: remote.scopeId }, "a clone was damaged: it is removed");
  await rm(place, { recursive: true, force: true });
  return problems.damaged(new URL(remote.url));
}

/** Those that are in the clone, in the order in which they were asked for. */
async function knownCommits(folder: string, shas: readonly string[], signal: AbortSignal | undefined): Promise<string[]> {
  const known: string[] = [];
  for (const sha of shas.filter((each) => SHA.test(each))) {
    const isThere = await runGit({ folder, args: ["cat-file", "-e", `${sha}^{commit}`], config: offline, signal }).then(
      () => true,
      () => false,
    );
    if (isThere) known.push(sha);
  }
  return known;
}

function logArguments({ tip, without = [], since, skip }: GitRange, withLines: boolean): string[] {
  if (!SHA.test(tip)) throw new RangeError(`${tip} is not the name of a commit`);
  return [
    "log",
    "-z",
    "--raw",
    "--no-abbrev",
    // Without contents only moves of unchanged files can be told.
    ...(withLines ? ["--numstat", "--find-renames"] : ["--find-renames=100%"]),
    "--diff-merges=first-parent",
    "--date-order",
    LOG_FORMAT,
    ...(since ? [`--since-as-filter=${since}`] : []),
    ...(skip ? [`--skip=${skip}`] : []),
    tip,
    ...without.map((sha) => `^${sha}`),
    "--",
  ];
}

async function* batches(output: AsyncIterable<Buffer>): AsyncGenerator<GitCommit[]> {
  const parser = new LogParser();
  let batch: GitCommit[] = [];
  for await (const piece of output) {
    batch.push(...parser.push(piece));
    while (batch.length >= COMMITS_AT_ONCE) yield batch.splice(0, COMMITS_AT_ONCE);
  }
  batch = [...batch, ...parser.end()];
  if (batch.length > 0) yield batch;
}
