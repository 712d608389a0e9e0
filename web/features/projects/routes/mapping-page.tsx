import { Button, Skeleton, Switch } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { ConnectorIcon } from "../../../components/connector-icon.tsx";
import { Page } from "../../../components/page.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState, ProblemNotice } from "../../../components/states.tsx";
import { answered, client, type Schemas } from "../../../lib/api.ts";
import { mappingQuery, projectsQuery } from "../../../lib/queries.ts";
import { useMay } from "../../../lib/session.ts";
import classes from "./mapping-page.module.css";

const route = getRouteApi("/projects/$project/mapping");

/** Which integrations the insights of a project use. */
export function MappingPage() {
  const { project } = route.useParams();
  const mapping = useQuery(mappingQuery(project));
  const { data: projects } = useQuery(projectsQuery);
  const name = projects?.find((one) => one.key === project)?.name ?? project;
  return (
    <Page
      title="Integration mapping"
      lead={`Insights of ${name} count what arrives through the integrations that are switched on here. One integration can serve several projects.`}
      crumbs={<span>{name}</span>}
      isNarrow
      actions={
        <Button component={Link} to={`/projects/${project}/insights/efficiency` as "/"} variant="default">
          Open Efficiency
        </Button>
      }
    >
      {mapping.error && !mapping.data && (
        <Panel>
          <ErrorState error={mapping.error} onRetry={() => void mapping.refetch()} />
        </Panel>
      )}
      {mapping.isPending && <Skeleton height={220} radius={12} />}
      {mapping.data && <MappingList project={project} mapping={mapping.data} />}
    </Page>
  );
}

function MappingList({ project, mapping }: { project: string; mapping: Schemas["Mapping"] }) {
  const queryClient = useQueryClient();
  const mayWrite = useMay("projects:write");
  const mapped = mapping.items.map((item) => item.id);
  const change = useMutation({
    // One after the other, each from the answer of the one before: quick clicks lose nothing.
    scope: { id: `mapping ${project}` },
    mutationFn: ({ id, isMapped }: { id: string; isMapped: boolean }) => {
      const items = queryClient.getQueryData(mappingQuery(project).queryKey)?.items ?? mapping.items;
      const others = items.map((item) => item.id).filter((one) => one !== id);
      const body = { integrations: isMapped ? [...others, id] : others };
      return answered(client.PUT("/api/v1/projects/{project}/integrations", { params: { path: { project } }, body }));
    },
    onSuccess: (answer) => {
      queryClient.setQueryData(mappingQuery(project).queryKey, answer);
      void queryClient.invalidateQueries();
    },
  });
  const all = [...mapping.items, ...mapping.available].sort((a, b) => a.name.localeCompare(b.name));
  if (all.length === 0) {
    return (
      <Panel>
        <EmptyState
          icon={<IconRoute size={22} stroke={1.7} aria-hidden />}
          title="There is nothing to map yet"
          text="Connect a tool first; it can be mapped to this project in the same steps."
          actions={
            <Button component={Link} to="/integrations" search={{ tab: "available" } as never}>
              Connect a tool
            </Button>
          }
        />
      </Panel>
    );
  }
  return (
    <>
      {change.error && <ProblemNotice problem={change.error} />}
      <Panel title={`${mapped.length} of ${all.length} mapped`} lead="Changes count at once; facts are rebuilt within seconds.">
        <ul className={classes.list}>
          {all.map((integration) => (
            <li key={integration.id} className={classes.item}>
              <ConnectorIcon connector={integration.connector} label={integration.connectorLabel} />
              <div className={classes.text}>
                <Link to="/integrations/$integration" params={{ integration: integration.id }} className={classes.name}>
                  {integration.name}
                </Link>
                <span>
                  {integration.connectorLabel} · {integration.scopes.selected} scopes · data through{" "}
                  <RelativeTime at={integration.freshness.dataThrough} />
                </span>
              </div>
              <StatusBadge state={integration.status} />
              <Switch
                aria-label={`Map ${integration.name}`}
                checked={mapped.includes(integration.id)}
                disabled={!mayWrite}
                onChange={(event) => change.mutate({ id: integration.id, isMapped: event.currentTarget.checked })}
              />
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}
