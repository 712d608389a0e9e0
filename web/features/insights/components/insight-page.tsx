import { Anchor, Button, Skeleton } from "@mantine/core";
import { IconRoute, IconTicket } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { areFactsBuilt, FirstNumbers } from "../../../components/first-numbers.tsx";
import { Page } from "../../../components/page.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { EmptyState, ErrorState, Notice } from "../../../components/states.tsx";
import { formatDay, formatRange } from "../../../lib/dates.ts";
import { answersQuery, numberOf } from "../../../lib/metric-query.ts";
import { mappingQuery, overviewQuery, projectsQuery } from "../../../lib/queries.ts";
import { type HistoryState, useCoverage } from "../api/coverage.ts";
import { type FilterName, type Frame, frameOf } from "../api/frame.ts";
import type { InsightSearch } from "../search.ts";
import { FilterBar } from "./filter-bar.tsx";
import classes from "./insight-page.module.css";

/** What the content of an insight is drawn from. */
export interface Insight {
  frame: Frame;
  search: InsightSearch;
  onChange: (change: InsightSearch) => void;
  /** The range is still being read. */
  isArriving: boolean;
  /** Before this day history is not complete yet; null when all of it is. */
  coveredFrom: string | null;
}

interface InsightPageProps {
  title: string;
  lead: string;
  /** The facts that must have been built once. */
  facts: readonly string[];
  filters: readonly FilterName[];
  /** Whether a statistic can be chosen; yes unless told. */
  hasDurations?: boolean;
  /** A count that is above zero once the page has anything to speak of, and what is said until then. */
  presence?: { metric: string; title: string; text: string };
  controls?: (insight: Pick<Insight, "search" | "onChange">) => ReactNode;
  children: (insight: Insight) => ReactNode;
}

/** The frame of every insight: filters in the URL, what is still arriving, and what is missing before there is anything to show. */
export function InsightPage({
  title,
  lead,
  facts,
  filters,
  hasDurations = true,
  presence,
  controls,
  children,
}: InsightPageProps) {
  const { project = "" } = useParams({ strict: false });
  const search: InsightSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const mapping = useQuery(mappingQuery(project));
  const { data: projects } = useQuery(projectsQuery);
  const frame = frameOf(project, search, filters);
  const onChange = (part: InsightSearch) =>
    void navigate({ to: ".", search: (before: InsightSearch) => ({ ...before, ...part }), resetScroll: false } as never);
  const name = projects?.find((one) => one.key === project)?.name ?? project;
  return (
    <Page title={title} crumbs={<span>{name}</span>} lead={<Lead text={lead} frame={frame} />}>
      {mapping.error && !mapping.data && (
        <Panel>
          <ErrorState error={mapping.error} onRetry={() => void mapping.refetch()} />
        </Panel>
      )}
      {mapping.isPending && <Skeleton height={240} radius={12} />}
      {mapping.data?.items.length === 0 && <NothingMapped project={project} />}
      {mapping.data && mapping.data.items.length > 0 && (
        <>
          <FilterBar frame={frame} search={search} onChange={onChange} filters={filters} hasDurations={hasDurations}>
            {controls?.({ search, onChange })}
          </FilterBar>
          <Content {...{ frame, search, onChange, facts, presence, children }} />
        </>
      )}
    </Page>
  );
}

function Lead({ text, frame }: { text: string; frame: Frame }) {
  const { data } = useQuery(overviewQuery);
  return (
    <>
      {text} {formatRange(frame.from, frame.to)}
      {data?.dataThrough && (
        <>
          {" "}
          · data through <RelativeTime at={data.dataThrough} />
        </>
      )}
    </>
  );
}

type ContentProps = Pick<InsightPageProps, "facts" | "children"> &
  Pick<Insight, "frame" | "search" | "onChange"> & { presence: InsightPageProps["presence"] };

function Content({ frame, search, onChange, facts, presence, children }: ContentProps) {
  const { data: overview } = useQuery(overviewQuery);
  const { coveredFrom, isUnknown, state } = useCoverage(frame.project);
  const isPresent = useIsPresent(frame, presence?.metric);
  const shadedFrom = coveredFrom !== null && coveredFrom > frame.from ? coveredFrom : null;
  const isReading = state === "running" || state === "waiting";
  const isArriving = (isUnknown || shadedFrom !== null) && isReading;
  if (overview && !areFactsBuilt(overview, facts)) return <FirstNumbers />;
  if (presence && isPresent === false && !isReading) return <NothingYet title={presence.title} text={presence.text} />;
  return (
    <div className={classes.stack}>
      {overview?.facts.state === "failed" && (
        <Notice tone="bad">
          The facts could not be rebuilt: {overview.facts.problem} What you see is the last complete state.
        </Notice>
      )}
      {shadedFrom && (
        <Notice>
          History is complete back to {formatDay(shadedFrom)}
          {outlook[state]} Periods before it are shaded.{" "}
          <Anchor component={Link} to="/integrations" inherit underline="always">
            {isArriving ? "Watch the progress" : "See the backfills"}
          </Anchor>
        </Notice>
      )}
      {children({ frame, search, onChange, isArriving, coveredFrom: shadedFrom })}
    </div>
  );
}

/** Whether the shaded part will still be filled. */
const outlook: Record<HistoryState, string> = {
  complete: ", as far as was asked for.",
  waiting: " and goes on going back soon: numbers before it will grow.",
  running: " and still going back: numbers before it will grow.",
  paused: "; its backfill is paused, and numbers before it will grow when it is resumed.",
  failed: "; its backfill failed and is tried again by itself.",
  partial: "; the rest was not read.",
};

/** Whether the project has anything to count at any time; null while that is not known. */
function useIsPresent({ project, to }: Frame, metric: string | undefined): boolean | null {
  const queries = { ever: { project, metrics: [metric ?? "issues_created"], from: "1990-01-01", to } };
  const { data } = useQuery({ ...answersQuery(queries), enabled: metric !== undefined });
  const row = data?.ever.answer?.rows[0];
  return row ? numberOf(row, `${metric}_n`) !== 0 : null;
}

function NothingMapped({ project }: { project: string }) {
  return (
    <Panel>
      <EmptyState
        icon={<IconRoute size={22} stroke={1.7} aria-hidden />}
        title="No integration is mapped to this project"
        text="Insights count only what arrives through mapped integrations. Map one, and its history appears here."
        actions={
          <>
            <Button component={Link} to={`/projects/${project}/mapping` as "/"}>
              Map integrations
            </Button>
            <ConnectButton variant="default" />
          </>
        }
      />
    </Panel>
  );
}

const NothingYet = ({ title, text }: { title: string; text: string }) => (
  <Panel>
    <EmptyState
      icon={<IconTicket size={22} stroke={1.7} aria-hidden />}
      title={title}
      text={text}
      actions={<ConnectButton variant="filled" />}
    />
  </Panel>
);

const ConnectButton = ({ variant }: { variant: "default" | "filled" }) => (
  <Button component={Link} to="/integrations" search={{ tab: "available" } as never} variant={variant}>
    Connect a tool
  </Button>
);

/** Two panels beside each other where there is room. */
export const Pair = ({ children }: { children: ReactNode }) => <div className={classes.pair}>{children}</div>;
