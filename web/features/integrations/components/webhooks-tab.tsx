import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { CodeBlock } from "../../../components/code.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { EmptyState, ErrorState, LoadingLines, Notice } from "../../../components/states.tsx";
import { StatusBadge, Tag } from "../../../components/status-badge.tsx";
import { formatCount } from "../../../lib/format.ts";
import type { Integration } from "../api/reading.ts";
import { type Webhook, webhookQuery } from "../api/webhooks.ts";
import classes from "./detail.module.css";
import { DeliveriesPanel } from "./deliveries-panel.tsx";
import { WebhookSecret } from "./webhook-secret.tsx";

/** How a vendor tells us what changed: where to, how it is signed, and what came. */
export function WebhooksTab({ integration }: { integration: Integration }) {
  const { data: webhook, error, refetch } = useQuery(webhookQuery(integration.id));
  if (error && !webhook) {
    return (
      <Panel>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Panel>
    );
  }
  if (!webhook) {
    return (
      <Panel>
        <LoadingLines lines={8} />
      </Panel>
    );
  }
  if (!webhook.isSupported) {
    return (
      <Panel>
        <EmptyState
          title="No webhooks here"
          text={`${integration.connectorLabel} does not announce changes that we understand. Its data is found by reading at intervals.`}
        />
      </Panel>
    );
  }
  return (
    <div className={classes.stack}>
      <div className={classes.columns}>
        <SetUp integration={integration} webhook={webhook} />
        <div className={classes.stack}>
          <State webhook={webhook} />
          <Missed webhook={webhook} />
        </div>
      </div>
      <DeliveriesPanel integration={integration} webhook={webhook} />
    </div>
  );
}

function SetUp({ integration, webhook }: { integration: Integration; webhook: Webhook }) {
  return (
    <Panel
      title="Set-up"
      lead={`Reading at intervals finds everything; with a webhook, changes at ${integration.connectorLabel} arrive within seconds.`}
    >
      <div className={classes.stack} style={{ gridTemplateColumns: "minmax(0, 1fr)" }}>
        {webhook.isLoopback && (
          <Notice tone="warn">
            Only this machine reaches this address. Set <code>LEADLINE_PUBLIC_URL</code> to the address that{" "}
            {integration.connectorLabel} can reach, and start the server again.
          </Notice>
        )}
        <ol style={{ margin: 0, paddingLeft: 20, display: "grid", gap: 6 }}>
          {webhook.guidance.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <Value label="Address">
          <CodeBlock text={webhook.address} label="address" />
        </Value>
        <Value label="Content type">
          <CodeBlock text={webhook.contentType} label="content type" />
        </Value>
        <Value label="Secret">
          <WebhookSecret integration={integration} webhook={webhook} />
        </Value>
        <Value label="Events">
          <div style={{ display: "flex", flexWrap: "wrap", gap: 6 }}>
            {webhook.events.map((event) => (
              <Tag key={event}>{event}</Tag>
            ))}
          </div>
        </Value>
        {webhook.docs && (
          <Anchor href={webhook.docs} target="_blank" rel="noreferrer" size="sm" underline="always">
            {integration.connectorLabel}'s own guide
          </Anchor>
        )}
      </div>
    </Panel>
  );
}

function Value({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <div style={{ fontSize: "0.8125rem", fontWeight: 560, marginBottom: 6 }}>{label}</div>
      {children}
    </div>
  );
}

function State({ webhook }: { webhook: Webhook }) {
  return (
    <Panel title="State" actions={<StatusBadge state={webhook.health} />} lead={webhook.sentence}>
      <dl className={classes.facts}>
        <Fact label="Last delivery">
          <RelativeTime at={webhook.lastReceivedAt} otherwise={webhook.secret ? "none since the secret was made" : "none"} />
        </Fact>
        <Fact label="Received">{formatCount(webhook.received)}</Fact>
        <Fact label="Came again">{formatCount(webhook.duplicates)}</Fact>
        <Fact label="Waiting">{formatCount(webhook.waiting)}</Fact>
        <Fact label="Dead letters">{formatCount(webhook.dead)}</Fact>
        <Fact label="Refused">{formatCount(webhook.refused)}</Fact>
        {webhook.lastRefusedAt && (
          <Fact label="Last refused">
            <RelativeTime at={webhook.lastRefusedAt} />
          </Fact>
        )}
      </dl>
      {webhook.lastRefusedReason && (
        <p style={{ margin: "10px 0 0", fontSize: "0.8125rem", color: "var(--ll-dim)" }}>{webhook.lastRefusedReason}</p>
      )}
    </Panel>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Vendors that do not try twice are asked what failed. */
function Missed({ webhook: { missed } }: { webhook: Webhook }) {
  if (!missed.isAsked) return null;
  return (
    <Panel
      title="Missed deliveries"
      lead="Not every vendor sends a second time. Once an hour we ask what could not be delivered."
    >
      <dl className={classes.facts}>
        <Fact label="Last asked">
          <RelativeTime at={missed.askedAt} otherwise="not yet" />
        </Fact>
        <Fact label="Found so far">{formatCount(missed.found)}</Fact>
      </dl>
      {missed.problem && (
        <div style={{ marginTop: 12 }}>
          <Notice>{missed.problem}</Notice>
        </div>
      )}
    </Panel>
  );
}
