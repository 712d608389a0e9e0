import type { CommitGraph } from "./commit-graph.ts";

/** A successful deployment of one application to one environment, with the commit it put there for each repository. */
export interface Deployed {
  readonly deploymentId: string;
  readonly heads: readonly { readonly repositoryId: string; readonly sha: string }[];
}

export type Relation = "first" | "forward" | "redeploy" | "rollback" | "diverged" | "unknown";

/** How one head follows the previous deployment, and which commits came with it. */
export interface Arrival {
  readonly deploymentId: string;
  readonly repositoryId: string;
  readonly sha: string;
  readonly relation: Relation;
  /** No earlier deployment of the chain is known to have put this repository anywhere: what it brings may have been there long before. */
  readonly startsHistory: boolean;
  /** Reachable from the head and from no head of an earlier deployment of the chain; null when the graph is missing. */
  readonly commits: readonly string[] | null;
}

/**
 * Walks the deployments of one application and environment in their order (`domain.md` §8.3). Every commit is visited once:
 * a walk stops where an earlier one has been, and what that one found is closed under parents.
 */
export function* walkChain(chain: readonly Deployed[], graphs: ReadonlyMap<string, CommitGraph>): Generator<Arrival> {
  const marks = new Map<string, Uint8Array>();
  const claimed = new Set<string>();
  const started = new Set<string>();
  const severalRepositories = new Set(chain.flatMap(({ heads }) => heads.map(({ repositoryId }) => repositoryId))).size > 1;
  let previous: Deployed | null = null;
  for (const deployed of chain) {
    const fresh: string[] = [];
    for (const { repositoryId, sha } of deployed.heads) {
      const graph = graphs.get(repositoryId);
      const base = { deploymentId: deployed.deploymentId, repositoryId, sha, startsHistory: !started.has(repositoryId) };
      started.add(repositoryId);
      if (!graph) {
        yield { ...base, relation: previous ? "unknown" : "first", commits: null };
        continue;
      }
      let marked = marks.get(repositoryId);
      if (!marked) marks.set(repositoryId, (marked = new Uint8Array(graph.size)));
      const head = graph.node(sha);
      const wasThere = marked[head] === 1;
      const reached = graph.claim(head, marked).map((node) => graph.sha(node));
      const commits = severalRepositories ? reached.filter((each) => !claimed.has(each)) : reached;
      if (severalRepositories) fresh.push(...commits);
      yield { ...base, relation: relationOf({ graph, head, wasThere, previous, repositoryId }), commits };
    }
    for (const sha of fresh) claimed.add(sha);
    previous = deployed;
  }
}

interface Step {
  graph: CommitGraph;
  head: number;
  /** The head was brought by an earlier deployment. */
  wasThere: boolean;
  previous: Deployed | null;
  repositoryId: string;
}

function relationOf({ graph, head, wasThere, previous, repositoryId }: Step): Relation {
  if (!previous) return "first";
  const before = previous.heads.find((each) => each.repositoryId === repositoryId);
  if (!before) return "unknown";
  const last = graph.node(before.sha);
  if (last === head) return "redeploy";
  if (graph.reaches(head, last)) return "forward";
  return wasThere && graph.reaches(last, head) ? "rollback" : "diverged";
}
