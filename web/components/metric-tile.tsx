import { ActionIcon, Skeleton, Tooltip } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight, IconInfoCircle, IconMinus } from "@tabler/icons-react";
import { Children, type ReactNode } from "react";

import { formatChange, formatCount, formatValue } from "../lib/format.ts";
import type { Figure, Metric } from "../lib/metric-query.ts";
import { Sparkline } from "./charts/sparkline.tsx";
import classes from "./metric-tile.module.css";

/** Five in a row where there is room; three, where there are six. */
export const TileGrid = ({ children }: { children: ReactNode }) => (
  <div className={classes.grid} data-sixth={Children.count(children) === 6}>
    {children}
  </div>
);

interface MetricTileProps {
  metric: Metric;
  figure: Figure;
  /** Shape over time, unknown as null. */
  values: readonly (number | null)[];
  /** What n counts: "changes", "deployments"; absent where n adds up something else than items. */
  noun?: string | undefined;
  /** Known of the present only: nothing to compare with, and no shape. */
  isNow?: boolean | undefined;
  /** Said under the number: the statistic of a duration. */
  qualifier?: string | undefined;
  badge?: ReactNode;
  /** Why there is no value, and what to do about it. */
  reason?: ReactNode;
  isSmall?: boolean;
  onOpen?: () => void;
  onExplain?: () => void;
}

/** One number that can be opened: value, change, shape, how many items, and where it comes from. */
export function MetricTile(props: MetricTileProps) {
  const { metric, figure, values, noun, qualifier, badge, reason, isSmall, isNow, onOpen, onExplain } = props;
  return (
    <article className={isSmall ? `${classes.tile} ${classes.small}` : classes.tile} aria-label={metric.label}>
      <div className={classes.head}>
        <h2 className={classes.label}>{metric.label}</h2>
        {onExplain && (
          <Tooltip label={`${metric.description} Select to see how it is worked out.`}>
            <ActionIcon size="sm" onClick={onExplain} aria-label={`Explain ${metric.label}`}>
              <IconInfoCircle size={16} stroke={1.7} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {figure.value === null ? (
        <>
          <p className={classes.none}>No data</p>
          <div className={classes.reason}>{reason}</div>
        </>
      ) : (
        <>
          <button type="button" className={classes.value} onClick={onOpen} title="See the items behind this number">
            {formatValue(figure.value, metric.unit)}
            <span className="ll-visually-hidden">: see the items behind this number</span>
          </button>
          <div className={classes.line}>{isNow ? <span>as of now</span> : <Change metric={metric} figure={figure} />}</div>
          <div className={classes.spark}>{!isNow && <Sparkline values={values} />}</div>
          <div className={classes.foot}>
            <span className="ll-number">
              {[figure.n !== null && noun ? `${formatCount(figure.n)} ${noun}` : null, qualifier].filter(Boolean).join(" · ")}
            </span>
            {badge}
          </div>
        </>
      )}
    </article>
  );
}

/** Up or down against the period before; green and red by what is better, and in words. */
export function Change({
  metric,
  figure,
  isShort = false,
}: {
  metric: Pick<Metric, "better" | "unit">;
  figure: Figure;
  isShort?: boolean;
}) {
  const { change, before } = figure;
  if (change === null && isShort) return null;
  if (change === null)
    return before === null ? <span>nothing to compare with</span> : <span>before: {formatValue(before, metric.unit)}</span>;
  const isUp = change > 0;
  const isSteady = Math.abs(change) < 0.005;
  const isBetter = metric.better === "higher" ? isUp : !isUp;
  const tone = isSteady || metric.better === "neither" ? "idle" : isBetter ? "good" : "bad";
  const Arrow = isSteady ? IconMinus : isUp ? IconArrowUpRight : IconArrowDownRight;
  const words = tone === "idle" ? "" : isBetter ? ", better" : ", worse";
  return (
    <>
      <span className={classes.change} data-tone={tone}>
        <Arrow size={14} stroke={2.2} aria-hidden />
        {formatChange(change)}
        <span className="ll-visually-hidden">
          {isSteady ? " unchanged" : isUp ? " up" : " down"}
          {words}
        </span>
      </span>
      {!isShort && <span>from {formatValue(before, metric.unit)}</span>}
    </>
  );
}

export const TileSkeleton = ({ isSmall = false }: { isSmall?: boolean }) => <Skeleton height={isSmall ? 150 : 208} radius={12} />;
