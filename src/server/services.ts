import type { WebhookDelivery } from "../ingest/connector.ts";
import type { Actor } from "./access.ts";
import type { BackfillBody, BackfillCreate, BackfillListQuery, BackfillPatch, BackfillPlanBody } from "./shapes/backfills.ts";
import type { ConnectorBody } from "./shapes/connectors.ts";
import type { DeletionBody, Removal } from "./shapes/deletions.ts";
import type {
  ChangePreview,
  CheckAnswer,
  Impact,
  IntegrationBody,
  IntegrationCreate,
  IntegrationListQuery,
  IntegrationPatch,
  ProgressBody,
  RunBody,
  RunRequest,
} from "./shapes/integrations.ts";
import type {
  Answer,
  Answers,
  Catalogue,
  Explanation,
  ExplainRequest,
  FactRows,
  Histogram,
  MetricBody,
  Payload,
  Query,
  SqlAnswer,
  SqlRequest,
} from "./shapes/metrics.ts";
import type {
  DataTable,
  ForecastBody,
  HealthBody,
  ScopeChange,
  ScopeDiscovery,
  ScopeListQuery,
  ScopePage,
  StreamProgressBody,
  StreamScopeBody,
  ScopeHealthBody,
  ScopeHealthQuery,
  TaskBody,
  TaskDetail,
  TaskListQuery,
} from "./shapes/monitoring.ts";
import type { ReconciliationBody, ReconciliationQuery, ReconcileRequestBody } from "./shapes/reconciliation.ts";
import type { JourneyAnswer, JourneyQuery } from "./shapes/journey.ts";
import type { ChannelBody, ChannelCreate, ChannelPatch, NotificationBody, TestAnswer } from "./shapes/notifications.ts";
import type {
  AuditEntryBody,
  MappingBody,
  Overview,
  ProfileBody,
  ProjectBody,
  ProjectCreate,
  ProjectPatch,
  SessionBody,
  TeamBody,
  TokenBody,
} from "./shapes/workspace.ts";
import type { DeliveryBody, DeliveryQuery, DeliveryWithBody, MadeSecret, WebhookBody } from "./shapes/webhooks.ts";
import type { EventStream } from "./events.ts";

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

