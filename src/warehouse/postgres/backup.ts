import type pg from "pg";
export async function backupPostgres(_client: pg.ClientBase, _file: string): Promise<void> {
  throw new Error("not yet");
}
