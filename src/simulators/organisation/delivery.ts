import { HOUR, MINUTE, nextAt, nextWorking } from "./calendar.ts";
import type { Change } from "./change.ts";
import type { PlannedIssue } from "./issues.ts";
import { Mainline } from "./mainline.ts";
import type { Person, Seconds } from "./model.ts";
import { planUrgentChange } from "./plans.ts";
import { member, trait, type World } from "./world.ts";

/** One attempt to bring a version to production, as it truly went. */
export interface Shipment {
  readonly at: Seconds;
  readonly finishedAt: Seconds;
  readonly sha: string;
  /** Position of the version among the arrivals. */
  readonly position: number;
  readonly isSuccess: boolean;
  readonly isRollback: boolean;
  /** Changes that reach production for the first time. */
  readonly ships: readonly Change[];
  /** Commits pushed straight to the default branch that reach production for the first time. */
  readonly directPushes: number;
  /** How the failure of a bad version shows. */
  evidence: "rollback" | "hotfix" | "revert" | null;
  recoveredAt: Seconds | null;
  /** The outage people noticed, if they did. */
  incident: PlannedIssue | null;
  readonly actor: Person;
}

type Moment = { at: Seconds } & (
  | { kind: "land"; change: Change; lander: Person }
  | { kind: "push"; author: Person; message: string }
  | { kind: "ship"; sha?: string; isRetry?: boolean; repairs?: Shipment }
);

/** Walks through time once: changes land, versions ship, bad ones are repaired. Gives everything in order. */
export function deliver(world: World, changes: Change[], pushes: { at: Seconds; author: Person; message: string }[]) {
  return new Delivery(world, changes, pushes).run();
}

class Delivery {
  readonly mainline: Mainline;
  readonly shipments: Shipment[] = [];
  readonly #queue: Moment[] = [];
  readonly #world: World;
  readonly #changes: Change[];
  #shipped = 0;
  /** Ordinary shipping waits until a bad version is repaired. */
  #isBlocked = false;
  #isPlanned = false;

  constructor(world: World, changes: Change[], pushes: { at: Seconds; author: Person; message: string }[]) {
    this.#world = world;
    this.#changes = changes;
    this.mainline = new Mainline(world);
    for (const change of changes) this.#expect(change);
    for (const push of pushes) this.#queue.push({ ...push, kind: "push" });
    this.#queue.sort((a, b) => a.at - b.at);
  }

