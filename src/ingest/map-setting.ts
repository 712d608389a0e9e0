import type { Connector } from "./connector.ts";
import { mapContext, type MapSetting } from "./records.ts";
import type { StreamPlace } from "./request.ts";
import { createRowCheck } from "./row-check.ts";
import type { Opened } from "./engine-parts.ts";

/** What mapping the records of one stream of one scope needs to know. */
export function mapSettingOf({ integration, client, redactor }: Opened, { stream, scope }: StreamPlace): MapSetting {
  const connector: Connector<unknown> = integration.connector;
  const { id: integrationId, config } = integration;
  return {
    key: { integrationId, scopeId: scope.id, stream: stream.name },
    connector: connector.name,
    mapperVersion: connector.mapperVersion,
    stream,
    context: mapContext({ connector: connector.name, integrationId, config, scope, host: client.host }),
    redactor,
    checkRow: createRowCheck({ connector: connector.name, integrationId }),
  };
}
