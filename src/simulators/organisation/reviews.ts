import { abandon, addCommit, rewrite, type Change } from "./change.ts";
import { afterWorking, DAY, MINUTE } from "./calendar.ts";
import type { Person, Seconds } from "./model.ts";
import { colleague, member, trait, type World } from "./world.ts";

/** Plans everything between opening and landing: drafts, requests, answers, rounds, approvals, and how it ends. */
export function review(world: World, change: Change) {
  const { random, staff } = world;
  const readyAt = becomeReady(world, change);
  if (random.chance(0.4))
    change.steps.push({
      at: change.openedAt + random.int(1, 5) * MINUTE,
      actor: staff.codecov,
      kind: "comment",
      body: "Coverage report: 81.4% of changed lines are covered.",
    });
  if (random.chance(0.08))
    change.steps.push({
      at: change.openedAt + 20 * MINUTE,
      actor: change.author,
      kind: "comment",
      body: "Screenshots are in the description.",
    });
  if (random.chance(0.015) && readyAt > world.now - 200 * DAY) return;
  const reviewer = colleague(world, change.author);
  if (random.chance(trait(world, "unreviewed", change.openedAt) * (change.kind === "dependency" ? 3 : 1)))
    return landUnreviewed(world, change, readyAt);
  change.steps.push({ at: readyAt + 20, actor: change.author, kind: "request", subject: reviewer });
  const approvedAt = rounds(world, change, { reviewer, readyAt });
  if (random.chance(0.06)) {
    abandon(world, change, approvedAt);
    if (random.chance(0.3)) reopen(world, change);
    return;
  }
  land(world, change, approvedAt);
}

function becomeReady(world: World, change: Change): Seconds {
  if (!change.isDraft) return change.openedAt;
  const { random } = world;
  let readyAt = afterWorking(change.author, change.openedAt, random.around(9, 1));
  if (random.chance(0.1)) {
    change.steps.push({ at: readyAt, actor: change.author, kind: "ready" });
    const again = afterWorking(change.author, readyAt, 1);
    change.steps.push({ at: again, actor: change.author, kind: "to_draft" });
    readyAt = afterWorking(change.author, again, 5);
  }
  if (random.chance(0.4)) push(world, change, { from: afterWorking(change.author, change.openedAt, 0.5), until: readyAt });
  change.steps.push({ at: readyAt, actor: change.author, kind: "ready" });
  return readyAt;
}

/** Answers until somebody approves; gives the instant of the last approval. */
function rounds(world: World, change: Change, start: { reviewer: Person; readyAt: Seconds }): Seconds {
  const { random } = world;
  const { reviewer } = start;
  let at = afterWorking(reviewer, start.readyAt, random.around(trait(world, "reviewHours", change.openedAt), 0.9));
  if (random.chance(0.1)) change.steps.push({ at: start.readyAt + 60, actor: change.author, kind: "request", team: world.team });
  const count = random.weighted([
    [0, 45],
    [1, 35],
    [2, 14],
    [3, 6],
  ]);
  for (let round = 0; round < count; round++) {
    const isStrict = random.chance(0.45);
    if (random.chance(0.15))
      change.steps.push({
        at: Math.max(start.readyAt + 30, at - 2 * MINUTE),
        actor: reviewer,
        kind: "comment",
        body: "Could you say why this is needed now?",
      });
    change.steps.push({
      at,
      actor: reviewer,
      kind: "review",
      state: isStrict ? "CHANGES_REQUESTED" : "COMMENTED",
      remarks: random.int(1, 4),
    });
    const answeredAt = afterWorking(change.author, at, random.around(2.5, 0.8));
    if (random.chance(0.8)) push(world, change, { from: at + MINUTE, until: answeredAt });
    change.steps.push({ at: answeredAt + MINUTE, actor: change.author, kind: "comment", body: "Done, please look again." });
    at = afterWorking(reviewer, answeredAt, random.around(trait(world, "reviewHours", change.openedAt) * 0.6, 0.8));
  }
  change.steps.push({ at, actor: reviewer, kind: "review", state: "APPROVED", remarks: random.chance(0.15) ? 1 : 0 });
  return moreApprovals(world, change, { reviewer, at });
}

function moreApprovals(world: World, change: Change, first: { reviewer: Person; at: Seconds }): Seconds {
  const { random } = world;
  if (random.chance(0.03)) {
    const pushedAt = afterWorking(change.author, first.at, 1);
    push(world, change, { from: first.at + MINUTE, until: pushedAt });
    change.steps.push({ at: pushedAt + 5, actor: change.author, kind: "dismiss", reviewer: first.reviewer });
    const again = afterWorking(first.reviewer, pushedAt, 2);
    change.steps.push({ at: again, actor: first.reviewer, kind: "review", state: "APPROVED", remarks: 0 });
    return again;
  }
  if (!random.chance(0.15)) return first.at;
  const second = colleague(world, change.author);
  if (second === first.reviewer) return first.at;
  const at = afterWorking(second, first.at, random.around(2, 0.8));
  change.steps.push({ at: first.at + 30, actor: change.author, kind: "request", subject: second });
  change.steps.push({ at, actor: second, kind: "review", state: "APPROVED", remarks: 0 });
  return at;
}

function landUnreviewed(world: World, change: Change, readyAt: Seconds) {
  const lander = change.author.kind === "User" && change.author.role !== "outside" ? change.author : member(world);
  const at = afterWorking(lander, readyAt, world.random.around(1.5, 0.8));
  finish(world, change, { at, lander });
}

function land(world: World, change: Change, approvedAt: Seconds) {
  const { random } = world;
  const isInsider = change.author.kind === "User" && change.author.role !== "outside";
  const lander = isInsider && random.chance(0.8) ? change.author : member(world);
  finish(world, change, { at: afterWorking(lander, approvedAt, random.around(1.2, 1)), lander });
}

function finish(world: World, change: Change, end: { at: Seconds; lander: Person }) {
  const { random } = world;
  if (random.chance(0.07)) {
    const at = Math.round(random.between(change.openedAt + MINUTE, Math.max(change.openedAt + 2 * MINUTE, end.at - 5 * MINUTE)));
    if (!change.commits.some((commit) => commit.addedAt > at)) rewrite(world, change, at);
  }
  if (change.landing === "merge" && random.chance(0.12) && end.at - change.openedAt > DAY)
    addCommit(world, change, { at: end.at - 4 * MINUTE, addedAt: end.at - 4 * MINUTE, lines: 0, isUpdate: true });
  change.landAt = end.at;
  change.steps.push({ at: end.at, actor: end.lander, kind: "land" });
}

function push(world: World, change: Change, { from, until }: { from: Seconds; until: Seconds }) {
  const { random } = world;
  const at = Math.round(random.between(from, Math.max(from, until - 10)));
  addCommit(world, change, { at, addedAt: until, lines: random.around(12, 0.8) });
  change.steps.push({ at: until, actor: change.author, kind: "push" });
}

function reopen(world: World, change: Change) {
  const closed = change.steps.at(-1)!;
  const at = afterWorking(change.author, closed.at + DAY, 1);
  change.steps.push({ at, actor: change.author, kind: "reopen" });
  land(world, change, at + MINUTE);
}
