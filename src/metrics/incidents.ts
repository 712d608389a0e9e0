import { age, n, r, s, v } from "./expression.ts";
import { metricsOf } from "./metric.ts";
import type { MetricSource } from "./metric.ts";

const C = "is_counted";

const rate = (x: string, label: string, description: string): MetricSource => ({
  name: `incident_${x}_rate`,
  label,
  when: "started_at",
  is: r(n(`${C} and is_${x}`), n(C)),
  unit: "percent",
  better: "lower",
  description,
});

const perIncident = (x: string, label: string, description: string): MetricSource => ({
  name: `${x}s_per_incident`,
  label,
  when: "started_at",
  is: r(s(`${x}_count`, C), n(C)),
  unit: "ratio",
  better: "lower",
  description,
});

export const incidents = metricsOf("fact_incident", [
  {
    name: "incidents",
    label: "Incidents",
    when: "started_at",
    is: n(C),
    unit: "count",
    better: "lower",
    description: "Incidents that started in the bucket and match the profile's filter.",
  },
  {
    name: "incidents_resolved",
    label: "Incidents resolved",
    when: "resolved_at",
    is: n(C),
    unit: "count",
    better: "neither",
    description: "Incidents whose last resolution falls in the bucket.",
  },
  {
    name: "time_to_restore",
    label: "Time to restore (MTTR)",
    when: "resolved_at",
    is: v("restore_seconds", C),
    unit: "seconds",
    better: "lower",
    description: "Start to resolution of the incidents resolved in the bucket; open ones have none yet.",
    variant_of: "failed_deployment_recovery_time",
  },
  {
    name: "time_to_restore_by_start",
    label: "Time to restore, by start",
    when: "started_at",
    is: v("restore_seconds", C),
    unit: "seconds",
    better: "lower",
    description: "Start to resolution of the incidents that started in the bucket and are resolved.",
    variant_of: "failed_deployment_recovery_time",
  },
  {
    name: "time_to_acknowledge",
    label: "Time to acknowledge (MTTA)",
    when: "started_at",
    is: v("acknowledge_seconds", C),
    unit: "seconds",
    better: "lower",
    description: "Start to the first acknowledgement.",
  },
  {
    name: "time_between_incidents",
    label: "Time between incidents (MTBF)",
    when: "started_at",
    is: v("since_previous_seconds", C),
    unit: "seconds",
    better: "higher",
    description: "Resolution of the service's previous incident to the start of this one; unknown when they overlap.",
  },
  {
    name: "incidents_open",
    label: "Open incidents",
    when: "started_at..resolved_at",
    is: n(C),
    unit: "count",
    better: "lower",
    description: "Incidents started and not resolved at the end of the bucket.",
  },
  {
    name: "incident_age",
    label: "Age of open incidents",
    when: "started_at..resolved_at",
    is: v(age("started_at"), C),
    unit: "seconds",
    better: "lower",
    description: "Time since the start of incidents open at the end of the bucket.",
  },
  rate("reopened", "Reopened incidents", "Share of incidents that were reopened after a resolution."),
  rate("after_hours", "Incidents after hours", "Share of incidents that started outside the working time of their calendar."),
  rate("major", "Major incidents", "Share of incidents that are major."),
  perIncident("escalation", "Escalations per incident", "Escalations divided by incidents."),
  perIncident("reassignment", "Reassignments per incident", "Changes of the assignee divided by incidents."),
  perIncident("alert", "Alerts per incident", "Alerts grouped into incidents divided by incidents."),
  {
    name: "incident_link_rate",
    label: "Incidents traced to a deployment",
    when: "started_at",
    is: r(n(`${C} and deployment_id is not null`), n(C)),
    unit: "percent",
    better: "higher",
    description: "Share of incidents with a deployment that may have caused them.",
  },
]);
