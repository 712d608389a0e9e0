import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { Page } from "../../../components/page.tsx";
import { LoadingLines } from "../../../components/states.tsx";
import { integrationsQuery } from "../../../lib/queries.ts";
import { AvailableTab } from "../components/available-tab.tsx";
import { MineTab } from "../components/mine-tab.tsx";
import type { IntegrationsSearch } from "../search.ts";

const route = getRouteApi("/integrations");

export function IntegrationsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const all = useQuery(integrationsQuery());
  const tab = search.tab ?? (all.data ? (all.data.items.length > 0 ? "mine" : "available") : undefined);
  const change = (part: IntegrationsSearch) => void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  return (
    <Page
      title="Integrations"
      lead="Where Leadline reads from. Credentials stay encrypted on this server; history arrives newest first."
    >
      <Tabs
        value={tab ?? null}
        onChange={(value) => change({ tab: value as "mine" | "available", search: undefined })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="mine">My integrations{all.data ? ` (${all.data.total})` : ""}</Tabs.Tab>
          <Tabs.Tab value="available">Available</Tabs.Tab>
        </Tabs.List>
        {!tab && <LoadingLines lines={3} height={80} />}
        <Tabs.Panel value="mine">
          <MineTab filter={search} onFilter={change} />
        </Tabs.Panel>
        <Tabs.Panel value="available">
          <AvailableTab search={search.search ?? ""} onSearch={(text) => change({ search: text || undefined })} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
