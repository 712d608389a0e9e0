import { ActionIcon, Button, Menu, Select, Skeleton, TextInput } from "@mantine/core";
import { IconDots, IconPlayerPause, IconPlayerPlay, IconPlug, IconRefresh, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { ConnectorIcon } from "../../../components/connector-icon.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge, Tag } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState } from "../../../components/states.tsx";
import { integrationsQuery } from "../../../lib/queries.ts";
import { useMay } from "../../../lib/session.ts";
import { useIntegrationActions } from "../api/changing.ts";
import type { Integration } from "../api/reading.ts";
import type { IntegrationsSearch } from "../search.ts";
import classes from "./integrations.module.css";
import { ProgressLine } from "./progress-line.tsx";

interface MineTabProps {
  filter: IntegrationsSearch;
  onFilter: (change: IntegrationsSearch) => void;
}

export function MineTab({ filter, onFilter }: MineTabProps) {
  const { search, status, lifecycle, connector } = filter;
  const isFiltered = Boolean(search || status || lifecycle || connector);
  const list = useQuery(integrationsQuery({ search, status, lifecycle, connector }));
  return (
    <>
      <Filters filter={filter} onFilter={onFilter} />
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={264} radius={12} />}
      {list.data && list.data.items.length > 0 && (
        <ul className={classes.mine} aria-label="My integrations">
          {list.data.items.map((integration) => (
            <Item key={integration.id} integration={integration} />
          ))}
        </ul>
      )}
      {list.data?.items.length === 0 && (
        <Panel>
          {isFiltered ? (
            <EmptyState
              title="No integration fits these filters"
              actions={
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => onFilter({ search: undefined, status: undefined, lifecycle: undefined, connector: undefined })}
                >
                  Clear filters
                </Button>
              }
            />
          ) : (
            <EmptyState
              icon={<IconPlug size={22} stroke={1.7} aria-hidden />}
              title="Nothing connected yet"
              text="Connect the place where your code lives: it takes a token and a minute, and the first chart follows about two minutes later."
              actions={
                <Button component={Link} to="/integrations" search={{ tab: "available" } as never}>
                  Choose a connector
                </Button>
              }
            />
          )}
        </Panel>
      )}
    </>
  );
}

const statuses = [
  { value: "HEALTHY", label: "Healthy" },
  { value: "UNKNOWN", label: "Unknown" },
  { value: "FAILED", label: "Failed" },
];
const lifecycles = [
  { value: "active", label: "Active" },
  { value: "paused", label: "Paused" },
  { value: "deleting", label: "Deleting" },
];

function Filters({ filter, onFilter }: MineTabProps) {
  const all = useQuery(integrationsQuery());
  const connectors = new Map(all.data?.items.map((one) => [one.connector, one.connectorLabel]));
  return (
    <div className={classes.filters}>
      <TextInput
        aria-label="Search integrations"
        placeholder="Search"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={filter.search ?? ""}
        onChange={(event) => onFilter({ search: event.currentTarget.value || undefined })}
        style={{ flex: "1 1 200px", maxWidth: 300 }}
      />
      <Select
        aria-label="Status"
        placeholder="Any status"
        data={statuses}
        value={filter.status ?? null}
        onChange={(status) => onFilter({ status: (status ?? undefined) as IntegrationsSearch["status"] })}
        clearable
        w={140}
      />
      <Select
        aria-label="Lifecycle"
        placeholder="Any lifecycle"
        data={lifecycles}
        value={filter.lifecycle ?? null}
        onChange={(value) => onFilter({ lifecycle: (value ?? undefined) as IntegrationsSearch["lifecycle"] })}
        clearable
        w={150}
      />
      <Select
        aria-label="Connector"
        placeholder="Any connector"
        data={[...connectors].map(([value, label]) => ({ value, label }))}
        value={filter.connector ?? null}
        onChange={(connector) => onFilter({ connector: connector ?? undefined })}
        clearable
        w={170}
      />
    </div>
  );
}

function Item({ integration }: { integration: Integration }) {
  const { id, name, connector, connectorLabel, status, lifecycle, statusReason, nextStep, projects, scopes, freshness } =
    integration;
  return (
    <li className={classes.item}>
      <div className={classes.who}>
        <ConnectorIcon connector={connector} label={connectorLabel} size={40} />
        <div style={{ minWidth: 0 }}>
          <div className={classes.name}>
            <Link to="/integrations/$integration" params={{ integration: id }}>
              {name}
            </Link>
            <StatusBadge state={status} />
            {lifecycle !== "active" && <StatusBadge state={lifecycle} />}
          </div>
          <p className={classes.reason}>
            {statusReason} {nextStep}
          </p>
        </div>
      </div>
      <ProgressLine integration={integration} />
      <div className={classes.small}>
        <div>
          Data through <RelativeTime at={freshness.dataThrough} otherwise="– (nothing yet)" />
        </div>
        <div className="ll-number">
          {scopes.selected.toLocaleString("en")} of {scopes.known.toLocaleString("en")} scopes chosen
        </div>
        <div>
          {projects.length === 0 ? <Tag tone="warn">mapped to no project</Tag> : projects.map((one) => one.name).join(", ")}
        </div>
      </div>
      <ItemMenu integration={integration} />
    </li>
  );
}

function ItemMenu({ integration }: { integration: Integration }) {
  const { pause, resume, run } = useIntegrationActions(integration.id);
  const mayWrite = useMay("integrations:write");
  const mayRun = useMay("integrations:run");
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${integration.name}`} size="lg">
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconRefresh size={15} aria-hidden />}
          disabled={!mayRun || integration.lifecycle !== "active"}
          onClick={() => run.mutate()}
        >
          Read now
        </Menu.Item>
        {integration.lifecycle === "paused" ? (
          <Menu.Item leftSection={<IconPlayerPlay size={15} aria-hidden />} disabled={!mayWrite} onClick={() => resume.mutate()}>
            Resume
          </Menu.Item>
        ) : (
          <Menu.Item
            leftSection={<IconPlayerPause size={15} aria-hidden />}
            disabled={!mayWrite || integration.lifecycle === "deleting"}
            onClick={() => pause.mutate()}
          >
            Pause
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
