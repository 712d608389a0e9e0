import { SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { DataTable } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { Notice } from "../../../components/states.tsx";
import { formatDay } from "../../../lib/dates.ts";
import { formatCount, formatDuration } from "../../../lib/format.ts";
import { healthQuery } from "../api/reading.ts";
import { HealthDays } from "./health-days.tsx";

/** What came in on each of the last days, and what stands still now. */
export function AvailabilityPanel({ integration }: { integration: string }) {
  const { data: health } = useQuery(healthQuery(integration));
  const [days, setDays] = useState("7");
  const shown = health?.timeline.slice(-Number(days)) ?? [];
  return (
    <Panel
      title="Data availability"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Range of days"
          data={[
            { value: "7", label: "7 days" },
            { value: "30", label: "30 days" },
          ]}
          value={days}
          onChange={setDays}
        />
      }
    >
      {health?.stuck.map((stuck) => (
        <Notice key={stuck.task} tone="bad">
          A task of the stream {stuck.stream} stands still for {formatDuration(stuck.stillSeconds)}. It is interrupted and resumed
          by itself.
        </Notice>
      ))}
      <HealthDays days={shown} />
      <details style={{ marginTop: 12 }}>
        <summary>Day by day</summary>
        <DataTable
          label="Data availability by day"
          rows={shown.toReversed()}
          keyOf={(day) => day.day}
          columns={[
            { id: "day", header: "Day", cell: (day) => formatDay(day.day) },
            { id: "state", header: "State", cell: (day) => (day.state === "none" ? "no data" : day.state) },
            { id: "tasks", header: "Tasks", align: "right", cell: (day) => formatCount(day.tasks) },
            { id: "failed", header: "Failed", align: "right", cell: (day) => formatCount(day.failed) },
            { id: "requests", header: "Requests", align: "right", cell: (day) => formatCount(day.requests) },
            { id: "records", header: "Records", align: "right", cell: (day) => formatCount(day.records) },
            { id: "entities", header: "Entities", align: "right", cell: (day) => formatCount(day.entities) },
          ]}
        />
      </details>
      {health && (
        <Text size="xs" c="dimmed" mt="sm">
          Without a success for {formatDuration(health.staleAfterSeconds)} the status becomes Unknown.
        </Text>
      )}
    </Panel>
  );
}
