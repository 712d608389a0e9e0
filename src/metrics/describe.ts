import type { Metric } from "./metric.ts";

/** The record of a metric as people and pages read it. */
export type MetricRecord = Omit<Metric, "expression">;

export function describeMetric(metric: Metric): MetricRecord {
  const { expression: _expression, ...record } = metric;
  return record;
}
