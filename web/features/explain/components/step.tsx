import type { ReactNode } from "react";

import classes from "./explain.module.css";

/** One stage of the way from a number to its source. */
export function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className={classes.step}>
      <span className={classes.mark} aria-hidden="true">
        {number}
      </span>
      <div>
        <h3 className={classes.stepTitle}>{title}</h3>
        <div className={classes.stepBody}>{children}</div>
      </div>
    </li>
  );
}
