import { z } from "zod";

import type { Instant } from "../../../domain/instant.ts";
import type { Answer, AnswerInfo, ReadRequest } from "../../../ingest/connector.ts";
import { SkippableError } from "../../../ingest/errors.ts";
import { type Config, leftOut } from "../config.ts";
import { names, trackedFields } from "../map/work-item.ts";
import { projectPath, unlessGone, valuesOf, version } from "../paths.ts";
import { iterationNodes, pathInWorkItems, typesOf } from "./boards.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A revision as the feed gives it. */
export interface RawRevision {
  readonly id: number;
  readonly rev: number;
  readonly fields?: Fields;
}

interface Before {
  readonly rev: number;
  readonly fields: Fields;
}

/** What the process says of types and states, and the iterations by path. */
interface Process {
  readonly categoryOfType: ReadonlyMap<string, string>;
  readonly categoryOfState: ReadonlyMap<string, string>;
  readonly iterations: ReadonlyMap<string, number>;
  readonly root: unknown;
}

const AT_ONCE = 200;

/**
 * Remembers the last revision of each work item of a pass, so that each record can carry the fields before it.
 * What a pass did not see, because it began later, is asked for: as of `from` many at once, else one by one.
 */
export function openHistory(request: ReadRequest<Config>, from: Instant | null) {
  const { api, config } = request;
  const clean = (found: RawRevision): RawRevision => without(found, leftOut(config));
  const tracked = trackedFields(config);
  const last = new Map<number, Before>();
  let process: Promise<{ process: Process; answers: AnswerInfo[] }> | null = null;

  async function join(values: readonly RawRevision[]) {
    if (values.length === 0) return { joined: [], answers: [] };
    const isFirst = process === null;
    process ??= readProcess(request);
    const { process: known, answers: asked } = await process;
    const answers = [...(isFirst ? asked : []), ...(await fetchUnseen(values))];
    const one = (value: RawRevision, before: Before | null) => {
      const previous = before?.rev === value.rev - 1 ? before : null;
      return { ...value, previous, process: told(value.fields ?? {}, previous?.fields ?? null, known) };
    };
    const joined: (ReturnType<typeof one> & { isAgain?: boolean })[] = [];
    for (const value of values) {
      const before = last.get(value.id) ?? null;
      if (isRestored(value, before)) {
        const earlier = await fetchEarlier(value, answers);
        joined.push(
          ...earlier.map((each, index) => ({
            ...one(each, earlier[index - 1] ? seen(earlier[index - 1]!) : null),
            isAgain: true,
          })),
        );
      }
      joined.push(one(value, before));
      remember(value);
    }
    return { joined, answers };
  }

  /** A record of another shape says nothing of what was before the next one. */
  const remember = (found: RawRevision | null | undefined): void => {
    if (typeof found?.fields === "object") last.set(found.id, seen(found));
  };
  const seen = ({ rev, fields }: RawRevision): Before => ({ rev, fields: pick(fields ?? {}, tracked) });

  /** What was hidden while the work item lay in the recycle bin can be read again, unless it lies there once more. https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/revisions/list */
  async function fetchEarlier({ id, rev }: RawRevision, answers: AnswerInfo[]): Promise<readonly RawRevision[]> {
    const earlier: RawRevision[] = [];
    for (;;) {
      const query = { $top: AT_ONCE, $skip: earlier.length, $expand: "fields", ...version(config) };
      const answer = await unlessGone(api.get(`/_apis/wit/workItems/${id}/revisions`, query));
      if (!answer) return [];
      const found = valuesOf(answer) as readonly RawRevision[];
      answers.push(answer);
      earlier.push(...found);
      if (found.length < AT_ONCE) return earlier.filter((one) => one.rev < rev).map(clean);
    }
  }

  /** First sightings that are no first revisions; a record of another shape is set apart later, and asks for nothing here. */
  async function fetchUnseen(values: readonly RawRevision[]): Promise<AnswerInfo[]> {
    const missing = new Map<number, number>();
    const known = new Set(last.keys());
    for (const { id, rev } of values) {
      if (!Number.isInteger(id) || !Number.isInteger(rev)) continue;
      if (!known.has(id) && rev > 1) missing.set(id, rev - 1);
      known.add(id);
    }
    const answers = from === null ? [] : await fetchAsOf([...missing.keys()], from);
    for (const [id, rev] of missing) {
      if (last.get(id)?.rev === rev) continue;
      last.delete(id);
      const found = await revision(id, rev);
      if (!found) continue;
      answers.push(found.answer);
      remember(found.revision);
    }
    return answers;
  }

  /** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-items/get-work-items-batch */
  async function fetchAsOf(ids: readonly number[], asOf: Instant): Promise<AnswerInfo[]> {
    const answers: AnswerInfo[] = [];
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const body = { ids: ids.slice(start, start + AT_ONCE), asOf, errorPolicy: "omit" };
      const answer = await api.post("/_apis/wit/workitemsbatch", body, { query: version(config) });
      answers.push(answer);
      for (const found of valuesOf(answer) as readonly (RawRevision | null)[]) remember(found);
    }
    return answers;
  }

  /** Null where it is hidden: work items in the recycle bin, and in projects that the credential may not see. */
  async function revision(id: number, rev: number): Promise<{ revision: RawRevision; answer: Answer } | null> {
    try {
      const answer = await api.get(`/_apis/wit/workItems/${id}/revisions/${rev}`, version(config));
      return { revision: clean(answer.body as RawRevision), answer };
    } catch (error) {
      if (error instanceof SkippableError) return null;
      throw error;
    }
  }

  return { join, revision };
}

