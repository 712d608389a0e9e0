import { bigint, boolean, category, json, orNull, text, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One incident of an incident tool (tickets that count as incidents stay issues; facts unite them). */
export const incident = table({
  name: "incident",
  kind: "E",
  key: "provider incident id",
  columns: {
    number: orNull(text),
    title: orNull(text),
    statusCategory: category("open", "acknowledged", "resolved", "closed", "canceled", "other"),
    status: orNull(text),
    /** §4.2 */
    priorityCategory: orNull(category("critical", "high", "medium", "low", "other")),
    priority: orNull(text),
    severityCategory: orNull(category("critical", "high", "medium", "low", "other")),
    severity: orNull(text),
    urgencyCategory: orNull(category("critical", "high", "medium", "low", "other")),
    urgency: orNull(text),
    serviceId: orNull(text),
    service: orNull(text),
    environment: orNull(text),
    /** record opened */
    createdAt: timestamp,
    /** start of impact if stated */
    startedAt: orNull(timestamp),
    /** first acknowledgement; last resolution; final */
    acknowledgedAt: orNull(timestamp),
    resolvedAt: orNull(timestamp),
    closedAt: orNull(timestamp),
    assigneeAccountId: orNull(text),
    reporterAccountId: orNull(text),
    assignmentGroup: orNull(text),
    escalationCount: orNull(bigint),
    reassignmentCount: orNull(bigint),
    reopenCount: orNull(bigint),
    alertCount: orNull(bigint),
    isMajor: orNull(boolean),
    /** change, deployment or commit named as cause */
    causedByKey: orNull(text),
    closeCode: orNull(text),
    /** as issue */
    customFields: orNull(json),
  },
});

/** One entry of the log. */
export const incidentEvent = table({
  name: "incident_event",
  kind: "E",
  key: "<incident>/<log entry id>",
  columns: {
    incidentId: text,
    /** `triggered acknowledged unacknowledged escalated reassigned priority_changed status_changed annotated reopened resolved closed merged other` */
    kindCategory: category(
      "triggered",
      "acknowledged",
      "unacknowledged",
      "escalated",
      "reassigned",
      "priority_changed",
      "status_changed",
      "annotated",
      "reopened",
      "resolved",
      "closed",
      "merged",
      "other",
    ),
    kind: orNull(text),
    occurredAt: timestamp,
    /** NULL for automation */
    actorAccountId: orNull(text),
    fromValue: orNull(text),
    toValue: orNull(text),
  },
});

/** One change of a change-management tool. */
export const changeRequest = table({
  name: "change_request",
  kind: "E",
  key: "provider record id",
  columns: {
    number: text,
    title: orNull(text),
    typeCategory: orNull(category("standard", "normal", "emergency", "other")),
    type: orNull(text),
    stateCategory: category("planned", "implementing", "review", "closed", "canceled", "other"),
    state: orNull(text),
    /** `success`, `partial`, `failure`, `other`; from the close code */
    resultCategory: orNull(category("success", "partial", "failure", "other")),
    result: orNull(text),
    /** §4.2 */
    riskCategory: orNull(category("critical", "high", "medium", "low", "other")),
    risk: orNull(text),
    priorityCategory: orNull(category("critical", "high", "medium", "low", "other")),
    priority: orNull(text),
    serviceId: orNull(text),
    service: orNull(text),
    environment: orNull(text),
    /** started/finished = actual work */
    createdAt: orNull(timestamp),
    plannedStartAt: orNull(timestamp),
    plannedEndAt: orNull(timestamp),
    startedAt: orNull(timestamp),
    finishedAt: orNull(timestamp),
    closedAt: orNull(timestamp),
    assigneeAccountId: orNull(text),
    requesterAccountId: orNull(text),
  },
});

/** One alert. */
export const alert = table({
  name: "alert",
  kind: "E",
  key: "<incident>/<alert id> or alert id",
  columns: {
    incidentId: orNull(text),
    serviceId: orNull(text),
    title: orNull(text),
    /** §4.2; `open`, `resolved`, `other` */
    severityCategory: orNull(category("critical", "high", "medium", "low", "other")),
    severity: orNull(text),
    statusCategory: orNull(category("open", "resolved", "other")),
    status: orNull(text),
    createdAt: timestamp,
    resolvedAt: orNull(timestamp),
    isSuppressed: orNull(boolean),
  },
});
