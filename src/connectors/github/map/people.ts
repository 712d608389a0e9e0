import type { MapContext, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type { Actor, GitActor, Reviewer } from "../records.ts";
import type { RestUser } from "../records-delivery.ts";
import { accountKind, addressKind } from "./categories.ts";

type Context = MapContext<Config>;
type AccountRow = MappedRow<"account">;

/** Accounts that one record mentions: answers their ids, and gives a sighted row for each. */
export interface People {
  /** Null for deleted users, and for the few kinds of actors that have no number. */
  actor(actor: Actor | Reviewer): string | null;
  user(user: RestUser): string | null;
  /** The login that GitHub resolves, else the address in the commit; null without either. */
  author(author: GitActor): string | null;
  rows(): readonly AccountRow[];
}

export function people(context: Context): People {
  const rows = new Map<string, AccountRow>();
  const see = (row: AccountRow): string => {
    const known = rows.get(row.id);
    rows.set(row.id, { ...row, name: row.name ?? known?.name ?? null, email: row.email ?? known?.email ?? null });
    return row.id;
  };
  const login = (found: { id: number; login: string; type: string; name?: string | null | undefined; email?: string | null }) =>
    see({ ...accountRow(context, found), sighted: true });

  return {
    actor: (actor) =>
      actor?.login && actor.databaseId
        ? login({ id: actor.databaseId, login: actor.login, type: actor.__typename, name: actor.name })
        : null,
    user: (user) => (user ? login({ id: user.id, login: user.login, type: user.type ?? "User" }) : null),
    author(author) {
      const email = addressOf(author);
      const { user, name } = author ?? {};
      if (user?.databaseId)
        return login({
          id: user.databaseId,
          login: user.login,
          type: user.__typename,
          name: user.name,
          email: isHidden(email) ? null : email,
        });
      return email ? see({ ...addressRow(context, email, name ?? null), sighted: true }) : null;
    },
    rows: () => [...rows.values()],
  };
}

/** https://docs.github.com/en/account-and-profile/reference/email-addresses-reference: such addresses reach nobody. */
const isHidden = (email: string | null): boolean => email === null || /@users\.noreply\./.test(email);

function addressOf(author: GitActor): string | null {
  const email = author?.email?.trim().toLowerCase();
  return email && email.includes("@") ? email : null;
}

export function accountRow(
  { id, host }: Context,
  found: { id: number; login: string; type: string; name?: string | null | undefined; email?: string | null },
): AccountRow {
  // GraphQL names an App `dependabot`, REST `dependabot[bot]`: one account, one name.
  const username = found.type === "Bot" && !found.login.endsWith("[bot]") ? `${found.login}[bot]` : found.login;
  return {
    entity: "account",
    id: id("account", found.id),
    username,
    name: found.name || null,
    email: found.email ?? null,
    kindCategory: accountKind(found.type, found.login),
    kind: found.type,
    canonicalKey: `${host}/account/${found.id}`,
    url: `https://${host}/${found.type === "Bot" ? `apps/${found.login.replace("[bot]", "")}` : found.login}`,
  };
}

const addressRow = ({ id }: Context, email: string, name: string | null): AccountRow => ({
  entity: "account",
  id: id("account", `git:${email}`),
  name,
  email,
  kindCategory: addressKind(email, name ?? ""),
  canonicalKey: `git/${email}`,
});
