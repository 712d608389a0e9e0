import type { Instant } from "../../domain/instant.ts";
import type { RowOf } from "../../domain/tables.ts";
import type { Warehouse } from "../warehouse.ts";
import { linkId } from "./link-rows.ts";

export interface AccountFacts {
  id: string;
  native_id: string;
  integration_id: string;
  canonical_key: string;
  username: string | null;
  name: string | null;
  email: string | null;
  email_is_verified: boolean | null;
  kind: string;
  decided_person_id: string | null;
}

export interface PersonFacts {
  id: string;
  email: string | null;
}

/** A git e-mail that stands on commits which elsewhere carry this one login, at least three times. */
export interface Authorship {
  account_id: string;
  login_account_id: string;
}

export interface Link {
  accountId: string;
  personId: string;
  evidence: "manual" | "email" | "noreply" | "authorship" | "other";
  value: string | null;
  confidence: number;
}

export interface Resolution {
  links: Link[];
  /** Accounts that get a person of their own. */
  discovered: AccountFacts[];
}

const NOREPLY = /^(?:(\d+)[+-])?([^@+]+)@users\.noreply\./;
const isGit = (account: AccountFacts) => account.native_id.startsWith("git:");
export const discoveredPersonId = (accountId: string): string => linkId("person", `account/${accountId}`);

/**
 * Finds the person behind every human account (`domain.md` §6.1). Accounts come oldest integration first, then by id;
 * those that share a canonical key are one login. Suggestions below 0.9 do not link.
 */
export function resolvePeople(
  accounts: readonly AccountFacts[],
  persons: readonly PersonFacts[],
  authorship: readonly Authorship[],
): Resolution {
  const people = new People(persons, authorship);
  const logins = Map.groupBy(
    accounts.filter(({ kind, decided_person_id }) => decided_person_id || kind === "human" || kind === "other"),
    ({ canonical_key }) => canonical_key,
  );
  const groups = [...logins.values()].sort((a, b) => Number(isGit(a[0]!)) - Number(isGit(b[0]!)));
  const open = groups.filter((group) => !people.link(group, [manual, email]));
  for (const group of open) if (!people.link(group, [manual, email, noreply, authored])) people.discover(group);
  return { links: people.links, discovered: people.discovered };
}

type Rule = (account: AccountFacts, people: People) => Omit<Link, "accountId"> | null;

const manual: Rule = ({ decided_person_id }) =>
  decided_person_id ? { personId: decided_person_id, evidence: "manual", value: null, confidence: 1 } : null;

const email: Rule = ({ email, email_is_verified }, people) => {
  const personId = email ? people.byEmail(email) : null;
  return personId ? { personId, evidence: "email", value: email, confidence: email_is_verified ? 0.95 : 0.9 } : null;
};

const noreply: Rule = ({ email, integration_id }, people) => {
  const [, number, login] = NOREPLY.exec(email ?? "") ?? [];
  const personId = login ? people.byLogin({ number, login, integration: integration_id }) : null;
  return personId ? { personId, evidence: "noreply", value: email, confidence: 0.95 } : null;
};

const authored: Rule = ({ id, email }, people) => {
  const personId = people.byAuthorship(id);
  return personId ? { personId, evidence: "authorship", value: email, confidence: 0.9 } : null;
};

class People {
  readonly links: Link[] = [];
  readonly discovered: AccountFacts[] = [];
  readonly #personOfAccount = new Map<string, string>();
  readonly #emails = new Map<string, Set<string>>();
  readonly #logins = new Map<string, Set<string>>();
  readonly #authorship: Map<string, string>;

