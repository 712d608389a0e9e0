import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Meter } from "../../../components/meter.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { ErrorState, LoadingLines, ProblemNotice } from "../../../components/states.tsx";
import { formatDay } from "../../../lib/dates.ts";
import { formatCount, formatDuration } from "../../../lib/format.ts";
import { useMay } from "../../../lib/session.ts";
import { type Backfill, backfillsQuery, type BackfillWish, useBackfillActions } from "../api/backfills.ts";
import type { Integration } from "../api/reading.ts";
import { BackfillDialog } from "./backfill-dialog.tsx";
import classes from "./backfills.module.css";
import { etaText } from "./progress-line.tsx";

const shown = 5;

/** History under people's control: what is being read of it, how long that takes, and a way to ask for more. */
export function BackfillsPanel({ integration }: { integration: Integration }) {
  const backfills = useQuery(backfillsQuery(integration.id));
  const [isOpen, dialog] = useDisclosure();
  const [first, setFirst] = useState<Partial<BackfillWish>>({});
  const [isAll, setAll] = useState(false);
  const mayRun = useMay("integrations:run") && integration.lifecycle === "active";
  const items = backfills.data?.items ?? [];
  const begin = (wish: Partial<BackfillWish>) => {
    setFirst(wish);
    dialog.open();
  };
  return (
    <Panel
      title="Backfills"
      lead="History is read beside what is new and never delays it. Pause it, resume it, or ask for more."
      actions={
        <Button size="xs" leftSection={<IconHistory size={15} aria-hidden />} onClick={() => begin({})} disabled={!mayRun}>
          Backfill …
        </Button>
      }
    >
      {backfills.error && !backfills.data && (
        <ErrorState error={backfills.error} onRetry={() => void backfills.refetch()} isCompact />
      )}
      {backfills.isPending && <LoadingLines lines={3} />}
      <ul className={classes.list} aria-label="Backfills">
        {items.slice(0, isAll ? items.length : shown).map((one) => (
          <Row key={one.id} backfill={one} mayRun={mayRun} onAgain={begin} />
        ))}
      </ul>
      {items.length > shown && (
        <Button size="compact-xs" variant="subtle" mt="xs" onClick={() => setAll(!isAll)}>
          {isAll ? "Show fewer" : `Show ${items.length - shown} more`}
        </Button>
      )}
      {isOpen && <BackfillDialog integration={integration} first={first} onClose={dialog.close} />}
    </Panel>
  );
}

interface RowProps {
  backfill: Backfill;
  mayRun: boolean;
  onAgain: (wish: Partial<BackfillWish>) => void;
}

function Row({ backfill, mayRun, onAgain }: RowProps) {
  const { status, share, error, createdBy, createdAt, actual, sentence, measuredAt } = backfill;
  const isRunning = status === "running";
  const isOver = status === "succeeded" || status === "cancelled";
  return (
    <li className={classes.row} aria-label={titleOf(backfill)}>
      <div className={classes.head}>
        <span className={classes.title}>{titleOf(backfill)}</span>
        <StatusBadge state={status} />
        <Actions backfill={backfill} mayRun={mayRun} onAgain={onAgain} />
      </div>
      {!isOver && (
        <Meter share={share} label={`Done of ${titleOf(backfill)}`} tone={error ? "bad" : "info"} isLive={isRunning} isThin />
      )}
      <div className={classes.stand}>
        <span>
          {isRunning && backfill.waitingUntil ? <WaitText at={backfill.waitingUntil} /> : standOf(backfill) || sentence}
        </span>
        <span>
          {formatCount(actual.requests)} calls, {formatCount(actual.records)} records
          {measuredAt && actual.seconds >= 1 ? `, ${formatDuration(actual.seconds)}` : ""}
        </span>
      </div>
      {error && <ProblemNotice problem={error} />}
      <Text size="xs" c="dimmed">
        {scopeText(backfill)} · {backfill.order === "newest-first" ? "newest first" : "oldest first"} · priority{" "}
        {backfill.priority} · at most {Math.round(backfill.maxShare * 100)}% of what remains of the quota ·{" "}
        {backfill.isAutomatic ? "made by itself" : `asked for by ${createdBy}`} <RelativeTime at={createdAt} />
      </Text>
    </li>
  );
}

const WaitText = ({ at }: { at: string }) => (
  <>
    The vendor's quota is used up; reading goes on <RelativeTime at={at} />.
  </>
);

/** While it runs: how much is done, and how long the rest takes, with its band. */
function standOf({ status, share, etaSeconds, etaLowSeconds, etaHighSeconds }: Backfill): string | null {
  if (status !== "running") return null;
  const done = share === null ? "Begun" : `${Math.floor(share * 100)}% done`;
  return `${done}, ${etaText({ state: "running", share, etaSeconds, etaLowSeconds, etaHighSeconds })}`;
}

function Actions({ backfill, mayRun, onAgain }: RowProps) {
  const { id, integration, status } = backfill;
  const { pause, resume, cancel } = useBackfillActions(integration);
  const isBusy = pause.isPending || resume.isPending || cancel.isPending;
  const isOpen = status !== "succeeded" && status !== "cancelled";
  const button = (label: string, onClick: () => void) => (
    <Button
      size="compact-xs"
      variant="default"
      onClick={onClick}
      disabled={!mayRun || isBusy}
      aria-label={`${label} ${titleOf(backfill)}`}
    >
      {label}
    </Button>
  );
  return (
    <Group gap={6} className={classes.actions}>
      {(status === "running" || status === "scheduled" || status === "failed") && button("Pause", () => pause.mutate(id))}
      {(status === "paused" || status === "failed") &&
        button(status === "failed" ? "Try now" : "Resume", () => resume.mutate(id))}
      {isOpen && button("Cancel", () => cancel.mutate(id))}
      {!isOpen && button("Run again …", () => onAgain(wishOf(backfill)))}
    </Group>
  );
}

/** The same range once more. */
function wishOf({ since, until, streams, scopes, order, priority, maxShare }: Backfill): Partial<BackfillWish> {
  return {
    since: since?.slice(0, 10) ?? null,
    ...(until ? { until: until.slice(0, 10) } : {}),
    ...(streams ? { streams } : {}),
    ...(scopes ? { scopes: scopes.map(({ id }) => id) } : {}),
    order,
    priority,
    maxShare,
    again: true,
  };
}

function titleOf({ since, until, mode }: Backfill): string {
  const from = since ? formatDay(since) : "the beginning";
  if (until) return `${formatDay(since ?? until)} to ${formatDay(until)}, read again`;
  return mode === "again" ? `Since ${from}, read again` : `Back to ${from}`;
}

function scopeText({ streams, scopes }: Backfill): string {
  const what = streams ? streams.join(", ") : "All streams";
  if (!scopes) return what;
  const names = scopes.slice(0, 3).map(({ id, name }) => name ?? `${id} (gone)`);
  return `${what} of ${names.join(", ")}${scopes.length > names.length ? ` and ${scopes.length - names.length} more` : ""}`;
}
