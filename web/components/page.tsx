import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

import classes from "./page.module.css";

interface PageProps {
  title: string;
  /** Drawn beside the title: an icon, a status. */
  mark?: ReactNode;
  aside?: ReactNode;
  lead?: ReactNode;
  crumbs?: ReactNode;
  actions?: ReactNode;
  isNarrow?: boolean;
  children: ReactNode;
}

/** The frame of every page: crumbs, one h1, a sentence, actions, content. */
export function Page({ title, mark, aside, lead, crumbs, actions, isNarrow, children }: PageProps) {
  useDocumentTitle(`${title} · Leadline`);
  return (
    <div className={isNarrow ? `${classes.page} ${classes.narrow}` : classes.page}>
      {crumbs && (
        <nav aria-label="Breadcrumb" className={classes.crumbs}>
          {crumbs}
        </nav>
      )}
      <header className={classes.header}>
        <div className={classes.titles}>
          <div className={classes.title}>
            {mark}
            <h1 style={{ font: "inherit", letterSpacing: "inherit", margin: 0 }}>{title}</h1>
            {aside}
          </div>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
