import {
  IconBell,
  IconChartHistogram,
  IconChecklist,
  IconGauge,
  IconPlug,
  IconRefreshDot,
  IconRoute,
  IconTarget,
  IconTimeline,
  type TablerIcon,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";

import { RelativeTime } from "../../components/relative-time.tsx";
import type { Schemas } from "../../lib/api.ts";
import { overviewQuery } from "../../lib/queries.ts";
import { Logo } from "./logo.tsx";
import { ProjectSwitcher, useCurrentProject } from "./project-switcher.tsx";
import classes from "./shell.module.css";
import { ThemeToggle } from "./theme-toggle.tsx";

const insights = [
  { path: "efficiency", icon: IconChartHistogram, label: "Efficiency" },
  { path: "sprints", icon: IconRefreshDot, label: "Sprints" },
  { path: "flow", icon: IconTimeline, label: "Flow" },
  { path: "alignment", icon: IconTarget, label: "Alignment" },
  { path: "hygiene", icon: IconChecklist, label: "Hygiene" },
];

/** The way through the app; in the sidebar, and in the drawer of small screens. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const { project } = useCurrentProject();
  return (
    // Clicks on links bubble up here, so that the drawer closes after a choice.
    <nav aria-label="Main" className={classes.nav} onClick={(event) => (event.target as Element).closest("a") && onNavigate?.()}>
      <Link to="/" className={classes.brand}>
        <Logo />
        Leadline
      </Link>
      <ul className={classes.list}>
        <Item to="/" icon={IconGauge} label="Overview" isExact />
        <Item to="/integrations" icon={IconPlug} label="Integrations" />
      </ul>
      <p className={classes.group}>Project</p>
      <ProjectSwitcher />
      {project && (
        <>
          <p className={classes.group}>Insights</p>
          <ul className={classes.list}>
            {insights.map(({ path, ...entry }) => (
              <Item key={path} to={`/projects/${project.key}/insights/${path}`} {...entry} />
            ))}
          </ul>
          <p className={classes.group}>Set-up</p>
          <ul className={classes.list}>
            <Item to={`/projects/${project.key}/mapping`} icon={IconRoute} label="Integration mapping" />
          </ul>
        </>
      )}
      <p className={classes.group}>Settings</p>
      <ul className={classes.list}>
        <Item to="/settings/notifications" icon={IconBell} label="Notifications" />
      </ul>
      <div className={classes.foot}>
        <Freshness />
        <ThemeToggle />
      </div>
    </nav>
  );
}

function Item({ to, icon: Icon, label, isExact = false }: { to: string; icon: TablerIcon; label: string; isExact?: boolean }) {
  return (
    <li>
      <Link to={to as "/"} className={classes.link} activeOptions={{ exact: isExact, includeSearch: false }}>
        <Icon size={18} stroke={1.7} aria-hidden />
        {label}
      </Link>
    </li>
  );
}

/** How far the data reaches, on every page. */
function Freshness() {
  const { data } = useQuery(overviewQuery);
  const { tone, text } = describe(data);
  return (
    <Link to="/integrations" search={{ tab: "mine" }} className={classes.freshness}>
      <span className={classes.dot} data-tone={tone} aria-hidden="true" />
      <span>
        {text}
        {data?.dataThrough && (
          <>
            <br />
            Data through <RelativeTime at={data.dataThrough} />
          </>
        )}
      </span>
    </Link>
  );
}

function describe(data: Schemas["Overview"] | undefined) {
  if (!data) return { tone: "idle", text: "…" };
  const { total, failed, running } = data.integrations;
  if (total === 0) return { tone: "idle", text: "Nothing connected yet" };
  if (failed > 0) return { tone: "bad", text: failed === 1 ? "1 integration failed" : `${failed} integrations failed` };
  if (running > 0) return { tone: "warn", text: "Reading history …" };
  return { tone: "good", text: "Up to date" };
}
