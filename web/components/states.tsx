import { Button, Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconPlugConnectedX } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { asProblem } from "../lib/problem.ts";
import classes from "./states.module.css";

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  text?: ReactNode;
  actions?: ReactNode;
  isCompact?: boolean;
}

/** Nothing here, why that is, and what to do next. */
export function EmptyState({ icon, title, text, actions, isCompact }: EmptyStateProps) {
  return (
    <div className={isCompact ? `${classes.state} ${classes.compact}` : classes.state}>
      {icon && <div className={classes.glyph}>{icon}</div>}
      <p className={classes.title}>{title}</p>
      {text && <div className={classes.text}>{text}</div>}
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}

/** What happened, the rule, what to do next; with a way to try again. */
export function ErrorState({
  error,
  onRetry,
  isCompact,
}: {
  error: unknown;
  onRetry?: (() => void) | undefined;
  isCompact?: boolean;
}) {
  const problem = asProblem(error);
  const isOffline = problem.code === "server_unreachable";
  return (
    <div role="alert" className={isCompact ? `${classes.state} ${classes.compact}` : classes.state}>
      <div className={classes.glyph} data-tone="bad">
        {isOffline ? (
          <IconPlugConnectedX size={22} stroke={1.7} aria-hidden />
        ) : (
          <IconAlertTriangle size={22} stroke={1.7} aria-hidden />
        )}
      </div>
      <p className={classes.title}>{problem.title}</p>
      {(problem.detail || problem.hint) && (
        <p className={classes.text}>
          {problem.detail} {problem.hint}
        </p>
      )}
      <span className={classes.code}>{problem.code}</span>
      {onRetry && (
        <div className={classes.actions}>
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

export type Tone = "info" | "good" | "warn" | "bad";
const glyphs = { info: IconInfoCircle, good: IconCircleCheck, warn: IconAlertTriangle, bad: IconAlertTriangle };

/** A sentence with weight, inside the flow of a page. */
export function Notice({ tone = "info", children, action }: { tone?: Tone; children: ReactNode; action?: ReactNode }) {
  const Glyph = glyphs[tone];
  return (
    <div className={classes.notice} data-tone={tone} role={tone === "bad" ? "alert" : undefined}>
      <Glyph size={18} stroke={1.8} aria-hidden />
      <div style={{ flex: 1, minWidth: 0 }}>{children}</div>
      {action}
    </div>
  );
}

/** A problem as a notice: its three parts in one place. */
export function ProblemNotice({ problem, tone = "bad" }: { problem: unknown; tone?: Tone }) {
  const { title, detail, hint, fields } = asProblem(problem);
  return (
    <Notice tone={tone}>
      <p>
        <strong>{title}</strong>
      </p>
      {(detail || hint) && (
        <p>
          {detail} {hint}
        </p>
      )}
      {fields.map((field) => (
        <p key={field.path}>
          <code>{field.path}</code>: {field.message}
        </p>
      ))}
    </Notice>
  );
}

/** Grey lines of the height that the content will have. */
export function LoadingLines({ lines = 4, height = 16, gap = 12 }: { lines?: number; height?: number; gap?: number }) {
  return (
    <div aria-busy="true" aria-label="Loading" role="status" style={{ display: "grid", gap }}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={height} width={`${96 - ((line * 17) % 40)}%`} />
      ))}
    </div>
  );
}
