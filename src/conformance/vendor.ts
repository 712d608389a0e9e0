import type { Instant } from "../domain/instant.ts";
import type { TableName } from "../domain/tables.ts";
import type { Json, WebhookDelivery } from "../ingest/connector.ts";

/** Ways to misbehave that every vendor has in one form or another. */
export type Fault =
  /** 502 or 503 with whatever page stands in between. */
  | "bad_gateway"
  /** No answer in time. */
  | "timeout"
  /** A body that is cut in the middle. */
  | "truncated"
  /** The connection drops before the answer. */
  | "reset"
  /** Told to wait by the vendor. */
  | "limited"
  /** Nothing left of what may be asked until the vendor's clock says so. */
  | "spent"
  /** 200 with a page for people where data was asked for. */
  | "html"
  /** Data with holes and errors beside it. */
  | "partial"
  /** A page that comes a second time instead of the next one. */
  | "duplicate_page"
  /** The next page is always the same one. */
  | "loop_page"
  /** A field of a record is left out. */
  | "missing_field"
  /** A field of a record has another type. */
  | "wrong_type"
  /** A field of a record is null. */
  | "null_field"
  /** A record has a field that nobody has heard of. */
  | "new_field"
  /** Emoji, NUL, right-to-left marks, lone surrogates. */
  | "weird_text";

/** One row that must be stored, known to the simulator and not to the connector. Columns are camelCase; those not named are not compared. */
export interface Truth {
  readonly table: TableName;
  readonly nativeKey: string;
  readonly columns: Readonly<Record<string, string | number | boolean | null>>;
}

/** A simulator of the vendor on this machine, as the suite drives it. */
export interface Vendor {
  /** `127.0.0.1:8080`: differs from start to start, so it is taken out of what is compared. */
  readonly host: string;
  /** Configuration that reaches it with a credential that it accepts. */
  readonly config: Readonly<Record<string, Json>>;
  /** The same with another credential of the same rights. */
  readonly otherConfig: Readonly<Record<string, Json>>;
  /** Names of the scopes to read; all that the credential sees unless given. */
  readonly scopes?: readonly string[];
  /** Calls so far. */
  calls(): number;
  /** Calls that came while the vendor had said to wait. */
  callsInsideBlock?(): number;
  /** Calls so far that would have changed something at the vendor. */
  writes?(): number;
  /** Most calls that a look at an unchanged vendor may cost. */
  readonly idleCalls?: number;
  /** What can be switched on; a fault that is left out is skipped with the reason in `withoutFaults`. */
  readonly faults: Partial<Record<Fault, (how: { readonly rate?: number; readonly times?: number }) => void>>;
  readonly withoutFaults?: Partial<Record<Fault, string>>;
  /** Switches all faults off. */
  calm(): void;
  /** The credential of `config` is refused from now on. */
  revoke(): void;
  /** The short-lived credentials that were exchanged for that of `config` end now; it can be exchanged again. */
  endTokens?(): void;
  /** Configuration with a credential that lacks a right, and the streams that cannot be read without it. */
  readonly narrow?: { readonly config: Readonly<Record<string, Json>>; readonly streams: readonly string[] };
  /** Gives a scope another name, and answers in words which; what is inside stays what it is. */
  rename?(): string;
  /** Takes a scope out of the credential's sight; answers how to show it again. */
  hide?(): () => void;
  /** One change as the vendor's users make it; answers in words what it was. */
  edit(random: () => number): string;
  /** Moves the vendor's clock on. */
  advance(seconds: number): void;
  /** What the vendor would have sent since this was asked last, signed with `webhookSecret`. */
  deliveries?(): readonly WebhookDelivery[];
  readonly webhookSecret?: string;
  /** The vendor signs what it sends: another body under the same signature is forged. */
  readonly signsBodies?: boolean;
  /** A delivery that the connector cannot know. */
  readonly strangeDelivery?: WebhookDelivery;
  /** What must be stored once everything was read. */
  truth(): readonly Truth[];
  stop(): Promise<void>;
}

/** How the suite gets at a vendor. Every flavour (cloud, self-hosted) is one of these. */
export interface VendorStart {
  readonly flavour: string;
  /** `brief` plays what depends on how the vendor is reached: credentials, limits, histories. Default `whole`. */
  readonly extent?: "whole" | "brief";
  /** Random histories of this flavour, instead of the number that goes for all. */
  readonly histories?: number;
  /**
   * The same seed makes the same world. It begins at `now` and is small: a few hundred records. `elapsed`: milliseconds by the engine's
   * clock, which sleeps are added to at once; a vendor whose clock goes by it can tell calls that came although it had said to wait.
   */
  start(options: { readonly seed: number; readonly now: Instant; readonly elapsed: () => number }): Promise<Vendor>;
}
