import { type ReactNode, useId } from "react";

import classes from "./panel.module.css";

interface PanelProps {
  title?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  foot?: ReactNode;
  /** Content reaches the panel's edges: tables. */
  isFlush?: boolean;
  children: ReactNode;
}

/** A titled surface; the unit of which pages are made. */
export function Panel({ title, lead, actions, foot, isFlush, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} {...(title ? { "aria-labelledby": id } : {})}>
      {(title || actions) && (
        <div className={classes.header}>
          {title && (
            <h2 id={id} className={classes.title}>
              {title}
            </h2>
          )}
          {actions && <div className={classes.actions}>{actions}</div>}
        </div>
      )}
      {lead && <p className={classes.lead}>{lead}</p>}
      <div className={isFlush ? `${classes.body} ${classes.flush}` : classes.body}>{children}</div>
      {foot && <div className={classes.foot}>{foot}</div>}
    </section>
  );
}
