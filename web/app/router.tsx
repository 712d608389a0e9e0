import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { parseInsightSearch } from "../features/insights/search.ts";
import { parseDetailSearch, parseIntegrationsSearch } from "../features/integrations/search.ts";
import { parseCell, parseCellSearch } from "../lib/cell.ts";
import { Failed, NotFound } from "./shell/failed.tsx";
import { Shell } from "./shell/shell.tsx";

/* Every address of the app, in one place. Pages are fetched when they are first visited. */

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Shell,
  notFoundComponent: NotFound,
  validateSearch: parseCellSearch,
});

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("../features/overview/routes/overview-page.tsx"), "OverviewPage"),
});

const integrations = createRoute({
  getParentRoute: () => root,
  path: "/integrations",
  validateSearch: parseIntegrationsSearch,
  component: lazyRouteComponent(() => import("../features/integrations/routes/integrations-page.tsx"), "IntegrationsPage"),
});

const connect = createRoute({
  getParentRoute: () => root,
  path: "/integrations/connect/$connector",
  component: lazyRouteComponent(() => import("../features/integrations/routes/connect-page.tsx"), "ConnectPage"),
});

const integration = createRoute({
  getParentRoute: () => root,
  path: "/integrations/$integration",
  validateSearch: parseDetailSearch,
  component: lazyRouteComponent(() => import("../features/integrations/routes/integration-page.tsx"), "IntegrationPage"),
});

const project = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/projects/$project/insights/efficiency", params });
  },
});

const mapping = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project/mapping",
  component: lazyRouteComponent(() => import("../features/projects/routes/mapping-page.tsx"), "MappingPage"),
});

const efficiency = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project/insights/efficiency",
  validateSearch: parseInsightSearch,
  component: lazyRouteComponent(() => import("../features/insights/routes/efficiency-page.tsx"), "EfficiencyPage"),
});

const sprints = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project/insights/sprints",
  validateSearch: parseInsightSearch,
  component: lazyRouteComponent(() => import("../features/insights/routes/sprints-page.tsx"), "SprintsPage"),
});

const flow = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project/insights/flow",
  validateSearch: parseInsightSearch,
  component: lazyRouteComponent(() => import("../features/insights/routes/flow-page.tsx"), "FlowPage"),
});

const alignment = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project/insights/alignment",
  validateSearch: parseInsightSearch,
  component: lazyRouteComponent(() => import("../features/insights/routes/alignment-page.tsx"), "AlignmentPage"),
});

const hygiene = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project/insights/hygiene",
  validateSearch: parseInsightSearch,
  component: lazyRouteComponent(() => import("../features/insights/routes/hygiene-page.tsx"), "HygienePage"),
});

const explain = createRoute({
  getParentRoute: () => root,
  path: "/explain/$metric",
  validateSearch: (search: Record<string, unknown>) => ({ cell: parseCell(search["cell"]) }),
  component: lazyRouteComponent(() => import("../features/explain/routes/explain-page.tsx"), "ExplainPage"),
});

const notifications = createRoute({
  getParentRoute: () => root,
  path: "/settings/notifications",
  component: lazyRouteComponent(() => import("../features/settings/routes/notifications-page.tsx"), "NotificationsPage"),
});

export const makeRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([
      overview,
      integrations,
      connect,
      integration,
      project,
      mapping,
      efficiency,
      sprints,
      flow,
      alignment,
      hygiene,
      explain,
      notifications,
    ]),
    context: { queryClient },
    defaultPreload: "intent",
    defaultErrorComponent: Failed,
    scrollRestoration: true,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
