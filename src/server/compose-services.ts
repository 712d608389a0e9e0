import type { Archive, Sink } from "../ingest/sink.ts";
import * as backfills from "./backfill-service.ts";
import { configSchema, formFields } from "./connector-form.ts";
import { listIntegrations } from "../workspace/integrations.ts";
import type { Context } from "./context.ts";
import { forecasts } from "./forecasts.ts";
import { cancel, remove } from "./deletion-service.ts";
import { deletionBody } from "./deletion-view.ts";
import { health } from "./health-service.ts";
import { connectorOf } from "./integration-access.ts";
import * as edit from "./integration-edit.ts";
import { integrationBody, listIntegrationBodies } from "./integration-view.ts";
import { journey } from "./journey.ts";
import { maintenanceService } from "./maintenance-service.ts";
import { metricsService } from "./metrics-service.ts";
import * as monitoring from "./monitoring-service.ts";
import { notificationService } from "./notification-service.ts";
import type { Sender } from "./notify-send.ts";
import { overview } from "./overview-service.ts";
import type { Measures } from "./prometheus.ts";
import { reconciliationService } from "./reconciliation-service.ts";
import { currentRun, run } from "./run-service.ts";
import * as scopes from "./scopes-service.ts";
import type { Services } from "./services.ts";
import { sessionService } from "./session-service.ts";
import type { ConnectorBody } from "./shapes/connectors.ts";
import { dataTables } from "./stored-rows.ts";
import { webhooksService, type WebhookBelongings } from "./webhook-service.ts";
import { taskDetail, taskLog } from "./task-log.ts";
import { peopleService, profilesService, projectsService, tokensAndAudit } from "./workspace-service.ts";

export interface Belongings {
  readonly archive: Archive;
  readonly sink: Pick<Sink, "write">;
  readonly measures: Measures;
  readonly sender: Sender;
  /** Where people reach the server; null when nobody has said it. */
  readonly publicUrl: string | null;
  readonly home: string;
  readonly localToken: string | null;
  readonly webhooks: WebhookBelongings;
}

/** Every function that a route may call, bound to one house. */
export function composeServices(context: Context, belongings: Belongings): Services {
  const { archive, sink, measures, home, localToken, sender, publicUrl } = belongings;
  return {
    connectors: connectorsService(context),
    integrations: {
      list: (query) => listIntegrationBodies(context, query),
      get: (id) => integrationBody(context, id),
      create: (actor, input) => edit.create(context, actor, input),
      change: (actor, id, patch) => edit.change(context, actor, { id, patch }),
      preview: (id, patch) => edit.preview(context, { id, patch }),
      impact: (id) => edit.impact(context, id),
      remove: (actor, id, removal) => remove(context, actor, { id, ...removal }),
      keep: (actor, id) => cancel(context, actor, id),
      deletion: (id) => deletionBody(context, id),
      checkNew: (connector, config) => edit.checkNew(context, connector, config),
      checkSaved: (id, config) => edit.checkSaved(context, id, config),
      pause: (actor, id) => edit.pause(context, actor, id),
      resume: (actor, id) => edit.resume(context, actor, id),
      run: (actor, id, request) => run(context, actor, { id, request }),
      currentRun: (id, backfill) => currentRun(context, id, backfill),
    },
    backfills: {
      list: (id, query) => backfills.list(context, id, query),
      get: (id, backfill) => backfills.get(context, id, backfill),
      create: (actor, id, input) => backfills.create(context, actor, { id, input }),
      change: (actor, asked) => backfills.change(context, actor, asked),
      move: (actor, asked) => backfills.move(context, actor, asked),
    },
    scopes: {
      discover: (request) => scopes.discover(context, request),
      list: (id, query) => scopes.list(context, id, query),
      choose: (actor, id, change) => scopes.choose(context, actor, { id, change }),
    },
    monitoring: {
      streams: (id) => monitoring.streams(context, id),
      streamScopes: (id, stream) => monitoring.streamScopes(context, id, stream),
      scopesHealth: (id, query) => monitoring.scopeHealthPage(context, id, query),
      tasks: (query) => taskLog(context, query),
      forecasts: (id) => forecasts(context.workspace, id),
      task: (id, task) => taskDetail(context, id, task),
      journey: (id, query) => journey(context, id, query),
      health: (id, days) => health(context, id, days),
      async data(id) {
        await integrationBody(context, id);
        return dataTables(context.warehouse, id);
      },
    },
    reconciliation: reconciliationService(context),
    webhooks: webhooksService(context, belongings.webhooks),
    notifications: notificationService(context, { sender, home: publicUrl }),
    projects: projectsService(context),
    people: peopleService(context),
    profiles: profilesService(context),
    metrics: metricsService(context, archive),
    workspace: { overview: () => overview(context), ...tokensAndAudit(context) },
    sessions: sessionService(context.workspace, { isDemo: context.isDemo, localToken }),
    maintenance: maintenanceService(context, { archive, sink, measures, home }),
    events: context.events,
  };
}

function connectorsService(context: Context): Services["connectors"] {
  const body = async (name: string): Promise<ConnectorBody> => {
    const connector = connectorOf(context.connectors, name);
    const integrations = await listIntegrations(context.workspace);
    return {
      name: connector.name,
      label: connector.label,
      summary: connector.summary,
      category: connector.category,
      docs: connector.docs,
      launchedOn: connector.launchedOn,
      fields: formFields(connector),
      configSchema: configSchema(connector),
      streams: connector.streams.map((stream) => ({
        name: stream.name,
        docs: stream.docs,
        level: stream.level,
        order: stream.order,
        fills: [...stream.fills],
      })),
      integrationCount: integrations.filter((integration) => integration.connector === name).length,
    };
  };
  return { list: () => Promise.all(context.connectors.map((connector) => body(connector.name))), get: body };
}
