import { Problem } from "../domain/problem.ts";

/* Every problem that the warehouse can raise. Texts name the thing, the rule and the next step; tests assert the codes. */

const stop = "Leadline keeps one process per data folder, because the warehouse file has one writer.";

export const problems = {
  homeInUse: (home: string, owner: { pid: number; role: string; address: string | null } | null, cause?: unknown) =>
    new Problem(
      {
        code: "home_in_use",
        what: owner
          ? `The data folder ${home} is in use by process ${owner.pid} (${owner.role}${owner.address ? ` at ${owner.address}` : ""}).`
          : `The warehouse file in ${home} is in use by another process.`,
        rule: stop,
        next: owner?.address
          ? `Use the running server at ${owner.address}, or stop process ${owner.pid} first.`
          : owner
            ? `Wait until process ${owner.pid} ends or stop it, then try again.`
            : "Stop the other process, or set LEADLINE_HOME to another folder.",
        status: 409,
      },
      { cause },
    ),

  notWritable: (path: string, cause: unknown) =>
    new Problem(
      {
        code: "home_not_writable",
        what: `Leadline cannot write to ${path}: ${reason(cause)}.`,
        rule: "The data folder must be writable by the user that runs Leadline.",
        next: "Change its owner or permissions, or set LEADLINE_HOME to a folder you own.",
        status: 500,
      },
      { cause },
    ),

  diskFull: (path: string, cause: unknown) =>
    new Problem(
      {
        code: "disk_full",
        what: `There is no space left for ${path}.`,
        rule: "What was being written has been taken back; everything stored before is unharmed.",
        next: "Free some space or move the data folder to a larger disk; reading then goes on where it stopped.",
        status: 507,
      },
      { cause },
    ),

  damaged: (file: string, cause: unknown) =>
    new Problem(
      {
        code: "warehouse_damaged",
        what: `${file} cannot be opened as a warehouse: ${reason(cause)}.`,
        rule: "The file must be one that this version of Leadline or an older one has written.",
        next: "Keep the file aside under another name, then run `leadline restore FILE` with a backup, or start again and run `leadline rebuild` to fill a new warehouse from the archive.",
        status: 500,
      },
      { cause },
    ),

  newerWarehouse: (found: number, known: number) =>
    new Problem({
      code: "warehouse_newer",
      what: `The warehouse has migration ${found}, and this version of Leadline knows migrations up to ${known}.`,
      rule: "A warehouse cannot be opened by an older version than the one that wrote it.",
      next: "Install the newer version of Leadline again, or restore a backup made by this one.",
      status: 500,
    }),

  migrationChanged: (name: string) =>
    new Problem({
      code: "migration_changed",
      what: `Migration ${name} is not the one that this warehouse was built with: its checksum differs.`,
      rule: "A migration never changes after it has been applied.",
      next: "Put the old text of the migration back and add a new migration for the change.",
      status: 500,
    }),

  serverUnreachable: (cause: unknown) =>
    new Problem(
      {
        code: "database_unreachable",
        what: `The PostgreSQL server of the warehouse does not answer: ${reason(cause)}.`,
        rule: "LEADLINE_DATABASE_URL must name a running server and a database that its user may use.",
        next: "Check the address, the password and that the server runs.",
        status: 503,
      },
      { cause },
    ),

  notReadOnly: (detail: string, cause?: unknown) =>
    new Problem(
      {
        code: "query_not_read_only",
        what: `The query was refused: ${detail}.`,
        rule: "A query is one SELECT over the warehouse; it changes nothing and reads no files.",
        next: "Write it as a single SELECT over warehouse tables.",
      },
      { cause },
    ),

  queryFailed: (cause: unknown) =>
    new Problem(
      {
        code: "query_failed",
        what: `The database refused the query: ${reason(cause)}.`,
        next: "Correct the SQL; `docs/design/domain.md` lists tables and columns.",
      },
      { cause },
    ),

  queryTimedOut: (timeoutMs: number) =>
    new Problem({
      code: "query_timed_out",
      what: `The query was stopped after ${timeoutMs / 1000} s.`,
      rule: "A query may take no longer than its time limit, so that others are answered.",
      next: "Ask for a shorter range or fewer groups.",
      status: 504,
    }),

  queryCancelled: () => new Problem({ code: "query_cancelled", what: "The query was cancelled by its caller.", status: 499 }),

  writeFailed: (cause: unknown) =>
    new Problem(
      {
        code: "write_failed",
        what: `The warehouse refused to write: ${reason(cause)}.`,
        rule: "What was being written has been taken back; everything stored before is unharmed.",
        next: "Try again; if it happens again, run `leadline doctor` and report what it says.",
        status: 500,
      },
      { cause },
    ),

  closed: () =>
    new Problem({
      code: "warehouse_closed",
      what: "The warehouse has been closed.",
      next: "Start Leadline again.",
      status: 503,
    }),

  rowInvalid: (place: { table: string; column: string; id: string }, detail: string) =>
    new Problem({
      code: "row_invalid",
      what: `Row ${place.id || "without id"} cannot be stored: ${place.table}.${place.column} ${detail}.`,
      rule: "Every row fits the columns of its table in `docs/design/domain.md`.",
      next: "Correct what makes the row: the mapper, the link step or the import.",
      status: 500,
    }),

  duplicateId: (table: string, id: string) =>
    new Problem({
      code: "duplicate_id",
      what: `Two rows for table ${table} have the id ${id}.`,
      rule: "An id is unique in its table.",
      next: "Correct the key that makes the id.",
      status: 500,
    }),

  notSightable: (table: string) =>
    new Problem({
      code: "not_sightable",
      what: `A mapper marked a row of ${table} as sighted.`,
      rule: "Only things that other records mention in passing can be sighted: see `docs/design/domain.md` §9.3.",
      next: "Give the row from the stream that owns it, without `sighted`.",
      status: 500,
    }),

  badBackup: (file: string, detail: string, cause?: unknown) =>
    new Problem(
      {
        code: "backup_unreadable",
        what: `${file} cannot be restored: ${detail}.`,
        rule: "A backup is restored by the same kind of warehouse that made it, and whole.",
        next: "Choose a file that `leadline backup` made.",
      },
      { cause },
    ),
};

/** The first line of an error's own words, without the full stop. */
export function reason(cause: unknown): string {
  const text =
    cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name) : String(cause);
  return (text.split("\n")[0] ?? "").trim().replace(/\.$/, "");
}
