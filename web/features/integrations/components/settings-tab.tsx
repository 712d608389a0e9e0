import { Button, Group, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { ProblemNotice } from "../../../components/states.tsx";
import { asProblem } from "../../../lib/problem.ts";
import { connectorsQuery } from "../../../lib/queries.ts";
import { useMay } from "../../../lib/session.ts";
import { useCheckSaved, useIntegrationActions } from "../api/changing.ts";
import type { Integration } from "../api/reading.ts";
import { CheckResult } from "./check-result.tsx";
import { cleanConfig, type Config, ConfigForm, isComplete } from "./config-form.tsx";
import { DeleteModal } from "./delete-modal.tsx";
import classes from "./detail.module.css";

export function SettingsTab({ integration }: { integration: Integration }) {
  return (
    <div className={classes.stack}>
      <General integration={integration} />
      <Credentials integration={integration} />
      <Danger integration={integration} />
    </div>
  );
}

const paces = [
  { value: "60", label: "every minute" },
  { value: "300", label: "every 5 minutes" },
  { value: "900", label: "every 15 minutes" },
  { value: "3600", label: "every hour" },
  { value: "86400", label: "every day" },
];

function General({ integration }: { integration: Integration }) {
  const mayWrite = useMay("integrations:write");
  const { change } = useIntegrationActions(integration.id);
  const [draft, setDraft] = useState({
    name: integration.name,
    description: integration.description ?? "",
    tags: integration.tags,
    every: String(integration.everySeconds),
    since: integration.backfill.since?.slice(0, 10) ?? null,
  });
  const pace = paces.some((one) => one.value === draft.every)
    ? paces
    : [{ value: draft.every, label: `every ${draft.every} seconds` }, ...paces];
  const save = () =>
    change.mutate(
      {
        name: draft.name.trim(),
        description: draft.description.trim() || null,
        tags: draft.tags,
        everySeconds: Number(draft.every),
        backfill: { since: draft.since },
      },
      { onSuccess: () => notifications.show({ message: "Saved." }) },
    );
  return (
    <Panel title="General">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <TextInput
          label="Name"
          description={`Its id stays ${integration.id}; links and reports go on working.`}
          value={draft.name}
          onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          required
          disabled={!mayWrite}
        />
        <Textarea
          label="Description"
          value={draft.description}
          onChange={(event) => setDraft({ ...draft, description: event.currentTarget.value })}
          autosize
          minRows={2}
          disabled={!mayWrite}
        />
        <TagsInput label="Tags" value={draft.tags} onChange={(tags) => setDraft({ ...draft, tags })} disabled={!mayWrite} />
        <Group grow align="flex-start">
          <Select
            label="Read"
            description="An idle vendor costs almost nothing"
            data={pace}
            value={draft.every}
            onChange={(every) => setDraft({ ...draft, every: every ?? draft.every })}
            allowDeselect={false}
            disabled={!mayWrite}
          />
          <DateInput
            label="History since"
            description="Empty: everything there is"
            value={draft.since}
            onChange={(since) => setDraft({ ...draft, since })}
            valueFormat="D MMM YYYY"
            clearable
            disabled={!mayWrite}
          />
        </Group>
        {change.error && <ProblemNotice problem={change.error} />}
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!mayWrite || !draft.name.trim()}>
            Save
          </Button>
        </Group>
      </form>
    </Panel>
  );
}

/** Everything about the credential can be changed, the way to authenticate too; history stays. */
function Credentials({ integration }: { integration: Integration }) {
  const mayWrite = useMay("integrations:write");
  const { data: connectors } = useQuery(connectorsQuery);
  const fields = connectors?.find((one) => one.name === integration.connector)?.fields ?? [];
  const stored = integration.secrets.map((secret) => secret.field);
  const [config, setConfig] = useState<Config>(integration.config);
  const check = useCheckSaved(integration.id);
  const { change } = useIntegrationActions(integration.id);
  const given = cleanConfig(fields, config);
  const save = () =>
    change.mutate({ config: given }, { onSuccess: () => notifications.show({ message: "The new credential is in use." }) });
  return (
    <Panel
      title="Credentials"
      lead="Stored encrypted, never shown again. Write a field to replace it; leave it empty to keep it."
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <ConfigForm
          fields={fields}
          value={config}
          onChange={setConfig}
          storedSecrets={stored}
          errors={change.error ? asProblem(change.error).fields : []}
        />
        {integration.secrets.map((secret) => (
          <div key={secret.field} style={{ color: "var(--ll-dim)", fontSize: "0.8125rem" }}>
            {secret.field}: stored <RelativeTime at={secret.rotatedAt ?? secret.writtenAt} />, last used{" "}
            <RelativeTime at={secret.usedAt} otherwise="never" />
          </div>
        ))}
        <div aria-live="polite">
          {check.data && <CheckResult answer={check.data} />}
          {(check.error ?? change.error) && <ProblemNotice problem={check.error ?? change.error} />}
        </div>
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!mayWrite || !isComplete(fields, config, stored)}>
            Save and re-authenticate
          </Button>
          <Button variant="default" onClick={() => check.mutate(given)} loading={check.isPending}>
            Check connection
          </Button>
        </Group>
      </form>
    </Panel>
  );
}

function Danger({ integration }: { integration: Integration }) {
  const [isOpen, modal] = useDisclosure();
  const mayWrite = useMay("integrations:write");
  return (
    <Panel
      title="Delete this integration"
      lead="Removes the credential and everything that was read through it. You see what is affected before anything happens."
    >
      <Button
        variant="outline"
        color="red"
        onClick={modal.open}
        disabled={!mayWrite || integration.lifecycle === "deleting"}
        style={{ color: "var(--ll-bad)" }}
      >
        {integration.lifecycle === "deleting" ? "Deleting …" : "See what is affected …"}
      </Button>
      {isOpen && <DeleteModal integration={integration} onClose={modal.close} />}
    </Panel>
  );
}
