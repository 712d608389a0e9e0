import { Button, Skeleton } from "@mantine/core";
import { IconArrowRight, IconCheck, IconPlug } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { areFactsBuilt, FirstNumbers } from "../../../components/first-numbers.tsx";
import { Page } from "../../../components/page.tsx";
import { Panel } from "../../../components/panel.tsx";
import { EmptyState, ErrorState } from "../../../components/states.tsx";
import type { Schemas } from "../../../lib/api.ts";
import { formatCount } from "../../../lib/format.ts";
import { overviewQuery, projectsQuery } from "../../../lib/queries.ts";
import { Connected } from "../components/connected.tsx";
import { ProjectNumbers } from "../components/project-numbers.tsx";
import classes from "../components/overview.module.css";

/** What is connected, what arrives, how the projects stand, and what to do next. */
export function OverviewPage() {
  const { data: overview, error, refetch } = useQuery(overviewQuery);
  const { data: projects } = useQuery(projectsQuery);
  const mapped = projects?.filter((project) => project.integrations.length > 0) ?? [];
  const isBuilt = areFactsBuilt(overview, ["fact_change", "fact_deployment"]);
  return (
    <Page
      title="Overview"
      lead={overview ? <Lead overview={overview} /> : "How everything stands."}
      actions={
        <Button
          component={Link}
          to="/integrations"
          search={{ tab: "available" } as never}
          variant="default"
          leftSection={<IconPlug size={16} aria-hidden />}
        >
          Connect a tool
        </Button>
      }
    >
      {error && !overview && (
        <Panel>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Panel>
      )}
      {!overview && !error && <Skeleton height={360} radius={12} />}
      {overview && (
        <div className={classes.stack}>
          {overview.integrations.total === 0 && <Welcome />}
          {overview.setup.some((step) => !step.isDone) && <NextSteps setup={overview.setup} />}
          {mapped.length > 0 && !isBuilt && <FirstNumbers />}
          {isBuilt && mapped.slice(0, 4).map((project) => <ProjectNumbers key={project.key} project={project} />)}
          {overview.integrations.total > 0 && <Connected />}
        </div>
      )}
    </Page>
  );
}

function Lead({ overview }: { overview: Schemas["Overview"] }) {
  const { integrations, entities, isDemo } = overview;
  if (integrations.total === 0) return <>Nothing is connected yet.</>;
  return (
    <>
      {integrations.total} {integrations.total === 1 ? "integration" : "integrations"}, {formatCount(entities)} entities read
      {integrations.running > 0 ? `, ${integrations.running} reading now` : ""}.
      {isDemo && " This is a simulated organisation; nothing here is real."}
    </>
  );
}

function Welcome() {
  return (
    <Panel>
      <EmptyState
        icon={<IconPlug size={22} stroke={1.7} aria-hidden />}
        title="Connect the place where your code lives"
        text="A read-only token is enough. History arrives newest first; the first chart appears about two minutes after the credential, and nothing leaves this server."
        actions={
          <Button component={Link} to="/integrations" search={{ tab: "available" } as never}>
            Choose a connector
          </Button>
        }
      />
    </Panel>
  );
}

type SetupStep = Schemas["Overview"]["setup"][number]["step"];

/** Where a step is done. */
const tabOf = (step: SetupStep) => (step === "connect" ? "available" : "mine");

const stepTitles: Record<SetupStep, string> = {
  connect: "Connect a tool",
  ingest: "Read its history",
  project: "Make a project",
  map: "Map the integration to it",
  facts: "Work out the first numbers",
};

function NextSteps({ setup }: { setup: Schemas["Overview"]["setup"] }) {
  const next = setup.find((step) => !step.isDone);
  return (
    <Panel title="The way to the first chart">
      <ol className={classes.steps}>
        {setup.map((step) => (
          <li key={step.step} className={classes.step} data-done={step.isDone} aria-current={step === next ? "step" : undefined}>
            <span className={classes.tick}>{step.isDone ? <IconCheck size={14} stroke={2.5} aria-label="done" /> : null}</span>
            <span>
              <strong>{stepTitles[step.step]}</strong>
              <br />
              <span className={classes.dim}>{step.sentence}</span>
            </span>
            {step === next && (
              <Button
                component={Link}
                to="/integrations"
                search={{ tab: tabOf(step.step) } as never}
                size="xs"
                variant="light"
                rightSection={<IconArrowRight size={14} aria-hidden />}
              >
                Go
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
