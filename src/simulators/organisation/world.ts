import type { Person, Seconds, Team } from "./model.ts";
import type { Staff } from "./people.ts";
import type { Random } from "./random.ts";
import type { RepositoryPlan } from "./repositories.ts";
import { along } from "./stories.ts";

/** What every part of the generator needs to know about the repository it is working on. */
export interface World {
  readonly plan: RepositoryPlan;
  readonly random: Random;
  readonly staff: Staff;
  readonly team: Team;
  /** The history ends here. */
  readonly now: Seconds;
  /** When work on the repository began and ended. */
  readonly from: Seconds;
  readonly to: Seconds;
  /** Beginning of the organisation's history: stories run from here to now. */
  readonly began: Seconds;
  nextId(): number;
}

/** The value of one of the team's traits at an instant. */
export function trait(
  world: World,
  name: "reviewHours" | "lines" | "badDeployments" | "ciMinutes" | "flaky" | "unreviewed",
  at: Seconds,
) {
  return along(world.plan.story[name], (at - world.began) / (world.now - world.began));
}

/** A member of the repository's team; the first ones do more. */
export function member(world: World, except?: Person): Person {
  const candidates = world.team.members.map((entry) => entry.person).filter((person) => person !== except);
  return world.random.weighted(candidates.map((person, index) => [person, 1 / (1 + index * 0.25)]));
}

/** Mostly a team member, sometimes somebody of another team. */
export function colleague(world: World, except: Person): Person {
  if (!world.random.chance(0.12)) return member(world, except);
  return world.random.pick(world.staff.people.filter((person) => person !== except));
}