  run() {
    for (let moment = this.#queue.shift(); moment && moment.at <= this.#world.now; moment = this.#queue.shift()) {
      if (moment.kind === "ship") this.#ship(moment);
      else this.#arrive(moment);
    }
    for (const change of this.#changes) if (change.landedSha === null) this.mainline.branch(change);
    return { mainline: this.mainline, shipments: this.shipments, changes: this.#changes };
  }

  #arrive(moment: Exclude<Moment, { kind: "ship" }>) {
    if (moment.kind === "push") this.mainline.push(moment.at, moment.author, moment.message);
    else {
      this.mainline.branch(moment.change);
      this.mainline.land(moment.change, moment.at, moment.lander);
      const { kind, reverts } = moment.change;
      const repairs =
        kind === "hotfix" || kind === "revert"
          ? this.shipments.find((shipment) => shipment.evidence === kind && shipment.recoveredAt === null)
          : undefined;
      if (repairs && (kind === "hotfix" || reverts)) return this.#add({ at: moment.at + 8 * MINUTE, kind: "ship", repairs });
    }
    this.#schedule(moment.at);
  }

  #schedule(at: Seconds) {
    const { plan, random } = this.#world;
    if (this.#isPlanned || plan.rhythm === "never") return;
    this.#isPlanned = true;
    const next =
      plan.rhythm === "continuous"
        ? at + random.int(30, 240) * MINUTE
        : plan.rhythm === "daily"
          ? nextAt(at + HOUR, 13)
          : nextAt(at + HOUR, 9, 1);
    this.#add({ at: next, kind: "ship" });
  }

  #ship(moment: Extract<Moment, { kind: "ship" }>) {
    const { random } = this.#world;
    const isOrdinary = !moment.sha && !moment.repairs;
    if (isOrdinary) this.#isPlanned = false;
    if (isOrdinary && this.#isBlocked) return;
    const position = moment.sha
      ? this.mainline.arrivals.findIndex((arrival) => arrival.sha === moment.sha)
      : this.mainline.arrivals.length - 1;
    if (isOrdinary && position <= this.#shipped && !moment.isRetry) return;
    const isSuccess = moment.repairs !== undefined || moment.isRetry === true || !random.chance(0.05);
    const shipment = this.#record(moment, position, isSuccess);
    if (!isSuccess) return this.#add({ at: shipment.finishedAt + random.int(10, 45) * MINUTE, kind: "ship", isRetry: true });
    if (moment.repairs) return this.#repaired(moment.repairs, shipment);
    // What the first known deployment brings is before history: a fault in it could not be told from what was there before.
    const isFirst = !this.shipments.some((other) => other !== shipment && other.isSuccess);
    if (!isFirst && shipment.ships.length && random.chance(trait(this.#world, "badDeployments", moment.at)))
      this.#goWrong(shipment, position);
    else if (this.mainline.arrivals.length - 1 > position) this.#schedule(moment.at);
  }

  #record(moment: Extract<Moment, { kind: "ship" }>, position: number, isSuccess: boolean): Shipment {
    const { random, plan } = this.#world;
    const arrivals = isSuccess ? this.mainline.arrivals.slice(this.#shipped + 1, position + 1) : [];
    const shipment: Shipment = {
      at: moment.at,
      finishedAt: moment.at + Math.round(random.around(plan.rhythm === "weekly" ? 1500 : 420, 0.4)),
      sha: this.mainline.arrivals[position]!.sha,
      position,
      isSuccess,
      isRollback: moment.sha !== undefined,
      ships: arrivals.flatMap((arrival) => arrival.change ?? []),
      directPushes: arrivals.filter((arrival) => arrival.change === null).length,
      evidence: null,
      recoveredAt: null,
      incident: null,
      actor: member(this.#world),
    };
    if (isSuccess) this.#shipped = Math.max(this.#shipped, position);
    this.shipments.push(shipment);
    return shipment;
  }

  #goWrong(shipment: Shipment, position: number) {
    const { random } = this.#world;
    const previous = this.shipments.findLast((other) => other.isSuccess && other.position < position);
    const culprit = shipment.ships.at(-1)!;
    const noticedAt = shipment.finishedAt + Math.round(random.around(25 * MINUTE, 0.7));
    const actor = member(this.#world);
    const evidence = random.weighted<"rollback" | "hotfix" | "revert">([
      ["rollback", previous ? 40 : 0],
      ["hotfix", 35],
      ["revert", culprit.kind === "revert" || culprit.kind === "hotfix" ? 0 : 25],
    ]);
    shipment.evidence = evidence;
    if (random.chance(0.6)) shipment.incident = incident(shipment, noticedAt, actor);
    this.#isBlocked = true;
    const startAt = random.chance(0.6)
      ? noticedAt + random.int(5, 40) * MINUTE
      : nextWorking(actor, noticedAt) + random.int(5, 90) * MINUTE;
    if (evidence === "rollback") return this.#add({ at: startAt, kind: "ship", sha: previous!.sha, repairs: shipment });
    const change = planUrgentChange(this.#world, evidence, {
      at: startAt,
      author: actor,
      reverts: evidence === "revert" ? culprit : null,
      incident: shipment.incident,
    });
    this.#changes.push(change);
    this.#expect(change, true);
  }

  #repaired(bad: Shipment, repair: Shipment) {
    bad.recoveredAt = repair.finishedAt;
    if (bad.incident) bad.incident.closedAt = repair.finishedAt + this.#world.random.int(2, 20) * MINUTE;
    this.#isBlocked = false;
    if (this.mainline.arrivals.length - 1 > this.#shipped) this.#schedule(repair.finishedAt + HOUR);
  }

  #expect(change: Change, isLate = false) {
    if (change.landAt === null) return;
    const lander = change.steps.find((step) => step.kind === "land")!.actor;
    const moment: Moment = { at: change.landAt, kind: "land", change, lander };
    if (isLate) this.#add(moment);
    else this.#queue.push(moment);
  }

  /** Keeps the queue in order of time; equal times in order of arrival. */
  #add(moment: Moment) {
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#queue[middle]!.at <= moment.at) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, moment);
  }
}

/** What people write down when a bad version is noticed; it names the commit that was deployed. */
const incident = (shipment: Shipment, createdAt: Seconds, author: Person): PlannedIssue => ({
  type: "incident",
  title: "Errors after deployment",
  body: `Customers see errors since ${shipment.sha} reached production.`,
  author,
  createdAt,
  closedAt: null,
  isTaken: false,
  number: 0,
});
