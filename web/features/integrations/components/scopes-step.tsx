import { Button, Group } from "@mantine/core";

import type { Connector } from "../api/reading.ts";
import { discoveryQuery } from "../api/scopes.ts";
import type { Draft } from "../routes/connect-page.tsx";
import { cleanConfig } from "./config-form.tsx";
import { ScopePicker } from "./scope-picker.tsx";

interface ScopesStepProps {
  connector: Connector;
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  onBack: () => void;
  onDone: () => void;
}

export function ScopesStep({ connector, draft, onChange, onBack, onDone }: ScopesStepProps) {
  const source = { connector: connector.name, config: cleanConfig(connector.fields, draft.config) };
  return (
    <>
      <ScopePicker
        value={draft.selection}
        onChange={(selection) => onChange({ selection })}
        query={(asked) => discoveryQuery(source, asked) as never}
      />
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button onClick={onDone} disabled={draft.selection.include.length === 0}>
          Project and history
        </Button>
      </Group>
    </>
  );
}
