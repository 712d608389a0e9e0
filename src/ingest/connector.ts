import type { z } from "zod";

import type { Instant } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import type { CommonRow } from "../domain/table.ts";
import type { RowOf, TableName } from "../domain/tables.ts";
import type { ScopeGit } from "./git/contract.ts";
import type { Sweep } from "./sweep.ts";
import type { WebhookSpec } from "./webhook.ts";
import type { BudgetReading, ClassLimit, Counted, DetailCost } from "./prices.ts";

export type { BudgetReading, ClassLimit, Counted, DetailCost, WindowLimit } from "./prices.ts";

export type { GitCommit } from "./git/contract.ts";
export { changedFiles, fileRows, linesOf } from "./git/files.ts";
export { clonePages } from "./git/history.ts";
export { gitUse } from "./git/setting.ts";
export type { Listed, Sweep, SweepPage } from "./sweep.ts";
export { scopesChanged } from "./webhook.ts";
export type { Hint, MissedDelivery, MissedRequest, WebhookDelivery, WebhookSpec } from "./webhook.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/* ── What a connector is ─────────────────────────────────────────────────────────────────────────────────────── */

/** Our code for one provider: values only. It holds no state, never sleeps, retries, writes or calls `fetch`. */
export interface Connector<Config = never> {
  /** Opens every id; no `:`. */
  readonly name: string;
  readonly label: string;
  readonly summary: string;
  readonly category: "code" | "planning" | "ci" | "quality" | "operations";
  /** The provider's API documentation. */
  readonly docs: string;
  /** When the provider came to be; history cannot begin earlier. */
  readonly launchedOn: string;
  /** Raised when a mapper changes, so that stored records are mapped again. */
  readonly mapperVersion: number;
  /** The form, the CLI, `leadline.yaml`, validation and redaction come from it; secrets are marked `meta({ secret: true })`. */
  readonly config: z.ZodType<Config>;
  client(config: Config): ClientSpec;
  /** Says in one sentence what the credential can see, and which permission is missing for which stream. */
  check(request: { api: Api; config: Config }): Promise<CheckResult>;
  /** Everything the credential could read; a generator, so that the picker can stream. */
  scopes(request: { api: Api; config: Config }): AsyncIterable<Scope>;
  readonly streams: readonly Stream<Config>[];
  /** Tells cheaply which scopes changed, so that an idle organisation costs almost nothing. */
  probe?(request: { api: Api; config: Config; scopes: readonly Scope[] }): AsyncIterable<ProbeMark>;
  /** What one call of the probe looks at. */
  readonly probeCost?: { readonly scopesPerCall: number; readonly class?: string; readonly pointsPerCall?: number };
  /**
   * Counts what many ranges hold in a handful of calls, before a backfill is announced; what the provider does not tell is
   * left out, and `StreamCost.count` or what was read earlier is the guide.
   */
  count?(request: { api: Api; config: Config; ranges: readonly CountRange[] }): AsyncIterable<RangeCount>;
  /** Deliveries of the provider are hints: verified, kept, and answered by reading the named things again. */
  readonly webhook?: WebhookSpec<Config>;
}

/** Records of one stream of one scope that changed in [since, until); null: no bound. */
export interface CountRange {
  readonly stream: string;
  readonly scope: Scope;
  readonly since: Instant | null;
  readonly until: Instant | null;
}

export interface RangeCount {
  readonly stream: string;
  readonly scopeId: string;
  readonly records: number;
  /** False where the provider tells the whole only and the part was worked out. */
  readonly isExact: boolean;
}

/** What the user chooses to read: repository, board, service, job … */
export interface Scope {
  /** The provider's stable identifier: the native key of the scope's entity. */
  readonly id: string;
  /** Today's name, as people know it: `acme/pay`. */
  readonly name: string;
  readonly kind: string;
  readonly isArchived?: boolean;
  readonly isFork?: boolean;
  readonly url?: string;
  /** Whatever the connector needs to address the scope (owner, node id …); stored with the scope. */
  readonly attributes?: { readonly [key: string]: Json };
}

/** The one scope of streams that belong to the integration as a whole (people, teams …). */
export const wholeIntegration: Scope = { id: "-", name: "-", kind: "integration" };

export interface ProbeMark {
  readonly scopeId: string;
  readonly stream: string;
  /** Opaque; equal to the last one ⇒ nothing changed and the stream need not be read. */
  readonly mark: string;
}

