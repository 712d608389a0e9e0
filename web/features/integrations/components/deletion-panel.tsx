import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { Meter } from "../../../components/meter.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { ErrorState, Notice, ProblemNotice } from "../../../components/states.tsx";
import type { Schemas } from "../../../lib/api.ts";
import { formatInstant } from "../../../lib/dates.ts";
import { formatCount, formatDuration } from "../../../lib/format.ts";
import { useMay } from "../../../lib/session.ts";
import { useIntegrationActions } from "../api/changing.ts";
import { deletionQuery } from "../api/reading.ts";
import classes from "./detail.module.css";

type Deletion = Schemas["Deletion"];

const steps: Record<Deletion["step"], string> = {
  waiting: "Nothing is touched yet.",
  rows: "Rows and archived pages are being removed.",
  facts: "Links and facts are being built without it.",
  scan: "Every table is looked through for what may be left.",
  done: "Nothing is left.",
};

/** A deletion while it lasts, and its proof when it is over. */
export function DeletionPanel({ integration, isGone, error }: { integration: string; isGone: boolean; error: unknown }) {
  const { data: deletion } = useQuery(deletionQuery(integration));
  if (!deletion) {
    return isGone ? (
      <Panel>
        <ErrorState error={error} />
      </Panel>
    ) : null;
  }
  return (
    <div style={{ marginBottom: 16 }} aria-live="polite">
      {deletion.proof ? <Proof deletion={deletion} proof={deletion.proof} /> : <Progress deletion={deletion} />}
    </div>
  );
}

function Progress({ deletion }: { deletion: Deletion }) {
  const { integration, step, rowsTotal, rowsLeft, share, etaSeconds, isCancellable, beginsAt, requestedBy } = deletion;
  const { keep } = useIntegrationActions(integration);
  const mayWrite = useMay("integrations:write");
  return (
    <Panel title={`Deleting ${deletion.name}`} lead={`Asked for by ${requestedBy}. ${steps[step]}`}>
      <Meter share={share} label="Deletion" isLive />
      <Text size="sm" mt="xs" c="dimmed">
        {rowsTotal === null || rowsLeft === null ? (
          <>
            It begins <RelativeTime at={beginsAt} />.
          </>
        ) : (
          `${formatCount(rowsLeft)} of ${formatCount(rowsTotal)} rows left`
        )}
        {etaSeconds !== null && `, about ${formatDuration(Math.ceil(etaSeconds))} more`}
      </Text>
      {keep.error && <ProblemNotice problem={keep.error} />}
      <Button
        mt="sm"
        variant="default"
        onClick={() => keep.mutate()}
        loading={keep.isPending}
        disabled={!isCancellable || !mayWrite}
      >
        {isCancellable ? "Keep it after all" : "Too late to keep it: rows are gone"}
      </Button>
    </Panel>
  );
}

function Proof({ deletion, proof }: { deletion: Deletion; proof: NonNullable<Deletion["proof"]> }) {
  const facts: [string, string][] = [
    ["Asked for", `${formatInstant(deletion.requestedAt)} by ${deletion.requestedBy}`],
    ["Done", deletion.finishedAt ? formatInstant(deletion.finishedAt) : ""],
    ["Rows removed", formatCount(proof.rowsRemoved)],
    ["Archived pages removed", formatCount(proof.filesRemoved)],
    ["Tables looked through", formatCount(proof.tables)],
    ["Columns looked through", formatCount(proof.columns)],
    ["Found", proof.left.length === 0 ? "nothing" : formatCount(proof.left.length)],
  ];
  return (
    <Panel title={`${deletion.name} was deleted`}>
      <div className={classes.details}>
        <Notice tone="good">
          A scan of every table and of the archive found nothing of it. The audit trail keeps this result.
        </Notice>
        <dl className={classes.detailGrid}>
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <div>
          <Button component={Link} to="/integrations" variant="default">
            My integrations
          </Button>
        </div>
      </div>
    </Panel>
  );
}
