import type { Instant } from "../domain/instant.ts";
import { emptyTask, sweepArchive } from "../ingest/engine.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { Actor } from "../workspace/audit.ts";
import { dropTask, saveTask, type LiveTask } from "../workspace/ingestion-tasks.ts";
import {
  beginDeletion,
  concludeDeletion,
  eraseBelongings,
  findDeletion,
  noteDeletion,
  type DeletionProof,
  type IntegrationDeletion,
} from "../workspace/integration-deletions.ts";
import type { Workspace } from "../workspace/open.ts";
import { archivedPages, eraseBatch, erasePages, rowsToErase, scanWarehouse } from "./erase-rows.ts";

export interface ErasureParts {
  readonly workspace: Workspace;
  readonly warehouse: Warehouse;
  /** Folder of the archive. */
  readonly archive: string;
  readonly actor: Actor;
  /** Mirrors the workspace, so that nothing new is mapped to the integration. */
  publish(): Promise<void>;
  /** Builds links and facts anew, so that no number speaks of rows that are gone. */
  rebuild(): Promise<void>;
  /** Removes the bodies of deliveries while their rows still name them. */
  eraseBodies?(id: string): Promise<void>;
  /** When the oldest run under way began: pages that it has stored may have no row yet. Null: none is under way. */
  oldestRun?(): Instant | null;
  /** Told after each step. */
  onStep?(): void | Promise<void>;
  /** Rows in one transaction. */
  readonly rowsAtOnce?: number;
  readonly pagesAtOnce?: number;
}

/**
 * Carries a deletion out, or goes on with one that was interrupted: every step may be repeated, and what a step still needs is
 * removed after it. Null when it was called off, when its time has not come, or when `signal` stopped it.
 */
export async function erase(parts: ErasureParts, id: string, signal?: AbortSignal): Promise<DeletionProof | null> {
  if (!(await beginDeletion(parts.workspace, id))) return null;
  try {
    return await new Erasure(parts, (await findDeletion(parts.workspace, id))!, signal).run();
  } catch (error) {
    if (signal?.aborted) return null;
    throw error;
  }
}

class Erasure {
  readonly #parts: ErasureParts;
  readonly #id: string;
  readonly #beganAt: Instant;
  readonly #signal: AbortSignal | undefined;
  #rowsTotal: number;
  #rowsLeft = 0;
  #files: number;

  constructor(parts: ErasureParts, deletion: IntegrationDeletion, signal: AbortSignal | undefined) {
    this.#parts = parts;
    this.#id = deletion.id;
    this.#beganAt = deletion.beganAt!;
    this.#signal = signal;
    this.#rowsTotal = deletion.rowsTotal ?? 0;
    this.#files = deletion.filesRemoved;
  }

  async run(): Promise<DeletionProof> {
    const { workspace, warehouse, rowsAtOnce = 5000 } = this.#parts;
    await this.#parts.eraseBodies?.(this.#id);
    while (!(await eraseBelongings(workspace, this.#id, rowsAtOnce))) this.#signal?.throwIfAborted();
    await this.#parts.publish();
    await this.#eraseRows();
    await noteDeletion(workspace, this.#id, { step: "facts" });
    await this.#stepped();
    await this.#parts.rebuild();
    await noteDeletion(workspace, this.#id, { step: "scan" });
    await this.#stepped();
    const scanned = { ...(await scanWarehouse(warehouse, this.#id)), files: await this.#sweep() };
    const { actor } = this.#parts;
    await dropTask(workspace, taskId(this.#id));
    return concludeDeletion(workspace, actor, { id: this.#id, scanned });
  }

  /** Until a count finds nothing: what arrived meanwhile goes too. */
  async #eraseRows(): Promise<void> {
    const { workspace, warehouse, archive, rowsAtOnce: limit = 5000, pagesAtOnce = 200 } = this.#parts;
    for (;;) {
      const found = await rowsToErase(warehouse, this.#id);
      this.#rowsLeft = found.reduce((sum, { rows }) => sum + rows, 0);
      this.#rowsTotal = Math.max(this.#rowsTotal, this.#rowsLeft);
      await noteDeletion(workspace, this.#id, { step: "rows", rowsTotal: this.#rowsTotal, rowsLeft: this.#rowsLeft });
      await this.#stepped();
      if (found.length === 0) return;
      for (const { table, rows } of found) {
        if (table === "raw_page") await this.#erasePages(archive, pagesAtOnce);
        else
          for (let left = rows; left > 0; left -= limit) {
            await eraseBatch(warehouse, table, { id: this.#id, limit });
            await this.#removed(Math.min(left, limit));
          }
      }
    }
  }

  async #erasePages(folder: string, limit: number): Promise<void> {
    for (;;) {
      const { rows, files } = await erasePages(this.#parts.warehouse, folder, { id: this.#id, limit });
      if (rows === 0) return;
      this.#files += files;
      await this.#removed(rows);
    }
  }

  async #removed(rows: number): Promise<void> {
    this.#rowsLeft = Math.max(0, this.#rowsLeft - rows);
    await noteDeletion(this.#parts.workspace, this.#id, { rowsLeft: this.#rowsLeft, filesRemoved: this.#files });
    await this.#stepped();
  }

  async #stepped(): Promise<void> {
    await saveTask(this.#parts.workspace, this.#task());
    await this.#parts.onStep?.();
    this.#signal?.throwIfAborted();
  }

  /** Answers how many archived pages there are, each of them known to a row or just being written. */
  async #sweep(): Promise<number> {
    const { warehouse, archive, workspace, oldestRun } = this.#parts;
    const before = new Date(oldestRun?.() ?? workspace.now());
    const { kept, removed } = await sweepArchive(archive, { known: await archivedPages(warehouse), before });
    this.#files += removed;
    await noteDeletion(workspace, this.#id, { filesRemoved: this.#files });
    return kept;
  }

  /** Its row in the ingestion log while it lasts. */
  #task(): LiveTask {
    const everywhere = { integrationId: this.#id, stream: null, scopeId: null };
    return {
      ...emptyTask(taskId(this.#id), everywhere, this.#beganAt),
      kind: "delete",
      status: "running",
      startedAt: this.#beganAt,
      tombstoned: this.#rowsTotal - this.#rowsLeft,
    };
  }
}

const taskId = (id: string) => `delete-${id}`;
