import { HOUR, MINUTE, workMoment } from "./calendar.ts";
import { abandon, startChange, type Change, type ChangeKind } from "./change.ts";
import type { PlannedIssue } from "./issues.ts";
import type { Person, Seconds } from "./model.ts";
import { review } from "./reviews.ts";
import { colleague, member, trait, type World } from "./world.ts";

/** One ordinary change that is opened about `time`. */
export function planChange(world: World, time: Seconds, issue: PlannedIssue | null): Change {
  const { random, staff, plan } = world;
  const isGrowth = plan.story.slug === "growth";
  const kind = random.weighted<ChangeKind>([
    ["feature", issue ? 60 : 40],
    ["bug", 24],
    ["chore", 18],
    ["dependency", issue ? 0 : 9],
    ["agent", issue ? 0 : isGrowth ? 16 : 3],
    ["outside", plan.isPublic && !issue ? 30 : 0],
  ]);
  const author =
    kind === "dependency"
      ? staff.dependabot
      : kind === "agent"
        ? staff.agent
        : kind === "outside"
          ? random.pick(staff.outsiders)
          : member(world);
  const openedAt = Math.max(author.kind === "Bot" ? Math.round(time) : workMoment(author, time, random), world.from + HOUR);
  const change = startChange(world, {
    kind,
    author,
    openedAt,
    issue,
    reverts: null,
    lines: random.around(trait(world, "lines", openedAt), 0.9),
  });
  if (random.chance(0.02)) return abandon(world, change, openedAt);
  review(world, change);
  return change;
}

/** A fix or revert under pressure: written, looked at and landed within an hour or two. */
export function planUrgentChange(
  world: World,
  kind: "hotfix" | "revert",
  request: { at: Seconds; author: Person; reverts: Change | null; incident: PlannedIssue | null },
): Change {
  const { random } = world;
  const change = startChange(world, {
    kind,
    author: request.author,
    openedAt: request.at,
    issue: null,
    incident: request.incident,
    reverts: request.reverts,
    lines: random.int(2, 20),
    hours: 0.4,
  });
  const reviewer = colleague(world, request.author);
  const readAt = request.at + random.int(4, 25) * MINUTE;
  change.steps.push({ at: request.at + 30, actor: request.author, kind: "request", subject: reviewer });
  change.steps.push({ at: readAt, actor: reviewer, kind: "review", state: "APPROVED", remarks: 0 });
  change.landAt = readAt + random.int(3, 15) * MINUTE;
  change.steps.push({ at: change.landAt, actor: request.author, kind: "land" });
  return change;
}
