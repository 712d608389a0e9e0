import type { Instant } from "../../domain/instant.ts";
import { instantLiteral } from "../facts/literal.ts";
import type { Warehouse } from "../warehouse.ts";

/** Commits of one repository that one deployment holds, all new or all not. */
export interface HeldCommits {
  readonly deploymentId: string;
  readonly repositoryId: string;
  readonly headSha: string;
  readonly confidence: number;
  readonly isNew: boolean;
  readonly shas: readonly string[];
}

/** Commits per transaction; their hashes travel as one text per deployment and become rows in the database. */
const COMMITS = 100_000;

/** Writes `deployment_commit` in portions, so that millions of rows never are in memory at once. */
export class CommitInsert {
  readonly #warehouse: Warehouse;
  readonly #sql: string;
  #values: string[][] = [[], [], [], [], [], []];
  #count = 0;

  constructor(warehouse: Warehouse, now: Instant) {
    this.#warehouse = warehouse;
    const lists = ["deployment_id", "repository_id", "head_sha", "confidence", "is_new", "shas"].map(
      (name, at) => `unnest(cast($${at + 1} as text[])) as ${name}`,
    );
    this.#sql = `insert into deployment_commit
  (id, integration_id, native_id, ingested_at, deployment_id, repository_id, sha, is_head, is_new, evidence_category, confidence)
select 'leadline:deployment_commit:leadline:' || x.key || x.sha, 'leadline', x.key || x.sha, ${instantLiteral(now)}, x.deployment_id, x.repository_id, x.sha,
  x.sha = x.head_sha, cast(x.is_new as boolean), 'graph', cast(x.confidence as double precision)
from (select v.*, v.deployment_id || '/' || v.repository_id || '/' as key, unnest(string_to_array(v.shas, ',')) as sha from (select ${lists.join(", ")}) as v) as x`;
  }

  async add({ deploymentId, repositoryId, headSha, confidence, isNew, shas }: HeldCommits): Promise<void> {
    for (let from = 0; from < shas.length; from += COMMITS) {
      const part = shas.slice(from, from + COMMITS);
      const row = [deploymentId, repositoryId, headSha, String(confidence), String(isNew), part.join(",")];
      for (const [at, value] of row.entries()) this.#values[at]!.push(value);
      this.#count += part.length;
      if (this.#count >= COMMITS) await this.flush();
    }
  }

  async flush(): Promise<void> {
    if (!this.#count) return;
    await this.#warehouse.run([{ sql: this.#sql, values: this.#values }]);
    this.#values = this.#values.map(() => []);
    this.#count = 0;
  }
}
