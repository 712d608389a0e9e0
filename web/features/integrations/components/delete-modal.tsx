import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ErrorState, LoadingLines, Notice, ProblemNotice } from "../../../components/states.tsx";
import type { Schemas } from "../../../lib/api.ts";
import { formatCount } from "../../../lib/format.ts";
import { useIntegrationActions } from "../api/changing.ts";
import { impactQuery, type Integration } from "../api/reading.ts";

/** What goes with the integration, and a word that must be typed. */
export function DeleteModal({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const impact = useQuery(impactQuery(integration.id));
  const { remove } = useIntegrationActions(integration.id);
  const [typed, setTyped] = useState("");
  const confirm = () => remove.mutate(undefined, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={`Delete ${integration.name}`} size="lg">
      <Stack>
        {impact.error && <ErrorState error={impact.error} onRetry={() => void impact.refetch()} isCompact />}
        {impact.isPending && <LoadingLines lines={5} />}
        {impact.data && <ImpactList impact={impact.data} />}
        <TextInput
          label={`Type ${integration.id} to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
        />
        {remove.error && <ProblemNotice problem={remove.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button color="red.8" onClick={confirm} loading={remove.isPending} disabled={typed !== integration.id || !impact.data}>
            Delete with all its data
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function ImpactList({ impact }: { impact: Schemas["Impact"] }) {
  const names = (things: readonly { name: string }[]) => things.map((one) => one.name).join(", ") || "none";
  return (
    <>
      <Notice tone="warn">{impact.sentence}</Notice>
      <Text size="sm">
        <strong>Projects:</strong> {names(impact.projects)}
        <br />
        <strong>Teams:</strong> {names(impact.teams)}
        <br />
        <strong>Dashboards:</strong> {names(impact.dashboards)}
        <br />
        <strong>Metrics whose numbers change:</strong> {impact.metrics.map((one) => one.label).join(", ") || "none"}
        <br />
        <strong>Rows:</strong> {formatCount(impact.rows)} in {impact.tables.filter((table) => table.rows > 0).length} tables
      </Text>
    </>
  );
}
