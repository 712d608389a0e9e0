import { afterAll, describe, expect, it } from "vitest";

import { type FactRow, factTester, people } from "../../../test/facts.ts";

const on = (day: number, time: string) => `2026-05-0${day}T${time}:00Z`;
const tester = factTester();
afterAll(tester.close);
const column = (rows: readonly FactRow[], name: string) => Object.fromEntries(rows.map((row) => [row.id, row[name]]));

describe.each(tester.engines)("fact_incident on %s", (engine) => {
  it("measures from impact to the last resolution (worked example 11)", async () => {
    const rows = await tester.rows(engine, "fact_incident", {
      incident: [
        { id: "i1", createdAt: on(4, "11:00"), resolvedAt: on(4, "12:00") },
        { id: "i2", createdAt: on(4, "13:00"), resolvedAt: on(4, "13:30") },
        {
          id: "i3",
          createdAt: on(4, "08:30"),
          startedAt: on(4, "08:00"),
          resolvedAt: on(4, "11:00"),
          acknowledgedAt: on(4, "08:20"),
        },
        { id: "i4", createdAt: on(5, "20:00"), statusCategory: "open" },
        { id: "i5", createdAt: on(5, "09:00"), statusCategory: "canceled" },
        { id: "i6", createdAt: on(5, "09:00"), resolvedAt: on(5, "08:00") },
        { id: "i7", createdAt: on(5, "09:00"), closedAt: on(5, "10:00"), statusCategory: "closed" },
      ],
    });
    expect(column(rows, "restore_seconds")).toEqual({ i1: 3600, i2: 1800, i3: 10800, i4: null, i5: null, i6: null, i7: 3600 });
    expect(column(rows, "is_counted")).toEqual({ i1: true, i2: true, i3: true, i4: true, i5: false, i6: true, i7: true });
    expect(column(rows, "is_open")).toEqual({ i1: false, i2: false, i3: false, i4: true, i5: false, i6: false, i7: false });
    expect(column(rows, "flags")).toMatchObject({ i1: null, i6: "negative_restore" });
    expect(column(rows, "acknowledge_seconds").i3).toBe(1200);
  });

  it("takes tickets as the profile says, with their statuses' times", async () => {
    const step = (n: number, issueId: string, at: string, from: string, to: string) => ({
      id: `${issueId}${n}`,
      issueId,
      fieldCategory: "status" as const,
      occurredAt: at,
      sequence: n,
      fromId: from,
      fromCategory: from,
      toId: to,
      toCategory: to,
    });
    const rows = await tester.rows(engine, "fact_incident", {
      ...people("ann"),
      issue: [
        {
          id: "t1",
          typeCategory: "incident",
          createdAt: on(4, "09:00"),
          statusCategory: "done",
          severityCategory: "critical",
          assigneeAccountId: "ann",
        },
        { id: "t2", typeCategory: "incident", createdAt: on(4, "09:00"), statusCategory: "canceled" },
        { id: "t3", typeCategory: "bug", createdAt: on(4, "09:00") },
      ],
      issue_transition: [
        step(1, "t1", on(4, "09:10"), "todo", "in_progress"),
        step(2, "t1", on(4, "10:00"), "in_progress", "done"),
        step(3, "t1", on(4, "11:00"), "done", "in_progress"),
        step(4, "t1", on(4, "12:00"), "in_progress", "done"),
        step(5, "t1", on(4, "13:00"), "done", "done"),
        step(1, "t2", on(4, "09:30"), "todo", "canceled"),
      ],
    });
    expect(rows.map(({ id }) => id)).toEqual(["t1", "t2"]);
    expect(rows[0]).toMatchObject({
      origin: "issue",
      acknowledge_seconds: 600,
      restore_seconds: 10800,
      reopen_count: 1,
      is_reopened: true,
      is_major: true,
      status: "resolved",
      assignee_id: "person-ann",
    });
    expect(rows[1]).toMatchObject({ is_counted: false, status: "canceled" });
  });

  it("measures the time since the previous incident of the service", async () => {
    const rows = await tester.rows(engine, "fact_incident", {
      incident: [
        { id: "i1", serviceId: "s", createdAt: on(4, "08:00"), resolvedAt: on(4, "09:00") },
        { id: "i2", serviceId: "s", createdAt: on(4, "12:00"), resolvedAt: on(4, "14:00") },
        { id: "i3", serviceId: "s", createdAt: on(4, "13:00"), resolvedAt: on(4, "13:10") },
        { id: "i4", serviceId: "other", createdAt: on(4, "15:00") },
        { id: "i5", serviceId: "same-as-s", createdAt: on(4, "15:00"), resolvedAt: on(4, "16:00") },
        { id: "i6", createdAt: on(4, "17:00") },
      ],
      service_map: [{ id: "m", serviceId: "s", sameAsServiceId: "same-as-s" }],
    });
    expect(column(rows, "since_previous_seconds")).toEqual({ i1: null, i2: 10800, i3: null, i4: null, i5: 6600, i6: null });
    expect(column(rows, "flags").i3).toBe("overlapping");
  });

  it("judges after hours by the calendar of the team that owns the service", async () => {
    const rows = await tester.rows(engine, "fact_incident", {
      service: [{ id: "s" }],
      calendar: [{ id: "night", opens: "20:00", closes: "24:00", weekdays: "1,2,3,4,5,6,7" }],
      team: [{ id: "ops", calendarId: "night" }],
      team_tree: [{ ancestorTeamId: "ops", teamId: "ops", depth: 0 }],
      team_scope: [{ id: "scope", teamId: "ops", subject: "service", filter: ["is", "id", ["s"]] }],
      incident: [
        { id: "i1", serviceId: "s", createdAt: on(4, "21:00") },
        { id: "i2", serviceId: "s", createdAt: on(4, "10:00") },
        { id: "i3", createdAt: on(4, "10:00") },
        { id: "i4", createdAt: on(4, "17:00") },
        { id: "i5", createdAt: on(9, "10:00") },
      ],
    });
    expect(column(rows, "is_after_hours")).toEqual({ i1: false, i2: true, i3: false, i4: true, i5: true });
    expect(column(rows, "primary_team_id")).toEqual({ i1: "ops", i2: "ops", i3: null, i4: null, i5: null });
  });

  it("counts the log where the tool keeps no counters", async () => {
    const happened = (id: string, kindCategory: "escalated" | "reassigned" | "reopened" | "acknowledged", time: string) => ({
      id,
      incidentId: "i1",
      kindCategory,
      occurredAt: on(4, time),
    });
    const [row] = await tester.rows(engine, "fact_incident", {
      profile: [{ settings: { "incident.end": "closed" } }],
      incident: [
        { id: "i1", createdAt: on(4, "10:00"), resolvedAt: on(4, "11:00"), closedAt: on(4, "12:00"), reassignmentCount: 7 },
      ],
      incident_event: [
        happened("e1", "escalated", "10:01"),
        happened("e2", "reassigned", "10:02"),
        happened("e3", "reopened", "10:03"),
        happened("e4", "acknowledged", "10:05"),
      ],
      alert: [
        { id: "a1", incidentId: "i1" },
        { id: "a2", incidentId: "i1" },
      ],
      incident_deployment: [
        {
          incidentId: "i1",
          deploymentId: "d",
          evidenceCategory: "service_window",
          secondsBetween: 90_000,
          confidence: 0.6,
          isPrimary: true,
        },
      ],
    });
    expect(row).toMatchObject({
      escalation_count: 1,
      reassignment_count: 7,
      reopen_count: 1,
      alert_count: 2,
      acknowledge_seconds: 300,
      restore_seconds: 7200,
      deployment_id: null,
    });
  });
});