export interface CheckResult {
  readonly ok: boolean;
  /** One sentence for people: who the credential is and what it can see. */
  readonly sentence: string;
  readonly missing: readonly { readonly permission: string; readonly streams: readonly string[] }[];
  /** Values found at the provider that fit fields of the configuration, the likeliest first. */
  readonly suggestions?: readonly { readonly field: string; readonly value: string; readonly label: string }[];
  /** When the credential ends, if the provider says so. */
  readonly expiresAt?: Instant | null;
  /** Version of a self-hosted provider. */
  readonly version?: string;
}

/* ── Streams ─────────────────────────────────────────────────────────────────────────────────────────────────── */

/** One kind of record. Use `stream()` to keep the record's type through read and map. */
export interface Stream<Config = never, Raw = never> {
  readonly name: string;
  readonly docs: string;
  /** Read once per chosen scope, or once for the whole integration (then the scope is `wholeIntegration`). */
  readonly level: "scope" | "integration";
  /** False where a scope has no such records (another kind), or the configuration leaves them out: then it is not read at all. */
  isFor?(request: { config: Config; scope: Scope }): boolean;
  readonly record: z.ZodType<Raw>;
  /** The record's stable key within integration and stream. */
  key(record: Raw): string;
  /** The provider's own last-change time; null where it has none. */
  changedAt(record: Raw): Instant | null;
  /**
   * The order in which `read` yields records by change time; it decides when progress may be saved.
   * descending: newest first, every page saves how far back history is complete. ascending: every page moves the cursor.
   * unordered: progress is saved only after the last page.
   */
  readonly order: "ascending" | "descending" | "unordered";
  /** What the declared order is about where it is not the change time (runs listed by creation); default `changedAt`. */
  orderedBy?(record: Raw): Instant | null;
  /** How far a refresh steps back behind what was read, for late index and clock differences. */
  readonly overlapSeconds: number;
  /** False while the record may still change without the list saying so: then it is read again by key. */
  isFinished?(record: Raw, clock: { readAt: Instant }): boolean;
  /** How long to wait before an unfinished record is read again; default one minute, doubled with each attempt, a day at most. */
  rereadSeconds?(record: Raw, clock: { readAt: Instant; attempts: number }): number;
  /** A refresh is left out while the last one is younger than this; default 0. */
  readonly everySeconds?: number;
  /** Yields every record changed at or after `since` (null: all), beginning at `position` if given. */
  read(request: ReadRequest<Config>): AsyncIterable<Page>;
  /** Reads single records again by key: unfinished ones and those that hints name. Keys the provider no longer knows are left out. */
  readKeys?(request: ReadKeysRequest<Config>): AsyncIterable<Page>;
  /** One record to a flat list of rows and whole sets; synchronous, no clock, no network. */
  map(record: Raw, context: MapContext<Config>): readonly Mapped[];
  /** Tables that `map` fills, for the documentation and the contract suite. */
  readonly fills: readonly TableName[];
  /** How to list everything that exists in a scope by key alone, for the reconciliation. */
  readonly sweep?: Sweep<Config>;
  /** What reading costs, so that it can be announced before it begins. */
  readonly cost?: StreamCost<Config>;
  /** Other ways to read the same records; the planner takes the cheapest that is usable, `read` being the first choice. */
  readonly ways?: readonly Way<Config>[];
}

export interface ReadRequest<Config> {
  readonly api: Api;
  readonly config: Config;
  readonly scope: Scope;
  readonly since: Instant | null;
  /** A re-read of a past range: records that changed after this instant may be left out. */
  readonly until: Instant | null;
  /** Where an interrupted pass stopped (`Page.position`). */
  readonly position: Json | null;
  /** Clones of repositories, for ways that need them; null where this machine has no git. */
  readonly git?: ScopeGit | null;
}

export interface ReadKeysRequest<Config> {
  readonly api: Api;
  readonly config: Config;
  readonly scope: Scope;
  readonly keys: readonly string[];
}

export interface Page {
  /**
   * Raw records as the provider sent them; where several calls make one thing, the reader has joined them.
   * Pages are yielded whole: records outside the asked range may stay in, the engine knows when to stop.
   */
  readonly records: readonly unknown[];
  /** The answers this page was made from; the first one names the request in the archive. */
  readonly answers: readonly AnswerInfo[];
  /** Enough to continue after this page; null when the reader cannot continue in the middle. */
  readonly position: Json | null;
  /**
   * descending: everything that changed at or after this instant has been yielded in this pass.
   * ascending: everything that changed before it has. Null: nothing can be said yet.
   */
  readonly reached: Instant | null;
  /** What people must know although the page was read: something on it is hidden or cannot be understood. The task shows the first. */
  readonly remark?: Problem;
}

