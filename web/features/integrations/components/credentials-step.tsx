import { Anchor, Button, Group, Stack, TextInput } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";

import { ProblemNotice } from "../../../components/states.tsx";
import { asProblem } from "../../../lib/problem.ts";
import { useCheckNew } from "../api/changing.ts";
import type { Connector } from "../api/reading.ts";
import type { Draft } from "../routes/connect-page.tsx";
import { CheckResult } from "./check-result.tsx";
import { cleanConfig, ConfigForm, isComplete } from "./config-form.tsx";

interface CredentialsStepProps {
  connector: Connector;
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  onDone: () => void;
}

/** The connector's own form, and what the vendor says to it, before anything is saved. */
export function CredentialsStep({ connector, draft, onChange, onDone }: CredentialsStepProps) {
  const check = useCheckNew(connector.name);
  const isReady = isComplete(connector.fields, draft.config) && draft.name.trim() !== "";
  const isAccepted = check.data?.ok === true && !check.isPending;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isAccepted) onDone();
        else check.mutate(cleanConfig(connector.fields, draft.config));
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name of the integration"
          description="How it is called on pages and in reports; you can rename it."
          value={draft.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          maxLength={100}
          required
        />
        <ConfigForm
          fields={connector.fields}
          value={draft.config}
          errors={check.error ? asProblem(check.error).fields : []}
          onChange={(config) => {
            check.reset();
            onChange({ config });
          }}
        />
        <div aria-live="polite">
          {check.data && <CheckResult answer={check.data} />}
          {check.error && <ProblemNotice problem={check.error} />}
        </div>
        <Group justify="space-between">
          <Anchor href={connector.docs} target="_blank" rel="noreferrer" size="sm">
            {connector.label} API documentation
          </Anchor>
          <Group gap="xs">
            {isAccepted && (
              <Button variant="default" onClick={() => check.mutate(cleanConfig(connector.fields, draft.config))}>
                Check again
              </Button>
            )}
            <Button
              type="submit"
              loading={check.isPending}
              disabled={!isReady}
              leftSection={isAccepted ? null : <IconPlugConnected size={16} aria-hidden />}
            >
              {isAccepted ? "Choose scopes" : "Check connection"}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
