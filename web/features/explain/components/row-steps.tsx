import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { JsonViewer } from "../../../components/code.tsx";
import { DataTable } from "../../../components/data-table.tsx";
import { ErrorState, LoadingLines, Notice } from "../../../components/states.tsx";
import { type Cell, useCellPanels } from "../../../lib/cell.ts";
import { formatInstantUtc } from "../../../lib/dates.ts";
import { unknown } from "../../../lib/format.ts";
import { type Explanation, type FactRow, payloadQuery } from "../api/explain-queries.ts";
import { Step } from "./step.tsx";
import classes from "./explain.module.css";
import { rowName } from "../../../lib/row-name.ts";

interface RowStepsProps {
  cell: Cell;
  explanation: Explanation;
  isPending: boolean;
}

/** One row: its values, the entities it was built from, and the archived payloads of those. */
export function RowSteps({ cell, explanation, isPending }: RowStepsProps) {
  if (!cell.row) return <ChooseRow cell={cell} rows={explanation.rows} />;
  if (isPending)
    return (
      <Step number={5} title="One row">
        <LoadingLines lines={6} />
      </Step>
    );
  const row = explanation.rows.find((one) => one["id"] === cell.row);
  return (
    <>
      <RowStep cell={cell} row={row} />
      <EntitiesStep explanation={explanation} />
      <PayloadsStep explanation={explanation} />
    </>
  );
}

function ChooseRow({ cell, rows }: { cell: Cell; rows: readonly FactRow[] }) {
  const { openExplain } = useCellPanels();
  return (
    <Step number={5} title="One row, down to what the vendor sent">
      <p className={classes.dim}>Choose a row to see the entities it was built from and the archived answers of the vendor.</p>
      {rows.length > 0 && (
        <div className={classes.table}>
          <DataTable
            label="Rows"
            rows={rows.slice(0, 10)}
            keyOf={(row) => String(row["id"])}
            columns={[
              { id: "id", header: "Row", cell: (row) => <span title={String(row["id"])}>{rowName(row)}</span> },
              {
                id: "open",
                header: "",
                hiddenHeader: "Open",
                align: "right",
                cell: (row) => (
                  <Button
                    size="compact-xs"
                    variant="light"
                    onClick={() => openExplain({ ...cell, row: String(row["id"]) })}
                    aria-label={`Open ${rowName(row)}`}
                  >
                    Open
                  </Button>
                ),
              },
            ]}
          />
        </div>
      )}
    </Step>
  );
}

function RowStep({ cell, row }: { cell: Cell; row: FactRow | undefined }) {
  const { openExplain } = useCellPanels();
  const known = Object.entries(row ?? {}).filter(([, value]) => value !== null && value !== "");
  return (
    <Step number={5} title={row ? `One row: ${rowName(row)}` : "One row"}>
      <dl className={classes.pairs}>
        {known.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
      <div>
        <Button size="xs" variant="default" onClick={() => openExplain({ ...cell, row: undefined })}>
          Back to all rows
        </Button>
      </div>
    </Step>
  );
}

function EntitiesStep({ explanation: { entities } }: { explanation: Explanation }) {
  return (
    <Step number={6} title={`Built from ${entities.length} ${entities.length === 1 ? "entity" : "entities"}`}>
      <div className={classes.table}>
        <DataTable
          label="Entities"
          rows={entities}
          keyOf={(entity) => `${entity.entity} ${entity.id}`}
          maxHeight={280}
          columns={[
            { id: "entity", header: "Table", cell: (entity) => <code>{entity.entity}</code> },
            { id: "id", header: "Id", cell: (entity) => <span className={classes.hash}>{entity.id}</span> },
            {
              id: "hash",
              header: "Record",
              cell: (entity) => (entity.rawHash ? <span className={classes.hash}>{entity.rawHash.slice(0, 12)}</span> : unknown),
            },
          ]}
        />
      </div>
    </Step>
  );
}

function PayloadsStep({ explanation: { payloads } }: { explanation: Explanation }) {
  const [open, setOpen] = useState<string | null>(null);
  const hash = open ?? payloads[0]?.hash ?? null;
  return (
    <Step number={7} title="What the vendor sent">
      {payloads.length === 0 && (
        <Notice>
          No archived payload belongs to this row. Its entities were made by Leadline from others, such as links between them.
        </Notice>
      )}
      {payloads.length > 0 && (
        <div className={classes.table}>
          <DataTable
            label="Payloads"
            rows={payloads}
            keyOf={(payload) => payload.hash}
            maxHeight={260}
            columns={[
              { id: "stream", header: "Stream", cell: (payload) => payload.stream },
              {
                id: "key",
                header: "Key",
                cell: (payload) => <span className={classes.hash}>{payload.nativeKey ?? unknown}</span>,
              },
              {
                id: "fetched",
                header: "Fetched",
                cell: (payload) => (payload.fetchedAt ? formatInstantUtc(payload.fetchedAt) : unknown),
              },
              {
                id: "open",
                header: "",
                hiddenHeader: "Open",
                cell: (payload) => (
                  <Anchor
                    component="button"
                    type="button"
                    size="sm"
                    onClick={() => setOpen(payload.hash)}
                    aria-pressed={payload.hash === hash}
                  >
                    {payload.hash === hash ? "shown below" : "show"}
                  </Anchor>
                ),
              },
            ]}
          />
        </div>
      )}
      {hash && <PayloadView hash={hash} />}
    </Step>
  );
}

function PayloadView({ hash }: { hash: string }) {
  const { data: payload, error, refetch } = useQuery(payloadQuery(hash));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} isCompact />;
  if (!payload) return <LoadingLines lines={8} />;
  return (
    <>
      <dl className={classes.pairs}>
        <dt>Request</dt>
        <dd className={classes.hash}>{payload.request ?? unknown}</dd>
        <dt>Answered</dt>
        <dd>
          {payload.status === null ? "" : `status ${payload.status}, `}
          {formatInstantUtc(payload.fetchedAt)}
        </dd>
        <dt>SHA-256</dt>
        <dd className={classes.hash}>{payload.hash}</dd>
        <dt>Integration</dt>
        <dd>
          {payload.integration} · {payload.stream}
          {payload.isLatest === false ? " · a newer version of this record exists" : ""}
        </dd>
      </dl>
      <JsonViewer value={payload.body} label="payload" />
    </>
  );
}
