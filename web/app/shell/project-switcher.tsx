import { Button, Menu, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure, useLocalStorage } from "@mantine/hooks";
import { IconCheck, IconChevronDown, IconFolder, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { ProblemNotice } from "../../components/states.tsx";
import { answered, client } from "../../lib/api.ts";
import { projectsQuery } from "../../lib/queries.ts";
import { useMay } from "../../lib/session.ts";
import classes from "./shell.module.css";

/** The project of the address, else the last one looked at, else the first. */
export function useCurrentProject() {
  const { project: named } = useParams({ strict: false });
  const [last, setLast] = useLocalStorage({ key: "leadline-project", defaultValue: "" });
  const { data: projects = [] } = useQuery(projectsQuery);
  useEffect(() => {
    if (named) setLast(named);
  }, [named, setLast]);
  const project = projects.find((one) => one.key === named) ?? projects.find((one) => one.key === last) ?? projects[0];
  return { project, projects };
}

export function ProjectSwitcher() {
  const { project, projects } = useCurrentProject();
  const [isMaking, making] = useDisclosure();
  const navigate = useNavigate();
  const mayWrite = useMay("projects:write");
  return (
    <>
      <Menu width="target" position="bottom-start" shadow="md">
        <Menu.Target>
          <button type="button" className={classes.project} aria-label={`Project: ${project?.name ?? "No project yet"}`}>
            <IconFolder size={17} stroke={1.7} aria-hidden style={{ flex: "none", color: "var(--ll-dim)" }} />
            <span
              style={{
                flex: 1,
                minWidth: 0,
                overflow: "hidden",
                textOverflow: "ellipsis",
                whiteSpace: "nowrap",
                fontWeight: 560,
              }}
            >
              {project?.name ?? "No project yet"}
            </span>
            <IconChevronDown size={15} stroke={1.8} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {projects.map((one) => (
            <Menu.Item
              key={one.key}
              rightSection={one.key === project?.key ? <IconCheck size={14} aria-label="current" /> : null}
              onClick={() => void navigate({ to: "/projects/$project/insights/efficiency", params: { project: one.key } })}
            >
              {one.name}
            </Menu.Item>
          ))}
          {projects.length > 0 && mayWrite && <Menu.Divider />}
          {mayWrite && (
            <Menu.Item leftSection={<IconPlus size={14} aria-hidden />} onClick={making.open}>
              New project
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isMaking} onClose={making.close} title="New project">
        <NewProject onDone={making.close} />
      </Modal>
    </>
  );
}

function NewProject({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState("");
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => answered(client.POST("/api/v1/projects", { body: { name: name.trim() } })),
    onSuccess: async (project) => {
      await queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey });
      onDone();
      await navigate({ to: "/projects/$project/mapping", params: { project: project.key } });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="A product or a group of teams. It sees the integrations that you map to it."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          required
          maxLength={100}
        />
        {create.error && <ProblemNotice problem={create.error} />}
        <Button type="submit" loading={create.isPending} disabled={!name.trim()}>
          Create and map integrations
        </Button>
      </Stack>
    </form>
  );
}
