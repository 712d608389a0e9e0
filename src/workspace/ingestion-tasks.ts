import type { Instant } from "../domain/instant.ts";
import type { RowOf } from "../domain/tables.ts";
import type { Workspace } from "./open.ts";

/** A row of the ledger (`ingestion_task`), while it is still alive here. */
export type LiveTask = RowOf<"ingestion_task">;

export async function saveTask({ db, now }: Workspace, task: LiveTask): Promise<void> {
  const row = {
    id: task.id,
    integrationId: task.integrationId,
    kind: task.kind,
    stream: task.stream ?? null,
    scopeId: task.scopeId ?? null,
    status: task.status,
    scheduledAt: task.scheduledAt,
    finishedAt: task.finishedAt ?? null,
    row: JSON.stringify(task),
    updatedAt: now(),
  };
  const { id: _, ...changed } = row;
  await db
    .insertInto("ingestionTask")
    .values(row)
    .onConflict((conflict) => conflict.column("id").doUpdateSet(changed))
    .execute();
}

/** The ledger has it now. */
export async function dropTask({ db }: Workspace, id: string): Promise<void> {
  await db.deleteFrom("ingestionTask").where("id", "=", id).execute();
}

export async function listTasks({ db }: Workspace, integrationId?: string): Promise<LiveTask[]> {
  const query = db.selectFrom("ingestionTask").select("row").orderBy("scheduledAt", "desc");
  const rows = await (integrationId === undefined ? query : query.where("integrationId", "=", integrationId)).execute();
  return rows.map((row) => JSON.parse(row.row) as LiveTask);
}

/** Tasks that a process left running when it ended become `cancelled`; their stream resumes from its progress. */
export async function cancelAbandoned(workspace: Workspace): Promise<number> {
  const open = (await listTasks(workspace)).filter((task) => task.finishedAt == null);
  for (const task of open)
    await saveTask(workspace, {
      ...task,
      status: "cancelled",
      finishedAt: workspace.now(),
      errorCode: "process_ended",
      errorMessage: "The process ended while this task ran. The next task goes on where this one had saved its progress.",
    });
  return open.length;
}

export async function pruneTasks({ db }: Workspace, before: Instant): Promise<void> {
  await db.deleteFrom("ingestionTask").where("finishedAt", "<", before).execute();
}
