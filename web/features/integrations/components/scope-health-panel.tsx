import { useQuery } from "@tanstack/react-query";

import { CsvButton } from "../../../components/csv-button.tsx";
import { DataTable } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { formatCount, formatDuration, unknown } from "../../../lib/format.ts";
import { healthQuery, scopeHealthQuery } from "../api/reading.ts";

/** Every scope by its own health, so that a few that fail do not hide among many that work. */
export function ScopeHealthPanel({ integration }: { integration: string }) {
  const { data: health } = useQuery(healthQuery(integration));
  const { data: scopes } = useQuery(scopeHealthQuery(integration));
  if (!scopes || scopes.total === 0 || !health) return null;
  const { total, healthy, unknown: silent, failed } = health.scopes;
  const lead = `${formatCount(healthy)} of ${formatCount(total)} scopes are healthy, ${formatCount(failed)} fail, ${formatCount(silent)} are unknown.`;
  return (
    <Panel
      title="Health of scopes"
      lead={lead}
      isFlush
      actions={
        <CsvButton
          name={`${integration}-scope-health`}
          header={["scope", "status", "reason", "nextStep", "lastSuccessAt", "lagSeconds"]}
          rows={() =>
            scopes.items.map((row) => [row.scope, row.status, row.reason, row.nextStep, row.lastSuccessAt, row.lagSeconds])
          }
        />
      }
      foot={scopes.items.length < total ? `The ${scopes.items.length} worst are shown.` : undefined}
    >
      <DataTable
        label="Health of scopes"
        maxHeight={320}
        minWidth={620}
        rows={scopes.items}
        keyOf={(row) => row.scopeId}
        columns={[
          { id: "scope", header: "Scope", cell: (row) => row.scope, sortBy: (row) => row.scope },
          { id: "status", header: "Health", cell: (row) => <StatusBadge state={row.status} />, sortBy: (row) => row.status },
          {
            id: "success",
            header: "Last success",
            cell: (row) => <RelativeTime at={row.lastSuccessAt} otherwise="never" />,
            sortBy: (row) => row.lastSuccessAt,
          },
          {
            id: "lag",
            header: "Age of data",
            align: "right",
            cell: (row) => (row.lagSeconds === null ? unknown : formatDuration(row.lagSeconds)),
            sortBy: (row) => row.lagSeconds,
          },
          { id: "reason", header: "Why", cell: (row) => `${row.reason} ${row.nextStep ?? ""}` },
        ]}
      />
    </Panel>
  );
}
