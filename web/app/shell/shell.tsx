import { ActionIcon, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMenu2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";

import { ErrorState, LoadingLines, Notice } from "../../components/states.tsx";
import { useLiveEvents } from "../../lib/live.ts";
import { asProblem } from "../../lib/problem.ts";
import { sessionQuery } from "../../lib/queries.ts";
import { CellPanels } from "./cell-panels.tsx";
import { Logo } from "./logo.tsx";
import { Navigation } from "./navigation.tsx";
import classes from "./shell.module.css";
import { SignIn } from "./sign-in.tsx";

/** Sidebar, top bar of small screens, and the page. */
export function Shell() {
  const session = useQuery(sessionQuery);
  const isLineOpen = useLiveEvents(session.isSuccess);
  if (session.error && asProblem(session.error).status === 401) return <SignIn />;
  return (
    <div className={classes.frame}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <aside className={classes.sidebar} aria-label="Sidebar">
        <Navigation />
      </aside>
      <TopBar />
      <main id="main" tabIndex={-1} className={classes.main}>
        {session.isSuccess && !isLineOpen && (
          <div style={{ padding: "12px var(--ll-page-gutter) 0" }}>
            <Notice tone="warn">
              The server does not answer. What you see was loaded before; the page reconnects by itself.
            </Notice>
          </div>
        )}
        {session.isPending && (
          <div style={{ padding: "40px var(--ll-page-gutter)" }}>
            <LoadingLines />
          </div>
        )}
        {session.isError && <ErrorState error={session.error} onRetry={() => void session.refetch()} />}
        {session.isSuccess && <Outlet />}
      </main>
      {session.isSuccess && <CellPanels />}
    </div>
  );
}

function TopBar() {
  const [isOpen, drawer] = useDisclosure();
  return (
    <header className={classes.topbar}>
      <ActionIcon size="lg" onClick={drawer.open} aria-label="Open the menu" aria-expanded={isOpen}>
        <IconMenu2 size={20} stroke={1.7} aria-hidden />
      </ActionIcon>
      <Link to="/" className={classes.brand} style={{ padding: 0 }}>
        <Logo size={24} />
        Leadline
      </Link>
      <Drawer opened={isOpen} onClose={drawer.close} size={288} title="Menu" padding="xs">
        <Navigation onNavigate={drawer.close} />
      </Drawer>
    </header>
  );
}
