import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { Meter } from "../../../components/meter.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { Notice, ProblemNotice } from "../../../components/states.tsx";
import { formatDay, formatInstant } from "../../../lib/dates.ts";
import { formatCount, formatDuration, unknown } from "../../../lib/format.ts";
import { healthQuery, type Integration } from "../api/reading.ts";
import { BackfillsPanel } from "./backfills-panel.tsx";
import classes from "./detail.module.css";
import { ForecastsPanel } from "./forecasts-panel.tsx";
import { HealthDays } from "./health-days.tsx";
import { ProgressLine } from "./progress-line.tsx";
import { StreamsPanel } from "./streams-panel.tsx";

/** How the integration stands, and what arrives right now. */
export function OverviewTab({ integration }: { integration: Integration }) {
  return (
    <div className={classes.columns}>
      <div className={classes.stack}>
        <Standing integration={integration} />
        <BackfillsPanel integration={integration} />
        <StreamsPanel integration={integration} />
        <ForecastsPanel integration={integration.id} />
      </div>
      <div className={classes.stack}>
        <Facts integration={integration} />
        <Budgets integration={integration} />
      </div>
    </div>
  );
}

function Standing({ integration }: { integration: Integration }) {
  const { progress, error, statusReason, nextStep, projects } = integration;
  return (
    <Panel
      title={progress.state === "idle" ? "History" : "Reading now"}
      lead={error ? undefined : `${statusReason} ${nextStep ?? ""}`}
    >
      {error && (
        <div style={{ marginBottom: 16 }}>
          <ProblemNotice problem={error} />
        </div>
      )}
      <ProgressLine integration={integration} />
      {progress.state !== "idle" && (
        <dl className={classes.numbers}>
          <Number label="Records read" value={formatCount(progress.records)} />
          <Number label="Entities" value={formatCount(progress.entities)} />
          <Number label="Requests" value={formatCount(progress.requests)} />
          {progress.entitiesPerSecond !== null && (
            <Number label="Entities per second" value={formatCount(Math.round(progress.entitiesPerSecond))} />
          )}
          {progress.tasksTotal !== null && (
            <Number label="Tasks" value={`${formatCount(progress.tasksDone)} of ${formatCount(progress.tasksTotal)}`} />
          )}
        </dl>
      )}
      {progress.waitingUntil && (
        <Text size="sm" c="dimmed" mt="sm">
          The vendor's budget is spent; reading goes on <RelativeTime at={progress.waitingUntil} />.
        </Text>
      )}
      {projects.length === 0 && (
        <div style={{ marginTop: 16 }}>
          <Notice tone="warn">
            Mapped to no project yet, so no insight uses what arrives. Map it under Set-up › Integration mapping.
          </Notice>
        </div>
      )}
    </Panel>
  );
}

function Number({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Facts({ integration }: { integration: Integration }) {
  const { freshness, lastSuccessAt, nextRunAt, everySeconds, backfill, credentialExpiresAt, createdAt, projects, lifecycle } =
    integration;
  return (
    <Panel title="In short">
      <dl className={classes.facts}>
        <Fact label="Data through">
          <RelativeTime at={freshness.dataThrough} />
        </Fact>
        <Fact label="Last success">
          <RelativeTime at={lastSuccessAt} otherwise="never" />
        </Fact>
        <Fact label="Next reading">{lifecycle === "paused" ? "paused" : <RelativeTime at={nextRunAt} otherwise="soon" />}</Fact>
        <Fact label="Reads every">{formatDuration(everySeconds)}</Fact>
        <Fact label="History since">{backfill.since ? formatDay(backfill.since) : "the beginning"}</Fact>
        <Fact label="Credential ends">{credentialExpiresAt ? <RelativeTime at={credentialExpiresAt} /> : "not stated"}</Fact>
        <Fact label="Projects">
          {projects.length === 0
            ? "none"
            : projects.map((project) => (
                <div key={project.key}>
                  <Anchor component={Link} to={`/projects/${project.key}/insights/efficiency` as "/"} inherit>
                    {project.name}
                  </Anchor>
                </div>
              ))}
        </Fact>
        <Fact label="When it fails">
          <Anchor component={Link} to="/settings/notifications" inherit>
            who is told
          </Anchor>
        </Fact>
        <Fact label="Connected">{formatDay(createdAt)}</Fact>
      </dl>
    </Panel>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What the credential may still ask for, and how the last month went. */
function Budgets({ integration }: { integration: Integration }) {
  const { data: health } = useQuery(healthQuery(integration.id));
  return (
    <>
      <Panel title="Rate budget" lead="Shared by everything that uses this credential.">
        <div className={classes.stack} style={{ gap: 14, minHeight: 60 }}>
          {health?.budgets.length === 0 && (
            <Text size="sm" c="dimmed">
              The vendor has not said anything about limits yet.
            </Text>
          )}
          {health?.budgets.map((budget) => {
            const share = budget.limit && budget.remaining !== null ? budget.remaining / budget.limit : null;
            return (
              <div key={budget.class}>
                <div
                  className="ll-number"
                  style={{ display: "flex", justifyContent: "space-between", fontSize: "0.8125rem", marginBottom: 6 }}
                >
                  <span>{budget.class}</span>
                  <span style={{ color: "var(--ll-dim)" }}>
                    {budget.remaining === null ? unknown : formatCount(budget.remaining)} of{" "}
                    {budget.limit === null ? "no limit" : formatCount(budget.limit)}
                  </span>
                </div>
                <Meter share={share} label={`Budget ${budget.class}`} tone={share !== null && share < 0.1 ? "bad" : "info"} />
                {budget.resetAt && (
                  <Text size="xs" c="dimmed" mt={4}>
                    full again{" "}
                    <span title={formatInstant(budget.resetAt)}>
                      <RelativeTime at={budget.resetAt} />
                    </span>
                  </Text>
                )}
              </div>
            );
          })}
        </div>
      </Panel>
      <Panel title="Last 30 days">
        <HealthDays days={health?.timeline ?? []} />
      </Panel>
    </>
  );
}
