import { Button, Group, Modal, Select } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";

import { CodeBlock } from "../../../components/code.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { Notice, ProblemNotice } from "../../../components/states.tsx";
import { formatInstant } from "../../../lib/dates.ts";
import { useMay } from "../../../lib/session.ts";
import type { Integration } from "../api/reading.ts";
import { useWebhookActions, type Webhook } from "../api/webhooks.ts";

const overlaps = [
  { value: "24", label: "for 24 hours" },
  { value: "1", label: "for an hour" },
  { value: "168", label: "for a week" },
  { value: "0", label: "not at all" },
];

/** A secret is shown once; a new one leaves the old one valid while the vendor's side is changed. */
export function WebhookSecret({ integration, webhook }: { integration: Integration; webhook: Webhook }) {
  const { makeSecret, endOverlap } = useWebhookActions(integration.id);
  const [isOpen, modal] = useDisclosure();
  const [overlap, setOverlap] = useState("24");
  const mayWrite = useMay("integrations:write");
  const { secret } = webhook;
  const make = (hours: number) => makeSecret.mutate(hours, { onSuccess: modal.close });
  return (
    <div style={{ display: "grid", gap: 10, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <div aria-live="polite" style={{ display: "grid", gap: 10, gridTemplateColumns: "minmax(0, 1fr)" }}>
        {makeSecret.data && (
          <>
            <Notice tone="good">Copy the secret now: it is stored encrypted and never shown again.</Notice>
            <CodeBlock text={makeSecret.data.secret} label="secret" />
          </>
        )}
        {secret && (
          <p style={{ margin: 0, fontSize: "0.8125rem", color: "var(--ll-dim)" }}>
            Made <RelativeTime at={secret.madeAt} />.
            {secret.previousUntil && ` The one before is accepted until ${formatInstant(secret.previousUntil)}.`}
          </p>
        )}
      </div>
      {endOverlap.error && <ProblemNotice problem={endOverlap.error} />}
      {makeSecret.error && !isOpen && <ProblemNotice problem={makeSecret.error} />}
      <Group gap="xs">
        {secret ? (
          <Button variant="default" size="xs" onClick={modal.open} disabled={!mayWrite}>
            Replace secret …
          </Button>
        ) : (
          <Button size="xs" onClick={() => make(0)} loading={makeSecret.isPending} disabled={!mayWrite}>
            Make a secret
          </Button>
        )}
        {secret?.previousUntil && (
          <Button
            variant="default"
            size="xs"
            onClick={() => endOverlap.mutate()}
            loading={endOverlap.isPending}
            disabled={!mayWrite}
          >
            End the old one now
          </Button>
        )}
      </Group>
      <Modal opened={isOpen} onClose={modal.close} title="Replace the secret" closeButtonProps={{ "aria-label": "Close" }}>
        <div style={{ display: "grid", gap: 16 }}>
          <Select
            label="Accept the present one"
            description="Long enough to put the new one into the vendor's form without losing a delivery."
            data={overlaps}
            value={overlap}
            onChange={(value) => setOverlap(value ?? "24")}
            allowDeselect={false}
          />
          {makeSecret.error && <ProblemNotice problem={makeSecret.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={modal.close}>
              Keep it
            </Button>
            <Button onClick={() => make(Number(overlap))} loading={makeSecret.isPending}>
              Make a new secret
            </Button>
          </Group>
        </div>
      </Modal>
    </div>
  );
}
