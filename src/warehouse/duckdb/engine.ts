import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement, StatementType } from "@duckdb/node-api";

import { Problem } from "../../domain/problem.ts";
import type { Engine, Transaction } from "../engine.ts";
import { firstWord } from "../first-word.ts";
import { Permits } from "../permits.ts";
import { problems, reason } from "../problems.ts";
import type { QueryOptions, QueryResult, SqlValue } from "../warehouse.ts";
import { Deadline } from "../deadline.ts";
import { copyDatabase } from "./files.ts";
import { isFatal, openProblem, writeProblem } from "./failures.ts";
import { DuckTransaction } from "./transaction.ts";
import { readResult, toParameter } from "./values.ts";

/** Queries that may run at once; more would starve the writer of DuckDB's threads. */
const READERS = 4;
const DEFAULT_TIMEOUT_MS = 30_000;
/** After this time without work, pages that DuckDB has read are given back to the system. */
const REST_AFTER_MS = 15_000;
const RESTING_MB = 48;

/**
 * DuckDB in this process: one instance per file, one writer connection, few readers.
 * https://duckdb.org/docs/stable/connect/concurrency
 */
export class DuckEngine implements Engine {
  readonly name = "duckdb";
  readonly #file: string;
  readonly #options: OpenOptions;
  readonly #readers = new Permits(READERS);
  readonly #writes = new Permits(1);
  readonly #idle: DuckDBConnection[] = [];
  #instance: DuckDBInstance;
  #writer: DuckDBConnection;
  #isConnected = true;
  #rest: NodeJS.Timeout | undefined;
  #state: "open" | "broken" | "closed" = "open";

  private constructor(
    place: { file: string; options: OpenOptions },
    opened: { instance: DuckDBInstance; writer: DuckDBConnection },
  ) {
    this.#file = place.file;
    this.#options = place.options;
    this.#instance = opened.instance;
    this.#writer = opened.writer;
  }

  static async open(file: string, options: OpenOptions): Promise<DuckEngine> {
    return new DuckEngine({ file, options }, await connect(file, options));
  }

  async query(sql: string, values: readonly SqlValue[], options: QueryOptions): Promise<QueryResult> {
    this.#refuseWhenClosed();
    firstWord(sql);
    if (this.#state === "broken") await this.#writes.use(() => this.#mend());
    const deadline = new Deadline(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, options.signal);
    try {
      return await this.#readers.use(() => this.#read(sql, values, deadline), deadline.signal);
    } catch (error) {
      this.#notice(error);
      throw deadline.problem() ?? queryProblem(error);
    } finally {
      deadline.clear();
      this.#restLater();
    }
  }

  async #read(sql: string, values: readonly SqlValue[], deadline: Deadline): Promise<QueryResult> {
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    let statement: DuckDBPreparedStatement | undefined;
    try {
      await connection.run("begin transaction read only");
      deadline.onPassed(() => connection.interrupt());
      const extracted = await connection.extractStatements(sql);
      if (extracted.count !== 1) throw problems.notReadOnly(`it has ${extracted.count} statements instead of one`);
      statement = await extracted.prepare(0);
      if (statement.statementType !== StatementType.SELECT && statement.statementType !== StatementType.EXPLAIN)
        throw problems.notReadOnly(`it is a ${StatementType[statement.statementType]} statement`);
      const parameters = values.map(toParameter);
      statement.bind(
        parameters.map((parameter) => parameter.value),
        parameters.map((parameter) => parameter.type),
      );
      // Not streamed: a streamed result holds its buffers until it is garbage-collected, and a few hundred exhaust the memory limit.
      return await readResult(await statement.run());
    } finally {
      statement?.destroySync();
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
      await this.#mend();
      try {
        await this.#writer.run("begin transaction");
        const result = await work(new DuckTransaction(this.#writer));
        await this.#writer.run("commit");
        return result;
      } catch (error) {
        this.#notice(error);
        await this.#writer.run("rollback").catch(() => {});
        throw writeProblem(error, this.#file);
      } finally {
        this.#restLater();
      }
    });
  }

  /** Waits for running queries, so that the checkpoint reaches the file whole; they go on while the file is copied. */
  async backup(file: string): Promise<void> {
    await this.#writes.use(async () => {
      this.#refuseWhenClosed();
      await this.#mend();
      try {
        await this.#readers.useAll(() => this.#writer.run("checkpoint"));
      } catch (error) {
        this.#notice(error);
        throw writeProblem(error, this.#file);
      }
      await copyDatabase(this.#file, file);
    });
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    clearTimeout(this.#rest);
    await this.#writes.use(() =>
      this.#readers.useAll(async () => {
        if (this.#state === "open") await this.#writer.run("checkpoint").catch(() => {});
        this.#state = "closed";
        this.#disconnect();
      }),
    );
  }

  #disconnect() {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    for (const connection of this.#idle.splice(0)) connection.closeSync();
    this.#writer.closeSync();
    this.#instance.closeSync();
  }

  #restLater() {
    clearTimeout(this.#rest);
    if (this.#state !== "closed") this.#rest = setTimeout(() => void this.rest().catch(() => {}), REST_AFTER_MS).unref();
  }

  /** A lower limit makes DuckDB drop the pages it holds; nothing else runs meanwhile. */
  async rest(): Promise<void> {
    await this.#writes.use(() =>
      this.#readers.useAll(async () => {
        if (this.#state !== "open") return;
        await this.#writer.run(`set global memory_limit = '${RESTING_MB}MB'`).catch(() => {});
        await this.#writer.run(`set global memory_limit = '${this.#options.memoryMb}MB'`);
      }),
    );
  }

  /** After a write that failed half-way (a full disk), DuckDB refuses everything until the file is opened again. */
  #notice(error: unknown) {
    if (isFatal(error) && this.#state === "open") this.#state = "broken";
  }

  /** Opens the file again if it must be. Only for the holder of the write permit. */
  async #mend() {
    if (this.#state !== "broken") return;
    await this.#readers.useAll(async () => {
      this.#disconnect();
      const { instance, writer } = await connect(this.#file, this.#options);
      this.#instance = instance;
      this.#writer = writer;
      this.#isConnected = true;
      this.#state = "open";
    });
  }

  #refuseWhenClosed() {
    if (this.#state === "closed") throw problems.closed();
  }
}

export interface OpenOptions {
  /** Folder for what does not fit into memory. */
  readonly temporary: string;
  /** Bounds DuckDB's own buffers, not the process. */
  readonly memoryMb: number;
}

async function connect(file: string, options: OpenOptions) {
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
  return error instanceof Problem ? error : problems.queryFailed(error);
}
