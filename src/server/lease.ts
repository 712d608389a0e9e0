import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

import type { FastifyBaseLogger } from "fastify";

import { Problem } from "../domain/problem.ts";
import type { Sink } from "../ingest/sink.ts";
import { holdLease, leaseHolder, releaseLease, type LeaseHolder } from "../workspace/lease.ts";
import type { Workspace } from "../workspace/open.ts";
import { fine } from "./check-line.ts";
import type { CheckLine } from "./services.ts";

/** Who does the work: of several processes on one workspace, one reads vendors, deletes, builds facts and sends. */
export interface Lease {
  /** True while this process may work. */
  isHeld(): boolean;
  /** Takes it when it is free; true when it is ours. */
  take(): Promise<boolean>;
  /** Tries to have it from now on; work begins when `onTaken` is done and is over when `onLost` is called. */
  start(turns: LeaseTurns): Promise<void>;
  /** Gives it back, after the work has stopped. */
  release(): Promise<void>;
  holder(): Promise<LeaseHolder | null>;
}

export interface LeaseTurns {
  onTaken(): Promise<void>;
  onLost(): Promise<void>;
}

interface LeaseOptions {
  readonly workspace: Workspace;
  readonly log: FastifyBaseLogger;
  readonly address: () => string | null;
  /** How long a process that no longer answers keeps it. */
  readonly ttlMs?: number;
}

const TTL_MS = 40_000;
/** In one life of the lease it is renewed so often. */
const RENEWALS = 5;

/** An embedded workspace belongs to the process that holds the lock of the data folder. */
export const openLease = (options: LeaseOptions): Lease =>
  options.workspace.engine === "sqlite" ? ownedByLock : new SharedLease(options);

const ownedByLock: Lease = {
  isHeld: () => true,
  take: async () => true,
  start: ({ onTaken }) => onTaken(),
  release: async () => {},
  holder: async () => null,
};

class SharedLease implements Lease {
  readonly #options: LeaseOptions;
  readonly #ttlMs: number;
  readonly #owner = randomUUID();
  #turns: LeaseTurns = { onTaken: async () => {}, onLost: async () => {} };
  /** When the last renewal that succeeded was begun, by two clocks of which one stands while the machine sleeps. */
  #renewed: { elapsed: number; wall: number } | null = null;
  #isOpen = false;
  #isOver = false;
  #beating: Promise<boolean> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #watch: NodeJS.Timeout | null = null;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? TTL_MS;
  }

  isHeld(): boolean {
    return this.#isOpen && !this.#isOverdue();
  }

  async take(): Promise<boolean> {
    if (!this.isHeld()) await this.#beat();
    return this.isHeld();
  }

  async start(turns: LeaseTurns): Promise<void> {
    this.#turns = turns;
    await this.#beat();
    if (!this.#isOpen) {
      const holder = await this.holder();
      this.#options.log.info({ holder: holder?.place ?? null }, "another process does the work; this one stands by");
    }
    this.#keep();
  }

  async release(): Promise<void> {
    this.#isOver = true;
    if (this.#timer) clearInterval(this.#timer);
    if (this.#watch) clearInterval(this.#watch);
    await this.#beating;
    this.#isOpen = false;
    await releaseLease(this.#options.workspace, this.#owner).catch(() => {});
  }

  holder(): Promise<LeaseHolder | null> {
    return leaseHolder(this.#options.workspace);
  }

  /** It ends for us a while before others may take it: what is being written is over by then. */
  #isOverdue(): boolean {
    if (this.#renewed === null) return true;
    const { elapsed, wall } = this.#renewed;
    return Math.max(performance.now() - elapsed, Date.now() - wall) > this.#ttlMs * 0.75;
  }

  #keep(): void {
    if (this.#timer || this.#isOver) return;
    this.#timer = setInterval(() => void this.#beat(), this.#ttlMs / RENEWALS).unref();
    // A renewal that hangs does not answer no.
    this.#watch = setInterval(() => {
      if (this.#isOpen && this.#isOverdue()) void this.#lose("the database could not be asked in time");
    }, this.#ttlMs / 40).unref();
  }

  #beat(): Promise<boolean> {
    return (this.#beating ??= this.#hold().finally(() => (this.#beating = null)));
  }

  async #hold(): Promise<boolean> {
    const { workspace, log, address } = this.#options;
    const begun = { elapsed: performance.now(), wall: Date.now() };
    const place = `process ${process.pid} on ${hostname()}`;
    const claim = { owner: this.#owner, place, address: address(), ttlMs: this.#ttlMs };
    try {
      if (this.#isOver) return false;
      if (!(await holdLease(workspace, claim))) {
        if (this.#isOpen) await this.#lose("another process has taken it");
        return false;
      }
      this.#renewed = begun;
      if (this.#isOpen) return true;
      await this.#turns.onTaken();
      log.info("this process does the work of the workspace from now on");
      this.#isOpen = true;
      this.#keep();
      return true;
    } catch (error) {
      log.error({ err: error }, "the lease of the workspace could not be renewed");
      return false;
    }
  }

  async #lose(reason: string): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.log.warn({ reason }, "this process has lost the lease of the workspace; its runs are interrupted");
    await this.#turns.onLost().catch((error: unknown) => this.#options.log.error({ err: error }, "not interrupted"));
  }
}

/** Writes of a process that no longer holds the lease are refused, whatever it was in the middle of. */
export const fenced = (sink: Sink, lease: Pick<Lease, "isHeld">): Sink => {
  const held = () => {
    if (!lease.isHeld()) throw leaseLost();
  };
  return {
    readProgress: (key) => sink.readProgress(key),
    readUnfinished: (key, due) => sink.readUnfinished(key, due),
    async write(batch) {
      held();
      return sink.write(batch);
    },
    ...(sink.writeAll
      ? {
          async writeAll(batches) {
            held();
            return sink.writeAll!(batches);
          },
        }
      : {}),
    ...(sink.reconciliation ? { reconciliation: sink.reconciliation } : {}),
  };
};

const leaseLost = () =>
  new Problem({
    code: "lease_lost",
    what: "This server has lost the lease of the workspace, so it writes nothing more.",
    rule: "Of several servers on one database one reads vendors; it must renew its lease in time.",
    next: "Nothing is lost: the server that holds the lease goes on from the saved progress.",
    status: 409,
  });

/** What only the working process can do was asked of another one. */
export const workIsElsewhere = (holder: LeaseHolder | null) =>
  new Problem({
    code: "work_is_elsewhere",
    what: `Another server does the work of this workspace: ${placeOf(holder)}.`,
    rule: "Of several servers on one database one reads vendors, deletes, builds facts and sends; the others answer.",
    next: "Ask that server, or stop it: this one takes over within a minute.",
    status: 409,
  });

const placeOf = (holder: LeaseHolder | null): string =>
  holder === null ? "nobody at this moment" : `${holder.place}${holder.address ? ` at ${holder.address}` : ""}`;

/** For the doctor: who does the work. Empty for an embedded workspace, whose lock says it. */
export async function leaseLines({ workspace, lease }: { workspace: Workspace; lease: Lease }): Promise<CheckLine[]> {
  if (workspace.engine === "sqlite") return [];
  const holder = await lease.holder();
  if (holder === null) return [fine("lease", "No server does the work of this workspace at this moment.")];
  const who = lease.isHeld() ? `This server (${placeOf(holder)})` : placeOf(holder);
  return [fine("lease", `${who} does the work of this workspace since ${holder.takenAt}; others on the same database stand by.`)];
}
