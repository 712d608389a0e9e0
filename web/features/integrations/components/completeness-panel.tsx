import { Button, Checkbox, Select, Skeleton, Text, TextInput } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { DataTable, MoreRows, type TableColumn } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState, ProblemNotice } from "../../../components/states.tsx";
import { formatCount } from "../../../lib/format.ts";
import { type ComparedScope, completenessQuery, type Reconciliation, useCompletenessActions } from "../api/completeness.ts";
import type { Integration } from "../api/reading.ts";
import classes from "./detail.module.css";

/** What the vendor lists against what is stored: the proof that nothing is lost. */
export function CompletenessPanel({ integration }: { integration: Integration }) {
  const [search, setSearch] = useState("");
  const [differs, setDiffers] = useState(false);
  const compared = useInfiniteQuery(completenessQuery(integration.id, { search, differs }));
  const { run, setEvery } = useCompletenessActions(integration.id);
  const first = compared.data?.pages[0];
  const rows = compared.data?.pages.flatMap((page) => page.items) ?? [];
  const isBusy = first?.state === "running" || first?.state === "queued";
  return (
    <Panel
      title="Completeness"
      lead={first?.sentence ?? "The vendor's lists against what is stored."}
      actions={
        <>
          <Select
            size="xs"
            w={150}
            aria-label="How often to compare"
            allowDeselect={false}
            data={intervals(first?.everySeconds)}
            value={first ? String(first.everySeconds) : null}
            onChange={(value) => value && setEvery.mutate(Number(value))}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={15} aria-hidden />}
            loading={run.isPending}
            disabled={isBusy || integration.lifecycle !== "active"}
            onClick={() => run.mutate()}
          >
            Compare now
          </Button>
        </>
      }
    >
      {compared.error && !compared.data && (
        <ErrorState error={compared.error} onRetry={() => void compared.refetch()} isCompact />
      )}
      {compared.isPending && <Skeleton height={260} radius={0} />}
      {(run.error ?? setEvery.error) && <ErrorState error={(run.error ?? setEvery.error)!} isCompact />}
      {first && (
        <div className={classes.stack}>
          <State found={first} />
          <Sequences found={first} />
          <div className={classes.filters}>
            <TextInput
              size="xs"
              aria-label="Filter scopes and streams"
              placeholder="Filter scopes and streams"
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
            <Checkbox
              size="xs"
              label="Only where something differs"
              checked={differs}
              onChange={(event) => setDiffers(event.currentTarget.checked)}
            />
          </div>
          <DataTable
            label="Comparison by scope and stream"
            columns={columns}
            rows={rows}
            keyOf={(row) => `${row.scopeId} ${row.stream}`}
            maxHeight={420}
            minWidth={840}
            empty={<EmptyState isCompact title="Nothing to show" text={emptyText(first, search !== "" || differs)} />}
          />
          {rows.length > 0 && (
            <MoreRows
              shown={rows.length}
              total={first.total}
              hasMore={compared.hasNextPage}
              isLoading={compared.isFetchingNextPage}
              onMore={() => void compared.fetchNextPage()}
              noun="comparisons"
            />
          )}
        </div>
      )}
    </Panel>
  );
}

function State({ found }: { found: Reconciliation }) {
  const { totals, progress, finishedAt, nextAt, error, vanished, state, rule } = found;
  return (
    <>
      <dl className={classes.numbers} style={{ marginTop: 0 }}>
        <Figure name="Expected">{formatCount(totals.expected)}</Figure>
        <Figure name="Stored">{formatCount(totals.stored)}</Figure>
        <Figure name="Missing, last time">{formatCount(totals.missing)}</Figure>
        <Figure name="Healed">{formatCount(totals.healed)}</Figure>
        <Figure name="In doubt">{formatCount(totals.candidates)}</Figure>
        <Figure name="Last comparison">{finishedAt ? <RelativeTime at={finishedAt} /> : "never"}</Figure>
        <Figure name="Next">
          {progress ? (
            `running: ${formatCount(progress.done)} of ${formatCount(progress.total)}`
          ) : state === "queued" ? (
            "soon"
          ) : nextAt ? (
            <RelativeTime at={nextAt} />
          ) : (
            "when it reads"
          )}
        </Figure>
      </dl>
      {error && <ProblemNotice problem={error} />}
      <Text size="sm" c="dimmed">
        {rule}
      </Text>
      {vanished.length > 0 && (
        <Text size="sm">
          No longer visible to the credential, their rows are kept: {vanished.map(({ scope }) => scope).join(", ")}.
        </Text>
      )}
    </>
  );
}