export interface MapContext<Config> {
  readonly config: Config;
  readonly scope: Scope;
  /** Host of the integration's address, for `canonical_key`: `github.com`. */
  readonly host: string;
  /** Builds `<connector>:<entity>:<integration>:<native key>` from the parts of the native key. */
  id(entity: TableName, ...nativeKey: readonly (string | number)[]): string;
}

/** A row for one table. The engine adds integration, native key, hash and times; NULL may be left out. */
export type MappedRow<Name extends TableName = TableName> = {
  [N in Name]: { readonly entity: N } & Omit<RowOf<N>, Exclude<keyof CommonRow, "id">> & {
      readonly url?: string | null;
      readonly deletedAt?: Instant | null;
      /** Defaults to `changedAt` of the record. */
      readonly sourceUpdatedAt?: Instant | null;
      /** The record only mentions this thing (§9.3): NULL never overwrites, and the thing's own stream wins. */
      readonly sighted?: boolean;
    };
}[Name];

/** This record carries all children of one parent: rows of that parent that are not in it are marked gone. */
export interface WholeSet<Name extends TableName = TableName> {
  readonly wholeSet: Name;
  /** The reference column and its value: `{ column: "pullRequestId", id }`. */
  readonly parent: { readonly column: string; readonly id: string };
}

/** The record says that a thing is gone since then (`deleted_at`); it is back as soon as its own record is seen again. */
export interface Gone<Name extends TableName = TableName> {
  readonly gone: Name;
  readonly id: string;
  readonly at: Instant;
}

export type Mapped = MappedRow | WholeSet | Gone;

/** Keeps the record type of one stream, and hands it on as a value the engine can hold in a list. */
export const stream = <Config, Raw>(definition: Stream<Config, Raw>): Stream<Config> => definition as unknown as Stream<Config>;

/* ── What a stream declares for the planner and the reconciliation ──────────────────────────────────────────────── */

/** The price of reading a stream by its list. */
export interface StreamCost<Config> {
  /** Resource class that is charged; default `core`. */
  readonly class?: string;
  /** Records that one call of the list brings; a range where the page size adapts (`Api.pageSize`). */
  readonly recordsPerCall: number | { readonly start: number; readonly max: number };
  /** What one such call is charged at least, in the class's points; default 1. */
  readonly pointsPerCall?: number;
  /** Where wide pages cost more: points for each record that a page has room for. */
  readonly pointsPerRecord?: number;
  /** Calls before the first page (who the owners are, what the token may see); default 0. */
  readonly callsAtStart?: number;
  /** Records to assume where neither the provider nor what was read earlier tells. */
  readonly typicalRecords?: number;
  /** Further calls that a record takes on average beside the list (details, earlier attempts); default 0. */
  readonly callsPerRecord?: number;
  /** Class of those; default that of the list. */
  readonly callsPerRecordClass?: string;
  /** Calls that the records of some pages share: lists inside things, details by the hundred. */
  readonly details?: DetailCost;
  /** What follows from the configuration or the scope: parts switched off cost nothing, wide pages cost more. Null: not read at all. */
  adapted?(request: { config: Config; scope: Scope }): Partial<Omit<StreamCost<Config>, "adapted" | "count">> | null;
  /**
   * Counts the records of one range with one cheap call, where `Connector.count` cannot; null when the provider does not tell.
   * `calls`: how many may be spent to look at more of them, where that shows what they cost.
   */
  count?(request: {
    api: Api;
    config: Config;
    scope: Scope;
    since: Instant | null;
    until: Instant | null;
    calls: number;
  }): Promise<number | Counted | null>;
}

/** Another way to the same records: a clone instead of a list, analytics instead of one call per run. */
export interface Way<Config> {
  /** Any but `list`, which is what the stream's own `read` is called. */
  readonly name: string;
  /** One sentence for people. */
  readonly label: string;
  readonly cost: StreamCost<Config>;
  /** Left out where this machine has no git. */
  readonly needsGit?: boolean;
  /** False where this integration cannot be read so. */
  isUsable(request: { config: Config; scope: Scope }): boolean;
  /** True where people asked for it in the configuration: then it is taken whatever it costs. */
  isChosen?(request: { config: Config }): boolean;
  read(request: ReadRequest<Config>): AsyncIterable<Page>;
}

