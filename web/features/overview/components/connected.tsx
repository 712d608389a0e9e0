import { Anchor, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { ConnectorIcon } from "../../../components/connector-icon.tsx";
import { Meter } from "../../../components/meter.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { formatCount, formatDuration } from "../../../lib/format.ts";
import { integrationsQuery } from "../../../lib/queries.ts";
import type { Schemas } from "../../../lib/api.ts";
import classes from "./overview.module.css";

/** The integrations and what arrives through them right now. */
export function Connected() {
  const { data } = useQuery(integrationsQuery());
  return (
    <Panel
      title="Connected"
      actions={
        <Anchor component={Link} to="/integrations" search={{ tab: "mine" } as never} size="sm">
          All integrations
        </Anchor>
      }
    >
      {!data && <Skeleton height={120} />}
      <ul className={classes.list}>
        {data?.items.slice(0, 6).map((integration) => (
          <li key={integration.id} className={classes.item}>
            <ConnectorIcon connector={integration.connector} label={integration.connectorLabel} />
            <div>
              <div className={classes.name}>
                <Link to={`/integrations/${integration.id}` as "/"}>{integration.name}</Link>
                <StatusBadge state={integration.lifecycle === "active" ? integration.status : integration.lifecycle} />
              </div>
              <div className={classes.dim}>{integration.statusReason}</div>
            </div>
            <Arrival integration={integration} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Arrival({ integration: { progress, freshness } }: { integration: Schemas["Integration"] }) {
  if (progress.state === "idle") {
    return (
      <div className={classes.dim}>
        Data through <RelativeTime at={freshness.dataThrough} otherwise="– (nothing yet)" />
      </div>
    );
  }
  const rate = progress.entitiesPerSecond === null ? "" : `, ${formatCount(Math.round(progress.entitiesPerSecond))} a second`;
  return (
    <div>
      <Meter share={progress.share} label="History read" isLive />
      <div className={`${classes.dim} ll-number`} style={{ marginTop: 6 }}>
        {formatCount(progress.entities)} entities{rate}
        {progress.etaSeconds !== null && ` · about ${formatDuration(progress.etaSeconds)} left`}
      </div>
    </div>
  );
}