  constructor(persons: readonly PersonFacts[], authorship: readonly Authorship[]) {
    for (const { id, email } of persons) if (email) add(this.#emails, email.toLowerCase(), id);
    this.#authorship = new Map(authorship.map(({ account_id, login_account_id }) => [account_id, login_account_id]));
  }

  /** Links every account of the login by the first rule that fits any of them. */
  link(group: readonly AccountFacts[], rules: readonly Rule[]): boolean {
    for (const rule of rules) {
      for (const account of group) {
        const found = rule(account, this);
        if (!found) continue;
        for (const each of group) this.#keep(each, manual(each, this) ?? found);
        return true;
      }
    }
    return false;
  }

  discover(group: readonly AccountFacts[]): void {
    const [first] = group as [AccountFacts];
    const personId = discoveredPersonId(first.id);
    this.discovered.push(first);
    for (const account of group) {
      if (account.email && !this.#emails.has(account.email.toLowerCase()))
        add(this.#emails, account.email.toLowerCase(), personId);
      this.#keep(account, { personId, evidence: "other", value: "discovered", confidence: 1 });
    }
  }

  #keep(account: AccountFacts, link: Omit<Link, "accountId">): void {
    this.links.push({ accountId: account.id, ...link });
    this.#personOfAccount.set(account.id, link.personId);
    if (isGit(account)) return;
    for (const key of [account.native_id, account.username?.toLowerCase()])
      if (key) for (const place of [account.integration_id, ""]) add(this.#logins, `${place}:${key}`, link.personId);
  }

  byEmail(email: string): string | null {
    return only(this.#emails.get(email.toLowerCase()));
  }

  /** The login of the same integration, else the one login of that name anywhere. */
  byLogin({ number, login, integration }: { number: string | undefined; login: string; integration: string }): string | null {
    for (const place of [integration, ""])
      for (const key of [number, login.toLowerCase()]) {
        const found = key ? only(this.#logins.get(`${place}:${key}`)) : null;
        if (found) return found;
      }
    return null;
  }

  byAuthorship(accountId: string): string | null {
    return this.#personOfAccount.get(this.#authorship.get(accountId) ?? "") ?? null;
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}

const only = (found: Set<string> | undefined): string | null => (found?.size === 1 ? [...found][0]! : null);

const accountsSql = `select a.id, a.native_id, a.integration_id, a.canonical_key, a.username, a.name, a.email, a.email_is_verified,
  coalesce(d.kind_category, a.kind_category) as kind, d.person_id as decided_person_id
from account as a
left join account_decision as d on d.account_id = a.id and d.deleted_at is null
left join integration as i on i.native_id = a.integration_id and i.deleted_at is null
where a.deleted_at is null
order by i.created_at nulls last, a.integration_id, a.id`;

const authorshipSql = `select c.author_account_id as account_id, min(other.author_account_id) as login_account_id
from commit as c
join account as git on git.id = c.author_account_id and git.native_id like 'git:%' and git.deleted_at is null
join commit as other on other.sha = c.sha and other.deleted_at is null
join account as login on login.id = other.author_account_id and login.native_id not like 'git:%' and login.deleted_at is null
where c.deleted_at is null
group by c.author_account_id
having count(distinct c.sha) >= 3 and count(distinct login.canonical_key) = 1`;

/** Writes `account_person` and the discovered rows of `person`; a discovered person that is no longer needed is tombstoned. */
export async function buildPeople(warehouse: Warehouse, now: Instant): Promise<void> {
  const [accounts, persons, authorship, before] = await Promise.all([
    warehouse.query<AccountFacts>(accountsSql),
    warehouse.query<PersonFacts>(
      `select id, email from person where deleted_at is null and origin_category <> 'discovered' order by id`,
    ),
    warehouse.query<Authorship>(authorshipSql),
    warehouse.query<{ id: string; native_id: string; name: string; deleted_at: Instant | null }>(
      `select id, native_id, name, deleted_at from person where origin_category = 'discovered'`,
    ),
  ]);
  const { links, discovered } = resolvePeople(accounts.rows, persons.rows, authorship.rows);
  const alive = discovered.map((account) => discoveredPerson(account, now));
  const needed = new Set(alive.map(({ id }) => id));
  const gone = before.rows
    .filter(({ id }) => !needed.has(id))
    .map((row) => ({
      ...common(row.id, row.native_id, now),
      name: row.name,
      originCategory: "discovered" as const,
      deletedAt: row.deleted_at ?? now,
    }));
  await warehouse.replaceRows("person", [...alive, ...gone], { column: "origin_category", equals: "discovered" });
  await warehouse.replaceRows(
    "account_person",
    links.map((link) => accountPerson(link, now)),
  );
}

const common = (id: string, nativeId: string, ingestedAt: Instant) => ({ id, integrationId: "leadline", nativeId, ingestedAt });

const discoveredPerson = (account: AccountFacts, now: Instant): RowOf<"person"> => ({
  ...common(discoveredPersonId(account.id), `account/${account.id}`, now),
  name: account.name ?? account.username ?? account.email ?? account.native_id,
  email: account.email?.toLowerCase() ?? null,
  originCategory: "discovered",
});

const accountPerson = (link: Link, now: Instant): RowOf<"account_person"> => ({
  ...common(linkId("account_person", link.accountId), link.accountId, now),
  accountId: link.accountId,
  personId: link.personId,
  evidenceCategory: link.evidence,
  evidence: link.value,
  confidence: link.confidence,
});
