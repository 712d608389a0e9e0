import type { History, Person, Recorded, Repository, Seconds } from "../organisation/index.ts";
import type { RecordedNode } from "./state.ts";

/** A recorded payload. */
export type Json = Record<string, unknown>;

export const seconds = (text: unknown): Seconds => Math.floor(Date.parse(String(text)) / 1000);
export const secondsOrNull = (text: unknown): Seconds | null => (typeof text === "string" ? seconds(text) : null);
export const recorded = (json: Json): Recorded => ({ nodeId: String(json.node_id), json });
/** The number at the end of an address. */
export const numberAt = (url: unknown) => Number(String(url).split("/").at(-1));

/** Accounts as the payloads mention them; those of `users.json` with their names and addresses. */
export class Accounts {
  readonly #known = new Map<string, Person>();

  get list(): Person[] {
    return [...this.#known.values()];
  }

  of(json: unknown): Person | null {
    if (!json) return null;
    const account = json as Json;
    const login = String(account.login);
    const known = this.#known.get(login);
    if (known) return known;
    const person: Person = {
      id: Number(account.id),
      login,
      kind: account.type === "Bot" ? "Bot" : account.type === "Organization" ? "Organization" : "User",
      name: (account.name as string | null) ?? null,
      email: (account.email as string | null) ?? null,
      offsetMinutes: 0,
      createdAt: secondsOrNull(account.created_at) ?? 0,
      role: "outside",
      recorded: recorded(account),
    };
    this.#known.set(login, person);
    return person;
  }
}

/** Everything a loader of one kind of file needs. */
export interface Loading {
  readonly files: (name: string) => Promise<Json[]>;
  readonly accounts: Accounts;
  readonly history: History;
  readonly nodes: Map<string, RecordedNode>;
  repository: Repository;
}
