import { type DuckDBConnection, DuckDBInstance, StatementType } from "@duckdb/node-api";

import type { Engine, Transaction } from "../engine.ts";
import { firstWord } from "../first-word.ts";
import { Permits } from "../permits.ts";
import { problems, reason } from "../problems.ts";
import type { QueryOptions, QueryResult, SqlValue } from "../warehouse.ts";
import { Deadline } from "../deadline.ts";
import { copyDatabase } from "./files.ts";
import { openProblem, writeProblem } from "./failures.ts";
import { DuckTransaction } from "./transaction.ts";
import { readResult, toParameter } from "./values.ts";

/** Queries that may run at once; more would starve the writer of DuckDB's threads. */
const READERS = 4;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * DuckDB in this process: one instance per file, one writer connection, few readers.
 * https://duckdb.org/docs/stable/connect/concurrency
 */
export class DuckEngine implements Engine {
  readonly name = "duckdb";
  readonly #file: string;
  readonly #readers = new Permits(READERS);
  readonly #writes = new Permits(1);
  readonly #idle: DuckDBConnection[] = [];
  #instance: DuckDBInstance;
  #writer: DuckDBConnection;
  #state: "open" | "broken" | "closed" = "open";

  private constructor(file: string, opened: { instance: DuckDBInstance; writer: DuckDBConnection }) {
    this.#file = file;
    this.#instance = opened.instance;
    this.#writer = opened.writer;
  }

  /** `memoryMb` bounds DuckDB's own buffers, not the process. */
  static async open(file: string, options: { temporary: string; memoryMb: number }): Promise<DuckEngine> {
    return new DuckEngine(file, await connect(file, options));
  }

  async query(sql: string, values: readonly SqlValue[], options: QueryOptions): Promise<QueryResult> {
    this.#refuseWhenClosed();
    firstWord(sql);
    const deadline = new Deadline(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, options.signal);
    try {
      return await this.#readers.use(() => this.#read(sql, values, deadline), deadline.signal);
    } catch (error) {
      throw deadline.problem() ?? queryProblem(error);
    } finally {
      deadline.clear();
    }
  }

  async #read(sql: string, values: readonly SqlValue[], deadline: Deadline): Promise<QueryResult> {
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    try {
      await connection.run("begin transaction read only");
      deadline.onPassed(() => connection.interrupt());
      const extracted = await connection.extractStatements(sql);
      if (extracted.count !== 1) throw problems.notReadOnly(`it has ${extracted.count} statements instead of one`);
      const statement = await extracted.prepare(0);
      if (statement.statementType !== StatementType.SELECT && statement.statementType !== StatementType.EXPLAIN)
        throw problems.notReadOnly(`it is a ${StatementType[statement.statementType]} statement`);
      const parameters = values.map(toParameter);
      statement.bind(
        parameters.map((parameter) => parameter.value),
        parameters.map((parameter) => parameter.type),
      );
      return await readResult(await statement.stream());
    } finally {
      deadline.onPassed(null);
      await connection.run("rollback").then(
        () => this.#idle.push(connection),
        () => connection.closeSync(),
      );
    }
  }

  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.#writes.use(async () => {
      this.#refuseWhenClosed();
      try {
        await this.#writer.run("begin transaction");
        const result = await work(new DuckTransaction(this.#writer));
        await this.#writer.run("commit");
        return result;
      } catch (error) {
        await this.#writer.run("rollback").catch(() => {});
        throw writeProblem(error, this.#file);
      }
    });
  }

  /** Waits for running queries, so that the checkpoint reaches the file whole; they go on while the file is copied. */
  async backup(file: string): Promise<void> {
    await this.#writes.use(async () => {
      this.#refuseWhenClosed();
      await this.#readers.useAll(() => this.#writer.run("checkpoint"));
      await copyDatabase(this.#file, file);
    });
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    await this.#writes.use(() =>
      this.#readers.useAll(async () => {
        this.#state = "closed";
        await this.#writer.run("checkpoint").catch(() => {});
        for (const connection of this.#idle) connection.closeSync();
        this.#writer.closeSync();
        this.#instance.closeSync();
      }),
    );
  }

  #refuseWhenClosed() {
    if (this.#state === "closed") throw problems.closed();
  }
}

async function connect(file: string, options: { temporary: string; memoryMb: number }) {
  try {
    const instance = await DuckDBInstance.fromCache(file, {
      memory_limit: `${options.memoryMb}MB`,
      temp_directory: options.temporary,
      enable_external_access: "false",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const writer = await instance.connect();
    await writer.run("set global TimeZone = 'UTC'");
    return { instance, writer };
  } catch (error) {
    throw openProblem(error, file);
  }
}

function queryProblem(error: unknown) {
  const text = reason(error);
  if (/^Permission Error|read-only mode/.test(text)) return problems.notReadOnly(text, error);
  return error instanceof Error && "code" in error && "what" in error ? error : problems.queryFailed(error);
}
