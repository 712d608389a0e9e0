import { Button } from "@mantine/core";
import { IconCompassOff } from "@tabler/icons-react";
import { Link, type ErrorComponentProps } from "@tanstack/react-router";

import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { EmptyState, ErrorState } from "../../components/states.tsx";

/** What a page shows when drawing it failed. The rest of the app goes on. */
export function Failed({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page failed" isNarrow>
      <Panel>
        <ErrorState error={error} onRetry={reset} />
      </Panel>
    </Page>
  );
}

export function NotFound() {
  return (
    <Page title="Page not found" isNarrow>
      <Panel>
        <EmptyState
          icon={<IconCompassOff size={22} stroke={1.7} aria-hidden />}
          title="There is no page at this address"
          text="It may have been renamed, or the link lost a part on its way."
          actions={
            <Button component={Link} to="/" variant="default">
              Go to the overview
            </Button>
          }
        />
      </Panel>
    </Page>
  );
}