const Figure = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** Numbered things prove themselves: every number from 1 on is accounted for, or is named. */
function Sequences({ found: { sequences } }: { found: Reconciliation }) {
  const [isOpen, setOpen] = useState(false);
  if (sequences.length === 0) return null;
  const lost = sequences.reduce((sum, one) => sum + one.lost, 0);
  const numbers = sequences.reduce((sum, one) => sum + one.highest, 0);
  const summary =
    lost > 0
      ? `${formatCount(lost)} of ${formatCount(numbers)} numbers are not accounted for.`
      : `All ${formatCount(numbers)} numbers in ${formatCount(sequences.length)} scopes are present or known to be gone.`;
  return (
    <div>
      <Text size="sm">
        {summary}{" "}
        <Button size="compact-xs" variant="subtle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide" : "Show each"}
        </Button>
      </Text>
      {isOpen && (
        <ul className={classes.sequences}>
          {sequences.map((one) => (
            <li key={one.scopeId}>{one.sentence}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

type Figures = "expected" | "stored" | "missing" | "healed" | "stale" | "gone" | "outside";

const count = (id: Figures, header: string): TableColumn<ComparedScope> => ({
  id,
  header,
  align: "right",
  cell: (row) => formatCount(row[id]),
  sortBy: (row) => row[id],
});

const columns: TableColumn<ComparedScope>[] = [
  {
    id: "scope",
    header: "Scope",
    width: 200,
    cell: ({ scope, remark, countedAt }) => (
      <div style={{ minWidth: 150 }}>
        <div style={{ fontWeight: 560, overflowWrap: "anywhere" }}>{scope}</div>
        <div style={{ color: "var(--ll-dim)" }}>
          <RelativeTime at={countedAt} />
        </div>
        {remark && <div style={{ color: "var(--ll-warn)" }}>{remark}</div>}
      </div>
    ),
    sortBy: ({ scope }) => scope,
  },
  { id: "stream", header: "Stream", cell: ({ stream }) => stream, sortBy: ({ stream }) => stream },
  { id: "state", header: "State", cell: ({ state }) => <StatusBadge state={state} />, sortBy: ({ state }) => state },
  count("expected", "Expected"),
  count("stored", "Stored"),
  count("missing", "Missing"),
  count("healed", "Healed"),
  count("stale", "Stale"),
  count("gone", "Gone"),
  count("outside", "Older"),
];

const emptyText = ({ state }: Reconciliation, isFiltered: boolean): string => {
  if (isFiltered) return "The filter leaves nothing.";
  return state === "never"
    ? "The first comparison follows the first complete reading."
    : "Nothing that can be listed has been read yet.";
};

const AN_HOUR = 3600;

function intervals(current: number | undefined) {
  const choices = [6 * AN_HOUR, 12 * AN_HOUR, 24 * AN_HOUR, 72 * AN_HOUR, 168 * AN_HOUR];
  if (current !== undefined && !choices.includes(current)) choices.push(current);
  return choices.sort((a, b) => a - b).map((seconds) => ({ value: String(seconds), label: everyWords(seconds / AN_HOUR) }));
}

const everyWords = (hours: number): string =>
  hours === 24 ? "Every day" : hours % 24 === 0 ? `Every ${hours / 24} days` : `Every ${Math.round(hours * 10) / 10} hours`;
