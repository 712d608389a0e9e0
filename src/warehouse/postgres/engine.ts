import type pg from "pg";

import { Problem } from "../../domain/problem.ts";
import { Deadline } from "../deadline.ts";
import type { Engine, Transaction } from "../engine.ts";
import { firstWord } from "../first-word.ts";
import { Permits } from "../permits.ts";
import { problems, reason } from "../problems.ts";
import type { QueryOptions, QueryResult, SqlValue } from "../warehouse.ts";
import { backupPostgres } from "./backup.ts";
import { READERS, SCHEMA, createPool } from "./pool.ts";
import { PostgresTransaction, readRows } from "./transaction.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

/** PostgreSQL: the schema `warehouse` of one database, through a small pool. */
export class PostgresEngine implements Engine {
  readonly name = "postgres";
  readonly #pool: pg.Pool;
  readonly #readers = new Permits(READERS);
  readonly #writes = new Permits(1);
  /** The role that queries take on where ours is a superuser, who may read the server's files even in a read-only transaction. */
  readonly #reader: string | null;
  #isClosed = false;

  private constructor(pool: pg.Pool, reader: string | null) {
    this.#pool = pool;
    this.#reader = reader;
  }

  static async open(databaseUrl: string): Promise<PostgresEngine> {
    const pool = createPool(databaseUrl);
    try {
      await pool.query(`create schema if not exists ${SCHEMA}`);
    } catch (error) {
      await pool.end();
      // Two processes that start at once may both create the schema; the second finds it there.
      if ((error as { code?: string }).code === "23505") return PostgresEngine.open(databaseUrl);
      throw problems.serverUnreachable(error);
    }
    const { rows } = await pool.query<{ rolsuper: boolean }>("select rolsuper from pg_roles where rolname = current_user");
    return new PostgresEngine(pool, rows[0]?.rolsuper ? "pg_read_all_data" : null);
  }

  async query(sql: string, values: readonly SqlValue[], options: QueryOptions): Promise<QueryResult> {
    this.#refuseWhenClosed();
    refuseOtherCommands(sql);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = new Deadline(timeoutMs, options.signal);
    try {
      return await this.#readers.use(() => this.#read(sql, values, { timeoutMs, deadline }), deadline.signal);
    } catch (error) {
      throw deadline.problem() ?? queryProblem(error, timeoutMs);
    } finally {
      deadline.clear();
    }
  }

  async #read(sql: string, values: readonly SqlValue[], limit: { timeoutMs: number; deadline: Deadline }): Promise<QueryResult> {
    const client = await this.#connect();
    let cancelling: Promise<unknown> = Promise.resolve();
    try {
      const timeout = `set local statement_timeout = ${Math.max(1, Math.round(limit.timeoutMs))}`;
      await client.query(["begin read only", timeout, ...(this.#reader ? [`set local role ${this.#reader}`] : [])].join("; "));
      const backend = (client as unknown as { processID: number }).processID;
      const cancel = () => (cancelling = this.#pool.query("select pg_cancel_backend($1)", [backend]).catch(() => {}));
      limit.deadline.onPassed(once(cancel));
      return await readRows(client, sql, values);
    } finally {
      limit.deadline.onPassed(null);
      // A cancel that is still on its way would strike whoever uses this connection next.
      await cancelling;
      await client.query("rollback").then(
        () => client.release(),
        (error: Error) => client.release(error),
      );
    }
  }

  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.#writes.use(async () => {
      this.#refuseWhenClosed();
      const client = await this.#connect();
      try {
        await client.query("begin");
        const result = await work(new PostgresTransaction(client));
        await client.query("commit");
        client.release();
        return result;
      } catch (error) {
        await client.query("rollback").then(
          () => client.release(),
          (broken: Error) => client.release(broken),
        );
        throw writeProblem(error);
      }
    });
  }

  async backup(file: string): Promise<void> {
    this.#refuseWhenClosed();
    const client = await this.#connect();
    try {
      await backupPostgres(client, file);
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writes.use(async () => {});
    await this.#pool.end();
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw problems.serverUnreachable(error);
    }
  }

  #refuseWhenClosed() {
    if (this.#isClosed) throw problems.closed();
  }
}

function once(action: () => unknown): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}

/** A read-only transaction still takes COPY … TO PROGRAM, SET and the like, so the first word decides as well. */
function refuseOtherCommands(sql: string) {
  const word = firstWord(sql);
  if (!/^(?:SELECT|WITH|VALUES|TABLE|EXPLAIN)$/.test(word)) throw problems.notReadOnly(`it is a ${word} statement`);
}

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
function queryProblem(error: unknown, timeoutMs: number): unknown {
  if (error instanceof Problem) return error;
  const { code = "" } = error as { code?: string };
  if (code === "57014") return problems.queryTimedOut(timeoutMs);
  if (code === "25006" || code === "42501") return problems.notReadOnly(reason(error), error);
  if (code === "42601" && /multiple commands/.test(reason(error)))
    return problems.notReadOnly("it has more statements than one", error);
  if (isConnectionLoss(code)) return problems.serverUnreachable(error);
  return problems.queryFailed(error);
}

function writeProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  const { code = "" } = error as { code?: string };
  if (code === "53100") return problems.diskFull("the PostgreSQL server of the warehouse", error);
  if (isConnectionLoss(code)) return problems.serverUnreachable(error);
  return /^[0-9A-Z]{5}$/.test(code) ? problems.writeFailed(error) : error;
}

const isConnectionLoss = (code: string) =>
  code.startsWith("08") || code.startsWith("57P") || /^(?:ECONN|EPIPE|ETIMEDOUT|ENOTFOUND)/.test(code);
