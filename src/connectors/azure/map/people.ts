import type { MapContext, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type { Identity } from "../records.ts";
import { accountKind } from "./categories.ts";

type AccountRow = MappedRow<"account">;
type Signature = { readonly name?: string | null | undefined; readonly email?: string | null | undefined } | null | undefined;

/** Accounts that one record mentions: answers their ids, and gives a sighted row for each. */
export interface People {
  /** Null for nobody, for groups, and for a name without an id or address. */
  identity(found: Identity): string | null;
  /** Commits name addresses only. */
  author(author: Signature): string | null;
  rows(): readonly AccountRow[];
}

export function people(context: MapContext<Config>): People {
  const rows = new Map<string, AccountRow>();
  const see = (row: AccountRow): string => {
    rows.set(row.id, row);
    return row.id;
  };
  return {
    identity(found) {
      const row = accountRow(context, found);
      return row && see({ ...row, sighted: true });
    },
    author(author) {
      const email = addressOf(author?.email);
      if (!email) return null;
      const { id } = context;
      return see({
        entity: "account",
        id: id("account", `git:${email}`),
        name: author?.name ?? null,
        email,
        kindCategory: accountKind("", author?.name ?? ""),
        canonicalKey: `git/${email}`,
        sighted: true,
      });
    },
    rows: () => [...rows.values()],
  };
}

const addressOf = (text: string | null | undefined): string | null => {
  const address = text?.trim().toLowerCase();
  return address && /^[^\s@]+@[^\s@]+$/.test(address) ? address : null;
};

/** The row of one identity; the unique name is the address where people sign in with theirs. */
export function accountRow({ id, host }: MapContext<Config>, found: Identity): AccountRow | null {
  const [, name, unique] = typeof found === "string" ? (/^(.*?)\s*<([^>]+)>\s*$/.exec(found) ?? []) : [];
  const who = typeof found === "string" ? { displayName: name, uniqueName: unique } : found;
  if (!who || ("isContainer" in who && who.isContainer)) return null;
  const key = "id" in who && who.id ? who.id : who.uniqueName?.toLowerCase();
  if (!key) return null;
  const descriptor = ("descriptor" in who && who.descriptor) || "";
  const inactive = "inactive" in who ? who.inactive : null;
  return {
    entity: "account",
    id: id("account", key),
    username: who.uniqueName ?? null,
    name: who.displayName ?? null,
    email: addressOf(who.uniqueName),
    kindCategory: accountKind(descriptor, who.displayName ?? ""),
    kind: descriptor.split(".")[0] || null,
    isActive: inactive ? false : null,
    canonicalKey: `${host}/account/${key}`,
  };
}
