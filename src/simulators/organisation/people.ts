import { DAY } from "./calendar.ts";
import type { Person, Seconds, Team } from "./model.ts";
import { Random } from "./random.ts";
import { stories } from "./stories.ts";

const FIRST =
  "Ada Amara Anders Aiko Bela Bruno Carmen Chidi Clara Dario Dilnoza Edda Emeka Farah Felix Greta Hana Hugo Ines Ivo Jonas Juno Kaito Keziah Lena Linus Maja Marek Mira Nadia Nils Noor Olga Omar Paula Pavel Quinn Rafa Rosa Samir Selma Sven Tara Teo Uma Viktor Wanda Xenia Yara Zeno".split(
    " ",
  );
const LAST =
  "Abel Brandt Castell Dorn Ekwue Falk Gruber Halden Ivers Jansen Kovar Lindqvist Moreau Nakata Okoro Petrov Quiroga Rossi Sandoval Tanaka Ullman Varga Winter Xiang Yilmaz Zander".split(
    " ",
  );
/** Berlin, London, New York, Bengaluru, São Paulo, San Francisco; fixed offsets. */
const ZONES: readonly (readonly [number, number])[] = [
  [60, 5],
  [0, 2],
  [-300, 3],
  [330, 2],
  [-180, 1],
  [-480, 2],
];

export interface Staff {
  readonly organisation: Person;
  readonly engineering: Team;
  readonly teams: ReadonlyMap<string, Team>;
  readonly people: readonly Person[];
  readonly outsiders: readonly Person[];
  /** Opens dependency updates. */
  readonly dependabot: Person;
  /** Comments on requests and runs the pipelines. */
  readonly actions: Person;
  readonly codecov: Person;
  /** An AI agent that opens requests by itself. */
  readonly agent: Person;
  /** The account that lands commits through the web. */
  readonly web: Person;
  readonly reader: Person;
}

/** The people, bots and teams of `acme`; all invented. */
export function createStaff(seed: number, startedAt: Seconds): Staff {
  const random = new Random(`${seed}:people`);
  const account = accounts(random, startedAt);
  const person = engineers(random, account);
  const organisation = account("acme", "Organization", "bot", "Acme Corporation");
  const engineering: Team = {
    id: 500,
    slug: "engineering",
    name: "Engineering",
    parent: null,
    members: [],
    createdAt: startedAt,
  };
  const teams = new Map<string, Team>();
  const people: Person[] = [];
  for (const [index, story] of stories.entries()) {
    const team: Team = {
      id: 501 + index,
      slug: story.slug,
      name: story.name,
      parent: engineering,
      members: [],
      createdAt: startedAt,
    };
    for (let i = 0; i < story.people; i++) {
      const member = person(i === 0 ? "lead" : "engineer");
      people.push(member);
      team.members.push({ person: member, role: i === 0 ? "maintainer" : "member" });
    }
    teams.set(story.slug, team);
  }
  shareOnePerson(teams);
  return {
    organisation,
    engineering,
    teams,
    people,
    outsiders: Array.from({ length: 6 }, () => person("outside")),
    dependabot: account("dependabot[bot]", "Bot", "bot"),
    actions: account("github-actions[bot]", "Bot", "bot"),
    codecov: account("codecov[bot]", "Bot", "bot"),
    agent: account("devin-ai-integration[bot]", "Bot", "agent"),
    web: account("web-flow", "User", "bot", "GitHub"),
    reader: account("leadline-reader", "User", "outside", "Leadline Reader"),
  };
}

type AccountMaker = (login: string, kind: Person["kind"], role: Person["role"], name?: string) => Person;

function accounts(random: Random, startedAt: Seconds): AccountMaker {
  let id = 1000;
  return (login, kind, role, name) => ({
    id: id++,
    login,
    kind,
    role,
    name: name ?? null,
    email: name && role !== "bot" ? `${login}@${role === "outside" ? "mail" : "acme"}.example` : null,
    offsetMinutes: kind === "User" ? random.weighted(ZONES) : 0,
    createdAt: startedAt - random.int(200, 2500) * DAY,
  });
}

function engineers(random: Random, account: AccountMaker) {
  const taken = new Set<string>();
  return (role: Person["role"]): Person => {
    for (;;) {
      const first = random.pick(FIRST);
      const last = random.pick(LAST);
      const login = `${first}-${last}`.toLowerCase();
      if (taken.has(login)) continue;
      taken.add(login);
      return account(login, "User", role, `${first} ${last}`);
    }
  };
}

/** One person works for two teams, so that adding teams up counts them twice. */
function shareOnePerson(teams: ReadonlyMap<string, Team>) {
  const shared = teams.get("platform")?.members[1];
  if (shared) teams.get("payments")?.members.push({ person: shared.person, role: "member" });
}
