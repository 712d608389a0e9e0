import { Anchor, Button, Select, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { JsonViewer } from "../../../components/code.tsx";
import { DataTable, MoreRows, type TableColumn } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { EmptyState, ErrorState, LoadingLines, ProblemNotice } from "../../../components/states.tsx";
import { toggleColumn } from "../../../components/toggle-column.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { formatInstant } from "../../../lib/dates.ts";
import { formatCount, formatDuration, unknown } from "../../../lib/format.ts";
import { useMay } from "../../../lib/session.ts";
import type { Integration } from "../api/reading.ts";
import { deliveriesQuery, type Delivery, deliveryQuery, useWebhookActions, type Webhook } from "../api/webhooks.ts";
import classes from "./detail.module.css";

const states = [
  { value: "received", label: "Received" },
  { value: "processing", label: "Being read" },
  { value: "done", label: "Read" },
  { value: "ignored", label: "Ignored" },
  { value: "dead", label: "Dead letter" },
];

/** What came, newest first, and what became of it. */
export function DeliveriesPanel({ integration, webhook }: { integration: Integration; webhook: Webhook }) {
  const [status, setStatus] = useState<Delivery["status"] | undefined>();
  const [open, setOpen] = useState<string | null>(null);
  const list = useInfiniteQuery(deliveriesQuery(integration.id, status));
  const { replay, replayAll } = useWebhookActions(integration.id);
  const mayRun = useMay("integrations:run");
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const problem = replay.error ?? replayAll.error;
  return (
    <Panel
      title="Deliveries"
      lead="Kept for a week. A delivery is only a hint: what it names is read again from the vendor."
      isFlush
      actions={
        <>
          {webhook.dead > 0 && (
            <Button
              size="xs"
              variant="default"
              onClick={() => replayAll.mutate()}
              loading={replayAll.isPending}
              disabled={!mayRun}
            >
              Replay all dead letters
            </Button>
          )}
          <Select
            size="xs"
            w={150}
            clearable
            aria-label="State of deliveries"
            placeholder="Any state"
            data={states}
            value={status ?? null}
            onChange={(value) => setStatus((value ?? undefined) as Delivery["status"] | undefined)}
          />
        </>
      }
    >
      {problem && <ProblemNotice problem={problem} />}
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={220} radius={0} />}
      {list.data && (
        <DataTable
          label="Deliveries"
          columns={columns({ open, setOpen, onReplay: mayRun ? (id) => replay.mutate(id) : null })}
          rows={rows}
          keyOf={(delivery) => delivery.id}
          openKey={open}
          details={(delivery) => <Details integration={integration.id} delivery={delivery} />}
          minWidth={720}
          empty={<EmptyState isCompact title="Nothing here" text={webhook.sentence} />}
        />
      )}
      {rows.length > 0 && (
        <MoreRows
          shown={rows.length}
          total={list.data?.pages[0]?.total ?? null}
          hasMore={list.hasNextPage}
          isLoading={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          noun="deliveries"
        />
      )}
    </Panel>
  );
}

interface ColumnParts {
  open: string | null;
  setOpen: (id: string | null) => void;
  onReplay: ((id: string) => void) | null;
}

const columns = ({ open, setOpen, onReplay }: ColumnParts): TableColumn<Delivery>[] => [
  toggleColumn({ keyOf: ({ id }) => id, nameOf: ({ id }) => `delivery ${id}`, open, setOpen }),
  {
    id: "time",
    header: "Arrived",
    cell: ({ receivedAt, via }) => (
      <span style={{ whiteSpace: "nowrap" }}>
        {via === "missed" && "missed, found "}
        <RelativeTime at={receivedAt} />
      </span>
    ),
  },
  { id: "event", header: "Event", cell: ({ event }) => <code>{event}</code> },
  { id: "status", header: "State", cell: ({ status }) => <StatusBadge state={status} /> },
  { id: "outcome", header: "What came of it", cell: ({ outcome }) => outcome ?? unknown },
  {
    id: "lag",
    header: "Read after",
    align: "right",
    cell: ({ lagMs }) => (lagMs === null ? unknown : formatDuration(lagMs / 1000)),
  },
  {
    id: "replay",
    header: "",
    hiddenHeader: "Replay",
    cell: ({ id, status }) => (
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => onReplay?.(id)}
        disabled={!onReplay || status === "processing"}
        aria-label={`Replay delivery ${id}`}
      >
        Replay
      </Button>
    ),
  },
];

function Details({ integration, delivery }: { integration: string; delivery: Delivery }) {
  const facts: [string, string][] = [
    ["Delivery", delivery.id],
    ["Arrived", formatInstant(delivery.receivedAt)],
    ["Tries", formatCount(delivery.attempts)],
    ["Copies", formatCount(delivery.copies)],
    ["Bytes", formatCount(delivery.bytes)],
    ["Next try", delivery.nextAttemptAt ? formatInstant(delivery.nextAttemptAt) : unknown],
  ];
  return (
    <div className={classes.details}>
      <dl className={classes.detailGrid}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {delivery.error && <ProblemNotice problem={delivery.error} />}
      {delivery.hints.map((hint) => (
        <div key={`${hint.stream} ${hint.scope}`}>
          {hint.isGone ? "Said to be gone: " : "Read again: "}
          <strong>{hint.stream}</strong> of {hint.scope === "-" ? "the whole integration" : hint.scope},{" "}
          {hint.keys ? <code>{hint.keys.join(", ")}</code> : "whatever changed"}
        </div>
      ))}
      {delivery.tasks.length > 0 && (
        <Anchor
          component={Link}
          to="/integrations/$integration"
          // Mantine's polymorphic types do not carry the router's.
          {...({ params: { integration }, search: { tab: "monitoring", kind: "webhook" } } as object)}
          inherit
          underline="always"
        >
          {delivery.tasks.length === 1 ? "Its task" : `Its ${delivery.tasks.length} tasks`} in the ingestion log
        </Anchor>
      )}
      {delivery.bodyHash && <Body integration={integration} delivery={delivery.id} />}
    </div>
  );
}

function Body({ integration, delivery }: { integration: string; delivery: string }) {
  const mayRead = useMay("archive:read");
  const { data, error } = useQuery({ ...deliveryQuery(integration, delivery), enabled: mayRead });
  if (!mayRead) return null;
  if (error) return <ProblemNotice problem={error} />;
  if (!data) return <LoadingLines lines={3} />;
  return <JsonViewer value={data.body} label="body" depth={1} />;
}
