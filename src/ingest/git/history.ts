import { addSeconds, compareInstants, type Instant } from "../../domain/instant.ts";
import type { GitClone, GitCommit } from "./contract.ts";

/** What a reader may hand on of a clone: commits, where to go on, and down to which instant they are complete. */
export interface ClonePage {
  readonly commits: readonly GitCommit[];
  readonly position: { readonly tip: string; readonly skip: number } | null;
  readonly reached: Instant | null;
}

/**
 * Pages of the history of a branch, newest first, from where `position` of an earlier page stopped; the last one has no position. A page is
 * as old as its newest commit, since single commits may stand out of order.
 */
export async function* clonePages(
  clone: GitClone,
  { branch, since, position }: { branch: string; since: Instant | null; position: unknown },
): AsyncGenerator<ClonePage> {
  const begun = position as ClonePage["position"];
  const tip = begun?.tip ?? (await clone.tip(branch));
  let skip = begun?.skip ?? 0;
  if (tip !== null)
    for await (const commits of clone.commits({ tip, since, skip })) {
      skip += commits.length;
      const times = commits.map(({ committer }) => new Date(committer.at).toISOString()).sort(compareInstants);
      yield { commits, position: { tip, skip }, reached: addSeconds(times.at(-1)!, 1) };
    }
  yield { commits: [], position: null, reached: since };
}
