import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { CodeBlock, JsonViewer } from "../../../components/code.tsx";
import { DataTable } from "../../../components/data-table.tsx";
import { ErrorState, LoadingLines } from "../../../components/states.tsx";
import { type Cell, queryOf, useCellPanels } from "../../../lib/cell.ts";
import { formatCount } from "../../../lib/format.ts";
import type { Metric } from "../../../lib/metric-query.ts";
import { type Explanation, explanationQuery } from "../api/explain-queries.ts";
import { catalogueQuery } from "../../../lib/queries.ts";
import { CellTitle, useCellMetric } from "./cell-title.tsx";
import classes from "./explain.module.css";
import { reasonText } from "./row-columns.tsx";
import { RowSteps } from "./row-steps.tsx";
import { Step } from "./step.tsx";

/** From a number to its definition, its query, its settings, its rows, and the bytes that the vendor sent. */
export function ExplainWalk({ cell }: { cell: Cell }) {
  const metric = useCellMetric(cell);
  const { data: explanation, error, refetch, isPlaceholderData } = useQuery(explanationQuery(cell));
  if (error && !explanation) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <div>
      <CellTitle cell={cell} />
      {!explanation || !metric ? (
        <LoadingLines lines={12} height={20} gap={18} />
      ) : (
        <ol className={classes.walk}>
          <DefinitionStep metric={metric} />
          <QueryStep cell={cell} explanation={explanation} />
          <SettingsStep explanation={explanation} />
          <RowsStep cell={cell} explanation={explanation} />
          <RowSteps cell={cell} explanation={explanation} isPending={isPlaceholderData} />
        </ol>
      )}
    </div>
  );
}

const betterWords = { higher: "higher is better", lower: "lower is better", neither: "neither direction is better" };

function DefinitionStep({ metric }: { metric: Metric }) {
  const formula = metric.sql ?? `${metric.value}${metric.where ? `\nwhere ${metric.where}` : ""}`;
  return (
    <Step number={1} title="The definition">
      <p>{metric.description}</p>
      <dl className={classes.pairs}>
        <dt>Metric</dt>
        <dd>
          <code>{metric.name}</code>, version {metric.version}
        </dd>
        <dt>One row is</dt>
        <dd>
          a row of <code>{metric.fact}</code>, counted by <code>{metric.when}</code>
        </dd>
        <dt>Unit</dt>
        <dd>
          {metric.unit}; {betterWords[metric.better]}; an empty period is{" "}
          {metric.empty === "zero" ? "zero" : "unknown, never zero"}
        </dd>
      </dl>
      <CodeBlock text={formula} label="formula" />
    </Step>
  );
}

function QueryStep({ cell, explanation }: { cell: Cell; explanation: Explanation }) {
  return (
    <Step number={2} title="The query and its SQL">
      <JsonViewer value={queryOf(cell)} label="query" />
      <CodeBlock text={explanation.sql} label="SQL" />
      {explanation.values.length > 0 && (
        <dl className={classes.pairs}>
          {explanation.values.map((value, index) => (
            <div key={index} style={{ display: "contents" }}>
              <dt>
                <code>${index + 1}</code>
              </dt>
              <dd>
                <code>{JSON.stringify(value)}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Step>
  );
}

interface ProfileUsed {
  id?: string;
  name?: string;
  version?: number;
  settings?: Record<string, unknown>;
}

/** The profile decides what counts; only the settings that this metric reads are listed. */
function SettingsStep({ explanation }: { explanation: Explanation }) {
  const { id = "default", name = id, version = 1, settings, ...rest } = explanation.profile as ProfileUsed;
  const used = Object.entries(settings ?? rest);
  return (
    <Step number={3} title="The settings that decide what counts">
      <p className={classes.dim}>
        Profile {name}, version {version}.
      </p>
      <dl className={classes.pairs}>
        {used.map(([setting, value]) => (
          <div key={setting} style={{ display: "contents" }}>
            <dt>
              <code>{setting}</code>
            </dt>
            <dd>
              <code>{JSON.stringify(value)}</code>
            </dd>
          </div>
        ))}
      </dl>
    </Step>
  );
}

function RowsStep({ cell, explanation }: { cell: Cell; explanation: Explanation }) {
  const { openItems } = useCellPanels();
  const { counted, leftOut } = explanation;
  const { data: catalogue } = useQuery(catalogueQuery);
  const fact = catalogue?.items.find((metric) => metric.name === cell.metric)?.fact;
  const columns = catalogue?.facts.find((one) => one.name === fact)?.dimensions ?? [];
  return (
    <Step number={4} title={`${formatCount(counted)} ${counted === 1 ? "row" : "rows"} counted`}>
      {leftOut.length === 0 ? (
        <p className={classes.dim}>Nothing of this range and these filters was left out.</p>
      ) : (
        <div className={classes.table}>
          <DataTable
            label="Rows left out"
            rows={leftOut}
            keyOf={(row) => row.reason}
            columns={[
              {
                id: "reason",
                header: "Left out because",
                cell: (row) => <span title={row.reason}>{reasonText(row.reason, columns)}</span>,
              },
              { id: "rows", header: "Rows", align: "right", cell: (row) => formatCount(row.rows) },
            ]}
          />
        </div>
      )}
      <div>
        <Button size="xs" variant="default" onClick={() => openItems({ ...cell, row: undefined })}>
          See every row
        </Button>
      </div>
    </Step>
  );
}
