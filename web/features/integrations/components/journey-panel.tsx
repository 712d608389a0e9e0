import { Button, Group, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { DataTable } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { ErrorState, LoadingLines, Notice } from "../../../components/states.tsx";
import type { Schemas } from "../../../lib/api.ts";
import { formatInstant } from "../../../lib/dates.ts";
import { formatCount, unknown } from "../../../lib/format.ts";
import { type Journey, type JourneyAsked, journeyQuery } from "../api/reading.ts";
import classes from "./detail.module.css";
import { PayloadView } from "./payload-view.tsx";

const route = getRouteApi("/integrations/$integration");

type Candidate = Schemas["JourneyCandidate"];

/** Where a pull request, an issue, a commit or a run is: when it was read, and what came of it. */
export function JourneyPanel({ integration }: { integration: string }) {
  const { record, pick } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(record ?? "");
  const ask = (key: string | undefined, chosen?: string) =>
    void navigate({ search: (before) => ({ ...before, record: key, pick: chosen }), replace: true });
  return (
    <Panel
      title="Where is my pull request?"
      lead="A number, an issue key, a commit, a run or an address; acme/pay#12 names one place."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask(text.trim() || undefined);
        }}
      >
        <Group gap="xs" align="flex-end">
          <TextInput
            aria-label="Record to look for"
            placeholder="#12"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            style={{ flex: "1 1 180px", maxWidth: 360 }}
          />
          <Button type="submit" variant="default" disabled={text.trim() === ""}>
            Find
          </Button>
        </Group>
      </form>
      {record !== undefined && (
        <div style={{ marginTop: 16 }} aria-live="polite">
          <Answer
            integration={integration}
            asked={{ key: record, ...chosenOf(pick) }}
            onPick={(one) => ask(record, nameOf(one))}
          />
        </div>
      )}
    </Panel>
  );
}

const nameOf = ({ stream, scopeId, nativeKey }: Candidate) => JSON.stringify([stream, scopeId, nativeKey]);

function chosenOf(pick: string | undefined): Partial<JourneyAsked> {
  try {
    const [stream, scope, nativeKey] = JSON.parse(pick ?? "[]") as string[];
    return { stream, scope, nativeKey };
  } catch {
    return {};
  }
}

interface AnswerProps {
  integration: string;
  asked: JourneyAsked;
  onPick: (candidate: Candidate) => void;
}

function Answer({ integration, asked, onPick }: AnswerProps) {
  const answer = useQuery(journeyQuery(integration, asked));
  if (answer.error) return <ErrorState error={answer.error} onRetry={() => void answer.refetch()} isCompact />;
  if (!answer.data) return <LoadingLines lines={4} />;
  const { sentence, candidates, journey } = answer.data;
  return (
    <div className={classes.details}>
      <Notice tone={journey ? "info" : "warn"}>{sentence}</Notice>
      {!journey && candidates.length > 0 && (
        <DataTable
          label="Records that may be meant"
          maxHeight={300}
          rows={candidates}
          keyOf={nameOf}
          columns={[
            { id: "scope", header: "Scope", cell: (one) => one.scope },
            { id: "stream", header: "Stream", cell: (one) => one.stream },
            { id: "label", header: "Title", cell: (one) => one.label ?? one.nativeKey },
            {
              id: "choose",
              header: "",
              hiddenHeader: "Choose",
              cell: (one) => (
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => onPick(one)}
                  aria-label={`Choose ${one.nativeKey} of ${one.stream} in ${one.scope}`}
                >
                  Choose
                </Button>
              ),
            },
          ]}
        />
      )}
      {journey && <Told journey={journey} />}
    </div>
  );
}

function Told({ journey }: { journey: Journey }) {
  const [open, setOpen] = useState<string | null>(null);
  const at = (instant: string | null) => (instant ? formatInstant(instant) : unknown);
  const facts: [string, string][] = [
    ["Stream", journey.stream],
    ["Scope", journey.scope],
    ["Key", journey.nativeKey],
    ["First read", at(journey.firstReadAt)],
    ["Last read", at(journey.lastReadAt)],
    ["By", journey.lastTask ? `${journey.lastTask.kind}, ${journey.lastTask.status}` : unknown],
    ["Read again", journey.unfinished ? at(journey.unfinished.nextReadAt) : "when it changes"],
    ["Facts", journey.facts.map((one) => `${one.fact} (${formatCount(one.rows)})`).join(", ") || "none"],
  ];
  return (
    <>
      <dl className={classes.detailGrid}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {journey.quarantined.map((one) => (
        <Notice key={one.hash} tone={one.resolvedAt ? "info" : "warn"}>
          {one.resolvedAt ? "Was in quarantine" : "In quarantine"} since {at(one.seenAt)}: <code>{one.path}</code> {one.message}
        </Notice>
      ))}
      <DataTable
        label="Versions"
        maxHeight={420}
        rows={journey.versions}
        keyOf={(one) => one.hash}
        openKey={open}
        details={(one) => <PayloadView hash={one.hash} label="Archived record" />}
        columns={[
          { id: "changed", header: "Changed at the vendor", cell: (one) => at(one.changedAt) },
          { id: "first", header: "First read", cell: (one) => at(one.firstSeenAt) },
          { id: "last", header: "Last seen", cell: (one) => at(one.lastSeenAt) },
          { id: "task", header: "Task", cell: (one) => (one.task ? one.task.kind : "no longer in the log") },
          { id: "page", header: "Page", cell: (one) => <code>{one.page?.request ?? unknown}</code> },
          {
            id: "open",
            header: "",
            hiddenHeader: "Archived record",
            cell: (one) => (
              <Button
                size="compact-xs"
                variant="default"
                aria-expanded={open === one.hash}
                onClick={() => setOpen(open === one.hash ? null : one.hash)}
              >
                {open === one.hash ? "Close" : one.isLatest ? "Open the newest" : "Open"}
              </Button>
            ),
          },
        ]}
      />
      <DataTable
        label="Rows that came of it"
        maxHeight={260}
        rows={journey.rows}
        keyOf={(row) => `${row.table} ${row.id}`}
        columns={[
          { id: "table", header: "Table", cell: (row) => row.table, sortBy: (row) => row.table },
          { id: "id", header: "Row", cell: (row) => <code>{row.id}</code> },
          { id: "gone", header: "Gone", cell: (row) => (row.deletedAt ? at(row.deletedAt) : "") },
        ]}
      />
    </>
  );
}
