import { Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Panel } from "../../../components/panel.tsx";
import { ProblemNotice } from "../../../components/states.tsx";
import { useMay } from "../../../lib/session.ts";
import type { Integration } from "../api/reading.ts";
import { chooseScopes, scopesQuery, type Selection } from "../api/scopes.ts";
import { ScopePicker } from "./scope-picker.tsx";

/** What is read. Changes are tried first and show what they would choose. */
export function ScopesTab({ integration }: { integration: Integration }) {
  const [edited, setEdited] = useState<Selection | null>(null);
  const mayWrite = useMay("integrations:write");
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (selection: Selection) => chooseScopes(integration.id, selection),
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      setEdited(null);
    },
  });
  return (
    <Panel
      title="Scopes"
      lead="Added scopes are read from today into the past, as far back as the integration goes. Scopes that are taken away keep the history that was read."
      foot={
        edited && (
          <Group justify="space-between">
            <span>Not saved yet. The list shows what this selection would choose.</span>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={() => setEdited(null)}>
                Discard
              </Button>
              <Button size="xs" onClick={() => save.mutate(edited)} loading={save.isPending}>
                Save selection
              </Button>
            </Group>
          </Group>
        )
      }
    >
      {save.error && <ProblemNotice problem={save.error} />}
      <ScopePicker
        value={edited ?? integration.selection}
        onChange={setEdited}
        isReadOnly={!mayWrite}
        query={(asked) => scopesQuery(integration.id, { ...asked, isEdited: edited !== null }) as never}
      />
    </Panel>
  );
}