/** How to call: an address, headers, and what the provider's limits look like. The engine does the calling. */
export interface ClientSpec {
  /** Without a trailing slash; paths are appended. Absolute URLs on the same origin are allowed too (`Link` headers). */
  readonly baseUrl: string;
  /** Further origins of the same provider that are trusted with the credential: `https://vsrm.dev.azure.com`. */
  readonly siblings?: readonly string[];
  /** The host people know, for canonical keys: `github.com` where the API lives on `api.github.com`; default: that of `baseUrl`. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For credentials that are exchanged for a short-lived one; called before it ends and once after a 401. */
  authorize?(ask: Ask, known: AtExchange): Promise<Authorization>;
  /** Field of the configuration whose secret every exchange replaces: `authorize` gets what is saved of it now, and hands the next one back. */
  readonly rotating?: string;
  /** Where only a rotating credential tells the address: what takes the place of `baseUrl`, on its origin; asked when the next secret is saved. */
  locate?(ask: Ask, headers: Readonly<Record<string, string>>): Promise<string>;
  /** Origin at which `authorize` exchanges the credential where it is another than that of `baseUrl`; nothing else is asked there. */
  readonly authorizeAt?: string;
  /** Distinguishes credentials that have budgets of their own; never logged. */
  readonly credentialKey: string;
  /** Further credentials for the same: calls go to the one that has most left, and one that is refused is left out. */
  readonly more?: readonly CredentialSpec[];
  /** Resource classes with their limits: `core`, `graphql`, `search` … */
  readonly classes: Readonly<Record<string, ClassLimit>>;
  /** What the provider's headers (and body) say about the budget of a class. */
  budget?(answer: { headers: Readonly<Record<string, string>>; body: unknown; class: string }): BudgetReading | null;
  /** Turns the provider's own way of saying no into one of our four errors; null: the engine's rules for the status apply. */
  failure?(answer: FailureInput): Error | null;
}

/** What an exchange may need to know; `current`: what is saved of the field `rotating`, empty without one. */
export interface AtExchange {
  /** The provider's time, as far as it is known: a signature that is dated by our own clock is refused where that is wrong. */
  readonly now: Instant;
  readonly current: string;
}

/** What `authorize` exchanged. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Instant | null;
  /** What `locate` answered. */
  readonly baseUrl?: string;
  /** The next secret of the field `rotating`: saved before any call is made with these headers. */
  readonly rotated?: string;
}

export interface CredentialSpec {
  /** As people know it, without the secret: `the 2nd token`. */
  readonly label: string;
  readonly credentialKey: string;
  readonly headers?: Readonly<Record<string, string>>;
  authorize?: ClientSpec["authorize"];
}

export interface FailureInput {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or text when it was not JSON. */
  readonly body: unknown;
  readonly request: RequestSpec;
}

export interface RequestSpec {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** Instead of `body`: fields of a form, as token endpoints of OAuth 2.0 want them. */
  readonly form?: Readonly<Record<string, string>>;
  /** Resource class, default `core`. */
  readonly class?: string;
  /** What the provider charges for it, in the class's points; default 1. */
  readonly cost?: number;
}

/** One HTTP exchange as the archive remembers it. */
export interface AnswerInfo {
  /** Method and URL without secrets. */
  readonly request: string;
  readonly status: number;
  /** The provider's clock (`Date` header); ours only where it sends none. */
  readonly receivedAt: Instant;
}

export interface Answer<Body = unknown> extends AnswerInfo {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export type Ask = (request: RequestSpec) => Promise<Answer>;

/** What a connector may do with the network. Every call goes through budgets, retries, the address guard and redaction. */
export interface Api {
  get(path: string, query?: RequestSpec["query"], options?: Pick<RequestSpec, "class" | "headers" | "cost">): Promise<Answer>;
  /** Only for calls that read (GraphQL, searches): they are retried like a GET. */
  post(path: string, body: Json, options?: Pick<RequestSpec, "class" | "headers" | "cost" | "query">): Promise<Answer>;
  /** A page size that shrinks when the provider times out and grows back on fast pages; remembered per scope and name. */
  pageSize(name: string, range: { start: number; min: number; max: number }): PageSize;
}

export interface PageSize {
  readonly current: number;
  /** Asks with the current size; on a time-out or partial answer it halves the size and asks again, down to `min`. */
  ask(request: (size: number) => Promise<Answer>): Promise<Answer>;
}
