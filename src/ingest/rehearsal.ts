import type { ClassLimit } from "./connector.ts";
import type { CallsOfClass } from "./cost.ts";
import { Limits, type Charge } from "./limits.ts";

/** Calls that come one after the other: one stream of one scope. */
export type Chain = readonly CallsOfClass[];

/** A resource class as it stands now; seconds are counted from now. */
export interface Outlook {
  readonly limit: ClassLimit;
  /** Null: no budget is known. */
  readonly allowance: {
    readonly limit: number;
    readonly remaining: number;
    readonly resetSeconds: number;
    readonly atFirst: number;
    readonly history: number;
    readonly foreign: number;
  } | null;
  readonly blockedSeconds: number;
  readonly secondsPerCall: number;
  /** Of the quickest answer: what is beyond it counts as the provider's work. */
  readonly quickest: number;
}

export interface Terms {
  readonly priority: number;
  readonly reserve: number;
  readonly share: number;
  /** Chains that are read at the same time. */
  readonly workers: number;
}

export interface Rehearsed {
  /** From now to the last answer, waits included. */
  readonly seconds: number;
  readonly calls: number;
  readonly points: number;
  readonly classes: readonly { readonly class: string; readonly calls: number; readonly points: number }[];
}

/** Beyond so many calls several are played as one. */
const MOST_STEPS = 20_000;
const UNLIMITED: ClassLimit = { concurrency: 4, perHour: null };

interface Stage {
  readonly outlook: Outlook;
  readonly limits: Limits;
  readonly queue: Runner[];
  active: number;
  calls: number;
  points: number;
}

interface Runner {
  readonly left: { readonly class: string; readonly whole: number; readonly pointsPerCall: number; calls: number }[];
}

interface Running {
  readonly endsAt: number;
  readonly runner: Runner;
  readonly stage: Stage;
  readonly cost: number;
  readonly seconds: number;
}

/** Plays calls forward against limits, blocks and concurrency: no clock, no network, the same rules as the budgets. */
export function rehearse(chains: readonly Chain[], outlooks: ReadonlyMap<string, Outlook>, terms: Terms): Rehearsed {
  const grain = Math.max(1, chains.flat().reduce((sum, { calls }) => sum + calls, 0) / MOST_STEPS);
  const stages = new Map<string, Stage>();
  const stageOf = (name: string) => {
    const known = stages.get(name) ?? newStage(outlooks.get(name));
    stages.set(name, known);
    return known;
  };
  const waiting = chains.map((chain): Runner => ({
    left: chain.map(({ class: name, calls, pointsPerCall }) => ({ class: name, whole: calls, pointsPerCall, calls })),
  }));
  let running: Running[] = [];
  let at = 0;
  const goOn = (runner: Runner) => {
    const next = nextPart(runner);
    if (next) stageOf(next.class).queue.push(runner);
    else if (waiting.length > 0) goOn(waiting.shift()!);
  };
  for (const runner of waiting.splice(0, terms.workers)) goOn(runner);
  for (;;) {
    let wakesAt = Number.POSITIVE_INFINITY;
    for (const stage of stages.values()) wakesAt = Math.min(wakesAt, start(stage, { at, grain, terms, running }));
    const endsAt = running.reduce((soonest, call) => Math.min(soonest, call.endsAt), wakesAt);
    if (!Number.isFinite(endsAt)) break;
    at = endsAt;
    const ended = running.filter((call) => call.endsAt <= at);
    running = running.filter((call) => call.endsAt > at);
    for (const { stage, runner, cost, seconds } of ended) {
      stage.active--;
      stage.limits.settle({ cost, seconds }, at);
      goOn(runner);
    }
  }
  const classes = [...stages].map(([name, { calls, points }]) => ({ class: name, calls, points }));
  const sum = (of: "calls" | "points") => classes.reduce((total, each) => total + each[of], 0);
  return { seconds: at / 1000, calls: sum("calls"), points: sum("points"), classes };
}

function newStage(outlook: Outlook = unlimited): Stage {
  const { limit, allowance, blockedSeconds, quickest } = outlook;
  const limits = new Limits(limit, 0, {
    quickest,
    allowance: allowance && { ...allowance, resetAt: allowance.resetSeconds * 1000, counted: false },
  });
  limits.block(blockedSeconds * 1000);
  return { outlook, limits, queue: [], active: 0, calls: 0, points: 0 };
}

const unlimited: Outlook = { limit: UNLIMITED, allowance: null, blockedSeconds: 0, secondsPerCall: 1, quickest: 0 };

/** Parts of a chain take turns, so that its classes are used side by side as pages and their details are. */
const nextPart = ({ left }: Runner) =>
  left.reduce<Runner["left"][number] | null>(
    (best, part) => (part.calls > 0 && (!best || part.calls / part.whole > best.calls / best.whole) ? part : best),
    null,
  );

/** Lets go what may go; answers when the next one may. */
function start(
  stage: Stage,
  { at, grain, terms, running }: { at: number; grain: number; terms: Terms; running: Running[] },
): number {
  const { limits, queue, outlook } = stage;
  while (queue.length > 0 && stage.active < outlook.limit.concurrency) {
    const runner = queue[0]!;
    const part = nextPart(runner)!;
    const calls = Math.min(part.calls, grain);
    const cost = calls * part.pointsPerCall;
    const charge: Charge = { ...terms, cost, calls };
    const { ms } = limits.wait(charge, at);
    if (ms > 0) return at + Math.max(ms, 1);
    queue.shift();
    limits.spend(charge, at);
    part.calls = part.calls - calls < 1e-9 ? 0 : part.calls - calls;
    stage.active++;
    stage.calls += calls;
    stage.points += cost;
    const seconds = outlook.secondsPerCall * calls;
    running.push({ endsAt: at + seconds * 1000, runner, stage, cost, seconds });
  }
  return Number.POSITIVE_INFINITY;
}