const isRestored = ({ fields }: RawRevision, before: Before | null): boolean =>
  before?.fields[names.deleted] === true && fields?.[names.deleted] !== true;

/** Fields that people left out reach neither rows nor archive. */
export function without(revision: RawRevision, hidden: readonly string[]): RawRevision {
  if (hidden.length === 0 || !revision.fields) return revision;
  return { ...revision, fields: Object.fromEntries(Object.entries(revision.fields).filter(([name]) => !hidden.includes(name))) };
}

const pick = (fields: Fields, wanted: readonly string[]): Fields =>
  Object.fromEntries(wanted.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));

function told(fields: Fields, before: Fields | null, process: Process) {
  const stateOf = (of: Fields) => process.categoryOfState.get(`${String(of[names.type])}\n${String(of[names.state])}`) ?? null;
  return {
    typeCategory: process.categoryOfType.get(String(fields[names.type])) ?? null,
    stateCategory: stateOf(fields),
    previousStateCategory: before && stateOf(before),
    iterationId: iterationOf(fields, process),
    previousIterationId: before && iterationOf(before, process),
  };
}

/** Null at the root of the tree, where work items lie that are in no iteration. */
function iterationOf(fields: Fields, { iterations, root }: Process): number | null {
  const path = fields[names.iteration];
  if (typeof path === "string" && !path.includes("\\")) return null;
  const stated = fields[names.iterationId];
  if (typeof stated === "number") return stated === root ? null : stated;
  return typeof path === "string" ? (iterations.get(path.toLowerCase()) ?? null) : null;
}

const types = z.array(
  z.object({ name: z.string(), states: z.array(z.object({ name: z.string(), category: z.string().nullish() })).nullish() }),
);
const categories = z.array(
  z.object({ referenceName: z.string(), workItemTypes: z.array(z.object({ name: z.string() })).nullish() }),
);
/** Categories of the levels of the backlog; others gather types for other ends. */
const BUGS = "Microsoft.BugCategory";
const levels = /^Microsoft\.(Epic|Feature|Requirement|Bug|Task)Category$/;

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-item-type-categories/list */
async function readProcess(request: ReadRequest<Config>): Promise<{ process: Process; answers: AnswerInfo[] }> {
  const { api, config, scope } = request;
  const path = `${projectPath(scope)}/_apis/wit`;
  const typed = await typesOf(request);
  const grouped = await api.get(`${path}/workitemtypecategories`, version(config));
  const { nodes, root, answer } = await iterationNodes(request);
  const process: Process = {
    categoryOfType: new Map(
      categories
        .parse(valuesOf(grouped))
        .filter(({ referenceName }) => levels.test(referenceName))
        // Bugs may be planned like requirements; they stay bugs.
        .toSorted((a, b) => Number(a.referenceName === BUGS) - Number(b.referenceName === BUGS))
        .flatMap(({ referenceName, workItemTypes }) => (workItemTypes ?? []).map(({ name }) => [name, referenceName] as const)),
    ),
    categoryOfState: new Map(
      types
        .parse(typed.types)
        .flatMap(({ name, states }) =>
          (states ?? []).flatMap((state) => (state.category ? [[`${name}\n${state.name}`, state.category] as const] : [])),
        ),
    ),
    iterations: new Map(
      nodes.flatMap(({ id, path: at }) =>
        typeof id === "number" && typeof at === "string" ? [[pathInWorkItems(at).toLowerCase(), id] as const] : [],
      ),
    ),
    root,
  };
  return { process, answers: [...typed.answers, grouped, answer] };
}
