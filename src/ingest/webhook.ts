import type { Instant } from "../domain/instant.ts";
import type { Api, Scope } from "./connector.ts";

/* What a connector declares about deliveries of its provider: they are hints, never another way to map. */

/** How a provider announces changes. */
export interface WebhookSpec<Config> {
  readonly docs: string;
  /** Names of events to subscribe to, as the provider's form shows them. */
  readonly events: readonly string[];
  /** What people do at the provider, step by step; the page adds address and secret. */
  readonly guidance: readonly string[];
  /** True when the delivery was sent by somebody who knows the secret; compares in constant time, over the raw bytes. */
  verify(delivery: WebhookDelivery, secret: string): boolean;
  /** The provider's own id of the delivery, the same when it is sent again; null where it has none (then the body's hash serves). */
  identify(delivery: WebhookDelivery): { readonly id: string | null; readonly event: string };
  /** What to read again; nothing for events that say nothing new. Throws DataError for a body that cannot be understood. */
  hints(event: { readonly name: string; readonly body: unknown; readonly scopes: readonly Scope[] }): readonly Hint[];
  /**
   * What the provider could not deliver to our address since then and does not send again. Throws SkippableError, in words for
   * people, where the credential may not ask.
   */
  missed?(request: MissedRequest<Config>): AsyncIterable<readonly MissedDelivery[]>;
}

export interface MissedRequest<Config> {
  readonly api: Api;
  readonly config: Config;
  readonly scopes: readonly Scope[];
  readonly since: Instant;
  /** Where the provider sends to: `https://leadline.example.com/hooks/acme-github`. */
  readonly address: string;
}

/** A delivery that never arrived, as the provider's log of deliveries knows it. */
export interface MissedDelivery {
  /** The same id that `identify` would have found. */
  readonly id: string;
  readonly event: string;
  readonly at: Instant;
  readonly hints: readonly Hint[];
}

export interface WebhookDelivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** As it came, byte by byte. */
  readonly body: Uint8Array;
}

/** "Read this again": by key where the stream has `readKeys`, else whatever changed. */
export interface Hint {
  readonly stream: string;
  readonly scopeId: string;
  /** Null: whatever changed in the stream. */
  readonly keys: readonly string[] | null;
  /**
   * The provider says that these keys are gone. It is believed when reading them back finds nothing while their scope answers:
   * then everything that came from them is tombstoned.
   */
  readonly isGone?: boolean;
}

/** The hint that the list of scopes itself changed (renamed, moved, new, gone): it is asked for again. */
export const scopesChanged: Hint = { stream: "-", scopeId: "-", keys: null };
