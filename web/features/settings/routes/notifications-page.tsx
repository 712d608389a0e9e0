import { Button, Group, Modal, Skeleton, Switch } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { DataTable } from "../../../components/data-table.tsx";
import { Page } from "../../../components/page.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge, Tag } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState, Notice, ProblemNotice } from "../../../components/states.tsx";
import { useMay } from "../../../lib/session.ts";
import { type Channel, channelsQuery, notificationsQuery, useChannelActions } from "../api/channels.ts";
import { ChannelForm, eventLabels } from "../components/channel-form.tsx";

/** Who hears of it when an integration needs somebody. */
export function NotificationsPage() {
  const mayWrite = useMay("notifications:write");
  const channels = useQuery({ ...channelsQuery, enabled: mayWrite });
  const [edited, setEdited] = useState<Channel | "new" | null>(null);
  return (
    <Page
      title="Notifications"
      lead="One message when an integration fails and one when it recovers; single hiccups stay quiet."
      crumbs={<span>Settings</span>}
      isNarrow
      actions={
        <Button onClick={() => setEdited("new")} disabled={!mayWrite}>
          Add a channel
        </Button>
      }
    >
      {!mayWrite && <Notice tone="warn">Your role may not see or change the channels. Ask an owner.</Notice>}
      {channels.error && !channels.data && (
        <Panel>
          <ErrorState error={channels.error} onRetry={() => void channels.refetch()} />
        </Panel>
      )}
      {mayWrite && channels.isPending && <Skeleton height={220} radius={12} />}
      {channels.data && (
        <div style={{ display: "grid", gap: 16 }}>
          {channels.data.length === 0 && (
            <Panel>
              <EmptyState
                icon={<IconBell size={22} stroke={1.7} aria-hidden />}
                title="Nobody is told yet"
                text="Add an e-mail address, a Slack channel or a webhook. Then send a test message."
              />
            </Panel>
          )}
          {channels.data.map((channel) => (
            <ChannelPanel key={channel.id} channel={channel} onEdit={() => setEdited(channel)} />
          ))}
          <Sent channels={channels.data} />
        </div>
      )}
      {edited && (
        <Modal
          opened
          onClose={() => setEdited(null)}
          title={edited === "new" ? "Add a channel" : `Change ${edited.name}`}
          size="lg"
        >
          <ChannelForm channel={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
        </Modal>
      )}
    </Page>
  );
}

const kinds = { email: "E-mail", slack: "Slack", webhook: "Webhook" };

function targetOf({ kind, settings }: Channel): string {
  const { host, to } = settings;
  return kind === "email" && Array.isArray(to) ? to.join(", ") : String(host);
}

function ChannelPanel({ channel, onEdit }: { channel: Channel; onEdit: () => void }) {
  const { change, remove, test } = useChannelActions();
  const { id, name, kind, events, isEnabled, lastSentAt, lastError } = channel;
  const error = change.error ?? remove.error ?? test.error;
  return (
    <Panel
      title={name}
      lead={`${kinds[kind]} to ${targetOf(channel)}`}
      actions={
        <Switch
          label="On"
          aria-label={`Send over ${name}`}
          checked={isEnabled}
          onChange={(event) => change.mutate({ id, body: { isEnabled: event.currentTarget.checked } })}
        />
      }
    >
      <div style={{ display: "grid", gap: 12, fontSize: "0.8125rem" }}>
        <div style={{ display: "flex", flexWrap: "wrap", gap: 6 }}>
          {events.map((event) => (
            <Tag key={event}>{eventLabels[event] ?? event}</Tag>
          ))}
        </div>
        <div style={{ color: "var(--ll-dim)" }}>
          Last message <RelativeTime at={lastSentAt} otherwise="never" />
        </div>
        <div aria-live="polite">
          {test.data?.ok && <Notice tone="good">{test.data.sentence}</Notice>}
          {test.data?.problem && <ProblemNotice problem={test.data.problem} />}
          {!test.data && lastError && <Notice tone="warn">{lastError}</Notice>}
          {error && <ProblemNotice problem={error} />}
        </div>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            onClick={() => test.mutate(id)}
            loading={test.isPending}
            aria-label={`Send a test message over ${name}`}
          >
            Send a test message
          </Button>
          <Button size="xs" variant="default" onClick={onEdit} aria-label={`Change ${name}`}>
            Change
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => remove.mutate(id)}
            loading={remove.isPending}
            aria-label={`Delete the channel ${name}`}
          >
            Delete
          </Button>
        </Group>
      </div>
    </Panel>
  );
}

function Sent({ channels }: { channels: readonly Channel[] }) {
  const { data } = useQuery(notificationsQuery);
  if (!data || data.items.length === 0) return null;
  const nameOf = (id: string) => channels.find((channel) => channel.id === id)?.name ?? id;
  return (
    <Panel title="What was said" lead="What waits is sent again with growing pauses until it is taken." isFlush>
      <DataTable
        label="Notifications"
        maxHeight={420}
        minWidth={560}
        rows={data.items}
        keyOf={(one) => one.id}
        columns={[
          { id: "at", header: "When", cell: (one) => <RelativeTime at={one.createdAt} /> },
          { id: "title", header: "What", cell: (one) => one.title },
          { id: "channel", header: "Channel", cell: (one) => nameOf(one.channel) },
          { id: "state", header: "State", cell: (one) => <StatusBadge state={one.state} /> },
          { id: "error", header: "Error", cell: (one) => one.error ?? "" },
        ]}
      />
    </Panel>
  );
}
