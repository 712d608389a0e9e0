import type { MapContext, MappedRow } from "../../../ingest/connector.ts";
import { siteOf, type Config } from "../config.ts";
import type { User } from "../records.ts";
import { accountKind } from "./categories.ts";

type Context = MapContext<Config>;
type Given = User | null | undefined;

/** Cloud: account id. Data Center: the key, which stays when a user is renamed. Null for nobody. */
const keyOf = (user: Given): string | null => user?.accountId ?? user?.key ?? user?.name ?? null;

/** Accounts that one record mentions: answers their ids, and gives a sighted row for each. */
export function people(context: Context) {
  const rows = new Map<string, MappedRow<"account">>();
  return {
    of(user: Given): string | null {
      const key = keyOf(user);
      if (key === null) return null;
      const row = accountRow(context, user!, key);
      const known = rows.get(row.id);
      rows.set(row.id, {
        ...row,
        name: row.name ?? known?.name ?? null,
        email: row.email ?? known?.email ?? null,
        sighted: true,
      });
      return row.id;
    },
    /** Somebody whom the history names by key alone. */
    named: (key: string | null | undefined): string | null => (key ? context.id("account", key) : null),
    rows: () => [...rows.values()],
  };
}
export type People = ReturnType<typeof people>;

/** The own record of a person. */
export const toAccount = (user: User, context: Context): readonly MappedRow[] => [accountRow(context, user, keyOf(user)!)];

function accountRow({ id, host, config }: Context, user: User, key: string): MappedRow<"account"> {
  const name = user.displayName || null;
  const username = user.accountId ? null : (user.name ?? null);
  return {
    entity: "account",
    id: id("account", key),
    url: user.accountId
      ? `${siteOf(config)}/jira/people/${key}`
      : username
        ? `${siteOf(config)}/secure/ViewProfile.jspa?name=${encodeURIComponent(username)}`
        : null,
    username,
    name,
    email: user.emailAddress?.trim().toLowerCase() || null,
    kindCategory: accountKind(user.accountType, name ?? username ?? ""),
    kind: user.accountType ?? null,
    isActive: user.active ?? null,
    canonicalKey: `${host}/account/${key}`,
  };
}
