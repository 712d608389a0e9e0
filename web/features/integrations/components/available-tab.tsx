import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { ConnectorIcon } from "../../../components/connector-icon.tsx";
import { Tag } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState, LoadingLines } from "../../../components/states.tsx";
import { connectorsQuery } from "../../../lib/queries.ts";
import type { Connector } from "../api/reading.ts";
import classes from "./integrations.module.css";

const categories: Record<Connector["category"], string> = {
  code: "Source code",
  planning: "Planning and issues",
  ci: "Builds and deployments",
  quality: "Code quality",
  operations: "Incidents and operations",
};

interface AvailableTabProps {
  search: string;
  onSearch: (search: string) => void;
}

/** Every connector, by what it brings. */
export function AvailableTab({ search, onSearch }: AvailableTabProps) {
  const connectors = useQuery(connectorsQuery);
  if (connectors.error) return <ErrorState error={connectors.error} onRetry={() => void connectors.refetch()} />;
  if (!connectors.data) return <LoadingLines lines={3} height={90} />;
  const wanted = search.toLowerCase();
  const found = connectors.data.filter((one) =>
    `${one.label} ${one.summary} ${categories[one.category]}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <TextInput
        aria-label="Search connectors"
        placeholder="Search connectors"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
        maw={340}
      />
      {found.length === 0 && (
        <EmptyState
          title={`No connector matches “${search}”`}
          text="Anything that can make an HTTP call can still send deployments and runs to the CI/CD interface."
        />
      )}
      {Object.entries(categories).map(([category, label]) => (
        <Category key={category} label={label} connectors={found.filter((one) => one.category === category)} />
      ))}
    </>
  );
}

function Category({ label, connectors }: { label: string; connectors: readonly Connector[] }) {
  if (connectors.length === 0) return null;
  return (
    <section aria-label={label} className={classes.section}>
      <h2 className={classes.category}>{label}</h2>
      <ul className={classes.cards}>
        {connectors.map((connector) => (
          <li key={connector.name}>
            <Link to="/integrations/connect/$connector" params={{ connector: connector.name }} className={classes.card}>
              <ConnectorIcon connector={connector.name} label={connector.label} size={40} />
              <div>
                <div className={classes.cardTitle}>
                  {connector.label}
                  {connector.integrationCount > 0 && <Tag tone="good">{connector.integrationCount} connected</Tag>}
                </div>
                <p className={classes.cardText}>{connector.summary}</p>
              </div>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
