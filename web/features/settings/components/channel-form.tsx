import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { useState } from "react";

import { ProblemNotice } from "../../../components/states.tsx";
import { type Channel, type ChannelKind, useChannelActions } from "../api/channels.ts";

const kinds: { value: ChannelKind; label: string }[] = [
  { value: "email", label: "E-mail" },
  { value: "slack", label: "Slack" },
  { value: "webhook", label: "Webhook" },
];

export const eventLabels: Record<string, string> = {
  failed: "fails",
  recovered: "recovers",
  stale: "has no fresh data",
  credential: "has a credential about to end",
  stuck: "has a task that stands still",
  deleted: "was deleted",
};

interface Draft {
  name: string;
  url: string;
  secret: string;
  host: string;
  port: number;
  security: string;
  user: string;
  password: string;
  from: string;
  to: string[];
  events: string[];
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

function draftOf(channel: Channel | null): Draft {
  const settings = channel?.settings ?? {};
  const { to, port } = settings;
  return {
    name: channel?.name ?? "",
    url: "",
    secret: "",
    host: textOf(settings["host"]),
    port: typeof port === "number" ? port : 465,
    security: textOf(settings["security"]) || "tls",
    user: textOf(settings["user"]),
    password: "",
    from: textOf(settings["from"]),
    to: Array.isArray(to) ? (to as string[]) : [],
    events: channel?.events ?? Object.keys(eventLabels),
  };
}

/** What is sent: secrets only when they were written. */
function bodyOf(kind: ChannelKind, draft: Draft): Record<string, unknown> {
  const { name, events, url, secret, host, port, security, user, password, from, to } = draft;
  const filled = (fields: Record<string, string>) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
  if (kind === "email") return { name, events, host, port, security, user: user || null, from, to, ...filled({ password }) };
  return { name, events, ...filled(kind === "webhook" ? { url, secret } : { url }) };
}

/** A new channel, or a change to one; its kind stays. */
export function ChannelForm({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? "email");
  const [draft, setDraft] = useState(() => draftOf(channel));
  const { create, change } = useChannelActions();
  const error = create.error ?? change.error;
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const save = () => {
    const body = bodyOf(kind, draft);
    if (channel) change.mutate({ id: channel.id, body }, { onSuccess: onClose });
    else create.mutate({ kind, ...body }, { onSuccess: onClose });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack gap="md">
        {!channel && (
          <SegmentedControl aria-label="Kind of channel" data={kinds} value={kind} onChange={(value) => setKind(value)} />
        )}
        <TextInput
          label="Name of the channel"
          required
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        {kind === "email" ? (
          <MailFields draft={draft} set={set} isStored={channel !== null} />
        ) : (
          <AddressFields kind={kind} draft={draft} set={set} isStored={channel !== null} />
        )}
        <Checkbox.Group label="Tell me when an integration" value={draft.events} onChange={(events) => set({ events })}>
          <Stack gap={6} mt={6}>
            {Object.entries(eventLabels).map(([event, label]) => (
              <Checkbox key={event} value={event} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
        {error && <ProblemNotice problem={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={create.isPending || change.isPending}
            disabled={draft.name.trim() === "" || draft.events.length === 0}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldsProps {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
  /** Secrets are stored already: their fields may stay empty. */
  isStored: boolean;
}

const stored = "stored; leave empty to keep it";

function MailFields({ draft, set, isStored }: FieldsProps) {
  return (
    <>
      <Group grow align="flex-start">
        <TextInput
          label="Mail server"
          required
          value={draft.host}
          onChange={(event) => set({ host: event.currentTarget.value })}
        />
        <NumberInput
          label="Port"
          required
          min={1}
          max={65_535}
          value={draft.port}
          onChange={(port) => set({ port: Number(port) || 465 })}
        />
      </Group>
      <div role="group" aria-label="Encryption">
        <Text size="sm" fw={500} mb={4}>
          Encryption
        </Text>
        <SegmentedControl
          aria-label="Encryption"
          data={[
            { value: "tls", label: "TLS" },
            { value: "starttls", label: "STARTTLS" },
            { value: "none", label: "None" },
          ]}
          value={draft.security}
          onChange={(security) => set({ security })}
        />
      </div>
      <Group grow align="flex-start">
        <TextInput
          label="User"
          value={draft.user}
          onChange={(event) => set({ user: event.currentTarget.value })}
          autoComplete="off"
        />
        <PasswordInput
          label="Password"
          placeholder={isStored ? stored : ""}
          value={draft.password}
          onChange={(event) => set({ password: event.currentTarget.value })}
          autoComplete="off"
        />
      </Group>
      <TextInput label="From" required value={draft.from} onChange={(event) => set({ from: event.currentTarget.value })} />
      <TagsInput label="To" placeholder="address, Enter" value={draft.to} onChange={(to) => set({ to })} />
    </>
  );
}

function AddressFields({ kind, draft, set, isStored }: FieldsProps & { kind: ChannelKind }) {
  return (
    <>
      <PasswordInput
        label={kind === "slack" ? "Address of the incoming webhook" : "Address"}
        description="Kept encrypted and never shown again"
        required={!isStored}
        placeholder={isStored ? stored : "https://"}
        value={draft.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
        autoComplete="off"
      />
      {kind === "webhook" && (
        <PasswordInput
          label="Signing secret"
          description="At least 16 characters; signs each message with HMAC-SHA-256 in x-leadline-signature"
          placeholder={isStored ? stored : ""}
          value={draft.secret}
          onChange={(event) => set({ secret: event.currentTarget.value })}
          autoComplete="off"
        />
      )}
    </>
  );
}
