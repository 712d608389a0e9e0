import { Button, Skeleton, Tabs } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { ConnectorIcon } from "../../../components/connector-icon.tsx";
import { Page } from "../../../components/page.tsx";
import { Panel } from "../../../components/panel.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { ErrorState } from "../../../components/states.tsx";
import { asProblem } from "../../../lib/problem.ts";
import { integrationQuery } from "../../../lib/queries.ts";
import { useMay } from "../../../lib/session.ts";
import { useIntegrationActions } from "../api/changing.ts";
import type { Integration } from "../api/reading.ts";
import { DeletionPanel } from "../components/deletion-panel.tsx";
import { DataTab } from "../components/data-tab.tsx";
import { MonitoringTab } from "../components/monitoring-tab.tsx";
import { OverviewTab } from "../components/overview-tab.tsx";
import { ScopesTab } from "../components/scopes-tab.tsx";
import { SettingsTab } from "../components/settings-tab.tsx";
import { WebhooksTab } from "../components/webhooks-tab.tsx";

const route = getRouteApi("/integrations/$integration");

const tabs: readonly {
  value: "overview" | "scopes" | "monitoring" | "data" | "webhooks" | "settings";
  label: string;
  draw: (integration: Integration) => ReactNode;
}[] = [
  { value: "overview", label: "Overview", draw: (integration) => <OverviewTab integration={integration} /> },
  { value: "scopes", label: "Scopes", draw: (integration) => <ScopesTab integration={integration} /> },
  { value: "monitoring", label: "Monitoring", draw: (integration) => <MonitoringTab integration={integration} /> },
  { value: "data", label: "Data", draw: (integration) => <DataTab integration={integration} /> },
  { value: "webhooks", label: "Webhooks", draw: (integration) => <WebhooksTab integration={integration} /> },
  { value: "settings", label: "Settings", draw: (integration) => <SettingsTab integration={integration} /> },
];

export function IntegrationPage() {
  const { integration: id } = route.useParams();
  const { tab = "overview" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: integration, error, refetch } = useQuery(integrationQuery(id));
  const isGone = error !== null && asProblem(error).code === "unknown_integration";
  return (
    <Page
      title={integration?.name ?? id}
      mark={<ConnectorIcon connector={integration?.connector ?? ""} label={integration?.connectorLabel ?? " "} />}
      aside={
        integration &&
        !isGone && (
          <>
            <StatusBadge state={integration.status} />
            {integration.lifecycle !== "active" && <StatusBadge state={integration.lifecycle} />}
          </>
        )
      }
      lead={integration?.description}
      crumbs={
        <>
          <Link to="/integrations">Integrations</Link> <span aria-hidden>/</span> {integration?.connectorLabel}
        </>
      }
      actions={integration && !isGone && <Actions integration={integration} />}
    >
      {(isGone || integration?.deletion) && <DeletionPanel integration={id} isGone={isGone} error={error} />}
      {error && !integration && !isGone && (
        <Panel>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Panel>
      )}
      {!integration && !error && <Skeleton height={420} radius={12} />}
      {integration && !isGone && (
        <Tabs value={tab} onChange={(value) => void navigate({ search: { tab: value as typeof tab } })} keepMounted={false}>
          <Tabs.List mb="lg">
            {tabs.map(({ value, label }) => (
              <Tabs.Tab key={value} value={value}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabs.map(({ value, draw }) => (
            <Tabs.Panel key={value} value={value}>
              {draw(integration)}
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </Page>
  );
}

function Actions({ integration }: { integration: Integration }) {
  const { pause, resume, run } = useIntegrationActions(integration.id);
  const mayWrite = useMay("integrations:write");
  const mayRun = useMay("integrations:run");
  const isRunning = integration.progress.state === "running" || integration.progress.state === "queued";
  if (integration.lifecycle === "deleting") return null;
  if (integration.lifecycle === "paused") {
    return (
      <Button
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        onClick={() => resume.mutate()}
        loading={resume.isPending}
        disabled={!mayWrite}
      >
        Resume
      </Button>
    );
  }
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerPause size={16} aria-hidden />}
        onClick={() => pause.mutate()}
        loading={pause.isPending}
        disabled={!mayWrite}
      >
        Pause
      </Button>
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden />}
        onClick={() => run.mutate()}
        loading={run.isPending}
        disabled={!mayRun || isRunning}
      >
        {isRunning ? "Reading …" : "Read now"}
      </Button>
    </>
  );
}
