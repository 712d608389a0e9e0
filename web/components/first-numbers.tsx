import { Button, Loader } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { Schemas } from "../lib/api.ts";
import { Panel } from "./panel.tsx";
import { EmptyState } from "./states.tsx";

/** Whether the tables that metrics are worked out from exist: they are built from the first records that arrive. */
export const areFactsBuilt = (overview: Schemas["Overview"] | undefined, facts: readonly string[]): boolean =>
  facts.every((fact) => overview?.facts.items.some((item) => item.fact === fact));

/** Stands where numbers will be, for the first minute after the first integration. */
export function FirstNumbers() {
  return (
    <Panel>
      <EmptyState
        icon={<Loader size={20} />}
        title="The first numbers are being worked out"
        text="Records are arriving, newest first. This page fills by itself within about a minute; what is older follows while you look."
        actions={
          <Button component={Link} to="/integrations" search={{ tab: "mine" } as never} variant="default" size="xs">
            Watch what arrives
          </Button>
        }
      />
    </Panel>
  );
}