/** Everything a route may call. Composition fills it; routes parse, call one of these and answer. */
export interface Services {
  readonly connectors: {
    list(): Promise<ConnectorBody[]>;
    get(name: string): Promise<ConnectorBody>;
  };
  readonly integrations: {
    list(query: IntegrationListQuery): Promise<Page<IntegrationBody>>;
    get(id: string): Promise<IntegrationBody>;
    create(actor: Actor, input: IntegrationCreate): Promise<IntegrationBody>;
    change(actor: Actor, id: string, patch: IntegrationPatch): Promise<IntegrationBody>;
    preview(id: string, patch: IntegrationPatch): Promise<ChangePreview>;
    impact(id: string): Promise<Impact>;
    remove(actor: Actor, id: string, removal: Removal): Promise<IntegrationBody>;
    /** Calls a deletion off that has removed nothing yet. */
    keep(actor: Actor, id: string): Promise<IntegrationBody>;
    deletion(id: string): Promise<DeletionBody>;
    checkNew(connector: string, config: Record<string, unknown>): Promise<CheckAnswer>;
    checkSaved(id: string, config: Record<string, unknown>): Promise<CheckAnswer>;
    pause(actor: Actor, id: string): Promise<IntegrationBody>;
    resume(actor: Actor, id: string): Promise<IntegrationBody>;
    run(actor: Actor, id: string, request: RunRequest): Promise<RunBody>;
    currentRun(id: string, backfill?: string): Promise<RunBody>;
  };
  readonly backfills: {
    list(id: string, query: BackfillListQuery): Promise<Page<BackfillBody>>;
    get(id: string, backfill: string): Promise<BackfillBody>;
    create(actor: Actor, id: string, input: BackfillCreate): Promise<BackfillPlanBody>;
    change(actor: Actor, asked: { id: string; backfill: string; patch: BackfillPatch }): Promise<BackfillBody>;
    move(actor: Actor, asked: { id: string; backfill: string; move: "pause" | "resume" | "cancel" }): Promise<BackfillBody>;
  };
  readonly scopes: {
    discover(request: ScopeDiscovery): Promise<ScopePage>;
    list(id: string, query: ScopeListQuery): Promise<ScopePage>;
    choose(actor: Actor, id: string, change: ScopeChange): Promise<ScopePage>;
  };
  readonly monitoring: {
    streams(id: string): Promise<{ items: StreamProgressBody[]; progress: ProgressBody }>;
    streamScopes(id: string, stream: string): Promise<StreamScopeBody[]>;
    scopesHealth(id: string, query: ScopeHealthQuery): Promise<Page<ScopeHealthBody>>;
    tasks(query: TaskListQuery): Promise<Page<TaskBody>>;
    forecasts(id: string): Promise<ForecastBody[]>;
    task(id: string, task: string): Promise<TaskDetail>;
    /** Where a record is, how it came there, and what came of it. */
    journey(id: string, query: JourneyQuery): Promise<JourneyAnswer>;
    health(id: string, days: number): Promise<HealthBody>;
    data(id: string): Promise<DataTable[]>;
  };
  readonly reconciliation: {
    get(id: string, query: ReconciliationQuery): Promise<ReconciliationBody>;
    run(id: string, request: ReconcileRequestBody): Promise<ReconciliationBody>;
    change(actor: Actor, id: string, setting: { everySeconds: number }): Promise<ReconciliationBody>;
  };
  readonly webhooks: {
    /** The id of whoever receives there; the same problem for everything that does not. */
    find(name: string): Promise<string>;
    receive(name: string, delivery: WebhookDelivery): Promise<void>;
    get(id: string): Promise<WebhookBody>;
    makeSecret(actor: Actor, id: string, request: { overlapHours: number }): Promise<MadeSecret>;
    endOverlap(actor: Actor, id: string): Promise<WebhookBody>;
    deliveries(id: string, query: DeliveryQuery): Promise<Page<DeliveryBody>>;
    delivery(id: string, delivery: string): Promise<DeliveryWithBody>;
    /** One delivery, or all that could not be read. */
    replay(actor: Actor, id: string, delivery: string | null): Promise<{ replayed: number }>;
  };
  readonly projects: {
    list(): Promise<ProjectBody[]>;
    get(key: string): Promise<ProjectBody>;
    create(actor: Actor, input: ProjectCreate): Promise<ProjectBody>;
    change(actor: Actor, key: string, patch: ProjectPatch): Promise<ProjectBody>;
    remove(actor: Actor, key: string): Promise<void>;
    mapping(key: string): Promise<MappingBody>;
    map(actor: Actor, key: string, integrations: readonly string[]): Promise<MappingBody>;
  };
  readonly people: { teams(): Promise<TeamBody[]> };
  readonly profiles: { list(): Promise<ProfileBody[]> };
  readonly metrics: {
    catalogue(): Promise<Catalogue>;
    metric(name: string): Promise<MetricBody>;
    query(query: Query): Promise<Answer>;
    queries(queries: readonly Query[]): Promise<Answers>;
    histogram(query: Query): Promise<Histogram>;
    rows(query: Query): Promise<FactRows>;
    explain(request: ExplainRequest): Promise<Explanation>;
    sql(request: SqlRequest): Promise<SqlAnswer>;
    payload(hash: string): Promise<Payload>;
  };
  readonly notifications: {
    channels(): Promise<ChannelBody[]>;
    create(actor: Actor, input: ChannelCreate): Promise<ChannelBody>;
    change(actor: Actor, id: string, patch: ChannelPatch): Promise<ChannelBody>;
    remove(actor: Actor, id: string): Promise<void>;
    /** Sends a message now; what goes wrong is part of the answer. */
    test(id: string): Promise<TestAnswer>;
    list(page: { cursor?: string | undefined; limit: number }): Promise<Page<NotificationBody>>;
  };
  readonly workspace: {
    overview(): Promise<Overview>;
    audit(query: {
      subject?: string | undefined;
      subjectId?: string | undefined;
      cursor?: string | undefined;
      limit: number;
    }): Promise<Page<AuditEntryBody>>;
    tokens(): Promise<TokenBody[]>;
    createToken(
      actor: Actor,
      input: { name: string; role: string; expiresAt?: string | null | undefined },
    ): Promise<TokenBody & { token: string }>;
    revokeToken(actor: Actor, id: string): Promise<void>;
  };
  readonly sessions: {
    describe(actor: Actor): SessionBody;
    /** Trades the key of the one-time link for a session; answers the cookie's value. */
    open(key: string): Promise<{ actor: Actor; cookie: string; maxAgeSeconds: number }>;
    close(cookie: string): Promise<void>;
    /** A new one-time link for whoever may sign in already. */
    link(): Promise<{ path: string }>;
    /** Null when the credential is unknown, used up or too old. */
    bySession(cookie: string): Promise<Actor | null>;
    byToken(token: string): Promise<Actor | null>;
    /** The owner that every loopback visitor of the demo is; null outside the demo. */
    demoVisitor(): Actor | null;
  };
  readonly maintenance: {
    backup(request: { file: string; isWithKey: boolean }): Promise<{ file: string; bytes: number }>;
    rebuild(request: { isVerified: boolean }): Promise<RebuildReport>;
    refreshFacts(): Promise<{ seconds: number }>;
    ready(): Promise<{ isReady: boolean; reason: string | null }>;
    metricsText(): Promise<{ contentType: string; text: string }>;
    checks(): Promise<CheckLine[]>;
  };
  readonly events: EventStream;
}

export interface RebuildReport {
  isEqual: boolean;
  seconds: number;
  tables: { table: string; rows: number; rebuiltRows: number; isEqual: boolean }[];
}

/** One line of `leadline doctor`. */
export interface CheckLine {
  check: string;
  ok: boolean;
  what: string;
  rule: string | null;
  next: string | null;
}
