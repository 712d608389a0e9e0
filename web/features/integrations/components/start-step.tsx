import { Button, Group, Radio, Select, Stack, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import dayjs from "dayjs";
import { useState } from "react";

import { ProblemNotice } from "../../../components/states.tsx";
import { projectsQuery } from "../../../lib/queries.ts";
import { type ProjectChoice, useCreateIntegration } from "../api/changing.ts";
import type { Connector } from "../api/reading.ts";
import type { Draft } from "../routes/connect-page.tsx";
import { cleanConfig } from "./config-form.tsx";

const depths = [
  { value: "1", label: "The last 12 months" },
  { value: "3", label: "The last 3 years" },
  { value: "all", label: "Everything there is" },
  { value: "date", label: "Since a day of your choice" },
] as const;

/** Where the data goes and how far back to read; newest comes first, so charts fill from the right. */
export function StartStep({ connector, draft, onBack }: { connector: Connector; draft: Draft; onBack: () => void }) {
  const navigate = useNavigate();
  const create = useCreateIntegration();
  const { data: projects = [] } = useQuery(projectsQuery);
  const [choice, setChoice] = useState<ProjectChoice | null>(null);
  const [depth, setDepth] = useState<string>("3");
  const [day, setDay] = useState<string | null>(null);
  const project: ProjectChoice =
    choice ?? (projects[0] ? { kind: "existing", key: projects[0].key } : { kind: "new", name: "My project" });
  const start = () =>
    create.mutate(
      {
        connector: connector.name,
        name: draft.name.trim(),
        config: cleanConfig(connector.fields, draft.config),
        selection: draft.selection,
        backfill: { since: sinceOf(depth, day) },
        project,
      },
      {
        onSuccess: (integration) => void navigate({ to: "/integrations/$integration", params: { integration: integration.id } }),
      },
    );
  return (
    <Stack gap="lg">
      <ProjectField value={project} onChange={setChoice} projects={projects} />
      <Radio.Group
        label="History"
        description="Newest first: the first chart appears in about two minutes, the past fills in behind it."
        value={depth}
        onChange={setDepth}
      >
        <Stack gap={8} mt="xs">
          {depths.map(({ value, label }) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Stack>
      </Radio.Group>
      {depth === "date" && (
        <DateInput
          label="Read since"
          value={day}
          onChange={setDay}
          minDate={connector.launchedOn}
          maxDate={dayjs().format("YYYY-MM-DD")}
          valueFormat="D MMM YYYY"
          w={220}
        />
      )}
      {create.error && <ProblemNotice problem={create.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onBack} disabled={create.isPending}>
          Back
        </Button>
        <Button
          onClick={start}
          loading={create.isPending}
          disabled={depth === "date" && !day}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
        >
          Start reading
        </Button>
      </Group>
    </Stack>
  );
}

interface ProjectFieldProps {
  value: ProjectChoice;
  onChange: (value: ProjectChoice) => void;
  projects: readonly { key: string; name: string }[];
}

function ProjectField({ value, onChange, projects }: ProjectFieldProps) {
  const key = value.kind === "existing" ? value.key : value.kind;
  const data = [
    ...projects.map((one) => ({ value: one.key, label: one.name })),
    { value: "new", label: "A new project …" },
    { value: "later", label: "None yet; I will map it later" },
  ];
  const choose = (given: string | null) => {
    if (given === "new") onChange({ kind: "new", name: "" });
    else if (given === "later" || !given) onChange({ kind: "later" });
    else onChange({ kind: "existing", key: given });
  };
  return (
    <Group align="flex-start" grow preventGrowOverflow={false}>
      <Select
        label="Project"
        description="Insights of a project use the integrations that are mapped to it."
        data={data}
        value={key}
        onChange={choose}
        allowDeselect={false}
      />
      {value.kind === "new" && (
        <TextInput
          label="Name of the project"
          description="For example a product or a group of teams."
          value={value.name}
          onChange={(event) => onChange({ kind: "new", name: event.currentTarget.value })}
          required
        />
      )}
    </Group>
  );
}

function sinceOf(depth: string, day: string | null): string | null {
  if (depth === "all") return null;
  if (depth === "date") return day;
  return dayjs().subtract(Number(depth), "year").format("YYYY-MM-DD");
}
