/** The commits and parent edges of one repository, as far as they were ever seen. */
export class CommitGraph {
  readonly #ids = new Map<string, number>();
  readonly #shas: string[] = [];
  readonly #edges: number[] = [];
  /** Parents of node n are `#parents[#first[n]] …` up to `#first[n + 1]`; built by `freeze`. */
  #first = new Uint32Array(1);
  #parents = new Uint32Array(0);
  #generation: Uint32Array | null = null;

  node(sha: string): number {
    const known = this.#ids.get(sha);
    if (known !== undefined) return known;
    this.#ids.set(sha, this.#shas.length);
    return this.#shas.push(sha) - 1;
  }

  addEdge(sha: string, parentSha: string): void {
    this.#edges.push(this.node(sha), this.node(parentSha));
  }

  get size(): number {
    return this.#shas.length;
  }

  get edgeCount(): number {
    return this.#parents.length;
  }

  sha(node: number): string {
    return this.#shas[node]!;
  }

  /** No node or edge may be added after this. */
  freeze(): this {
    const edges = this.#edges.splice(0);
    this.#first = new Uint32Array(this.size + 1);
    for (let at = 0; at < edges.length; at += 2) this.#first[edges[at]! + 1]! += 1;
    for (let node = 0; node < this.size; node += 1) this.#first[node + 1]! += this.#first[node]!;
    this.#parents = new Uint32Array(edges.length / 2);
    const filled = this.#first.slice();
    for (let at = 0; at < edges.length; at += 2) this.#parents[filled[edges[at]!]!++] = edges[at + 1]!;
    return this;
  }

  parents(node: number): Uint32Array {
    return this.#parents.subarray(this.#first[node], this.#first[node + 1]);
  }

  /**
   * Marks every commit reachable from `head` that is not marked yet, and answers them. What is marked must be closed under
   * parents, as it is when only this method marks.
   */
  claim(head: number, marked: Uint8Array): number[] {
    if (marked[head]) return [];
    marked[head] = 1;
    const found = [head];
    for (let at = 0; at < found.length; at += 1)
      for (const parent of this.parents(found[at]!)) {
        if (marked[parent]) continue;
        marked[parent] = 1;
        found.push(parent);
      }
    return found;
  }

  /** Whether `ancestor` is `node` or reachable from it; looks only at commits that are not older than `ancestor` in the graph. */
  reaches(node: number, ancestor: number): boolean {
    const generation = (this.#generation ??= this.#generations());
    const floor = generation[ancestor]!;
    const open = [node];
    const seen = new Set(open);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === ancestor) return true;
      for (const parent of this.parents(next)) {
        if (generation[parent]! < floor || seen.has(parent)) continue;
        seen.add(parent);
        open.push(parent);
      }
    }
    return false;
  }

  /** Longest way from a root, so that a parent's number is always smaller than its child's. */
  #generations(): Uint32Array {
    const children = new Uint32Array(this.size);
    for (const parent of this.#parents) children[parent]! += 1;
    const order: number[] = [];
    for (let node = 0; node < this.size; node += 1) if (children[node] === 0) order.push(node);
    for (let at = 0; at < order.length; at += 1)
      for (const parent of this.parents(order[at]!)) if (--children[parent]! === 0) order.push(parent);
    const generation = new Uint32Array(this.size);
    for (const node of order.reverse())
      for (const parent of this.parents(node)) generation[node] = Math.max(generation[node]!, generation[parent]! + 1);
    return generation;
  }
}
