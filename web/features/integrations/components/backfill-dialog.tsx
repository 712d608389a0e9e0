import { Button, Checkbox, Group, Modal, MultiSelect, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useState } from "react";

import { LoadingLines, Notice, ProblemNotice } from "../../../components/states.tsx";
import { connectorsQuery } from "../../../lib/queries.ts";
import { type BackfillWish, estimateQuery, useBackfillActions } from "../api/backfills.ts";
import type { Integration } from "../api/reading.ts";
import { scopesQuery } from "../api/scopes.ts";

interface BackfillDialogProps {
  integration: Integration;
  /** What is filled in already: a range that is to be read again. */
  first: Partial<BackfillWish>;
  onClose: () => void;
}

const priorities = [
  { value: "1", label: "1 – before all others" },
  { value: "3", label: "3 – early" },
  { value: "5", label: "5 – usual" },
  { value: "7", label: "7 – late" },
  { value: "9", label: "9 – after all others" },
];
const shares = [10, 25, 50, 75, 100].map((percent) => ({ value: String(percent), label: `${percent}%` }));
const orders = [
  { value: "newest-first", label: "Newest first" },
  { value: "oldest-first", label: "Oldest first" },
];

const closing = { "aria-label": "Close" };

const day = (years: number) => dayjs().subtract(years, "year").format("YYYY-MM-DD");

/** How far back, of what, how urgently; and what that costs, before it begins. */
export function BackfillDialog({ integration, first, onClose }: BackfillDialogProps) {
  const [wish, setWish] = useState<BackfillWish>({
    since: day(2),
    order: "newest-first",
    priority: 5,
    maxShare: 0.5,
    again: false,
    ...first,
  });
  const set = (part: Partial<BackfillWish>) => setWish({ ...wish, ...part });
  const { start } = useBackfillActions(integration.id);
  const begin = () => start.mutate(wish, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={`Backfill ${integration.name}`} size="lg" closeButtonProps={closing}>
      <Stack>
        <Range integration={integration} wish={wish} set={set} />
        <What integration={integration} wish={wish} set={set} />
        <How wish={wish} set={set} />
        <Estimate integration={integration} wish={wish} />
        {start.error && <ProblemNotice problem={start.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button onClick={begin} loading={start.isPending} leftSection={<IconPlayerPlay size={16} aria-hidden />}>
            Start backfill
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface FieldsProps {
  integration: Integration;
  wish: BackfillWish;
  set: (part: Partial<BackfillWish>) => void;
}

function Range({ integration, wish, set }: FieldsProps) {
  const { data: connectors } = useQuery(connectorsQuery);
  const launchedOn = connectors?.find(({ name }) => name === integration.connector)?.launchedOn;
  const until = (given: string | null) => {
    const { until: _, ...rest } = wish;
    set(given === null ? { ...rest, until: undefined as never } : { until: given });
  };
  const dates = { maxDate: dayjs().format("YYYY-MM-DD"), valueFormat: "D MMM YYYY", clearable: true };
  return (
    <>
      <Group gap={6}>
        {[1, 2, 3, 5].map((years) => (
          <Button key={years} size="compact-xs" variant="default" onClick={() => set({ since: day(years) })}>
            {years === 1 ? "1 year" : `${years} years`}
          </Button>
        ))}
        <Button size="compact-xs" variant="default" onClick={() => set({ since: null })}>
          Everything
        </Button>
      </Group>
      <Group grow align="flex-start">
        <DateInput
          label="Back to"
          description="Empty: everything there is"
          value={wish.since}
          onChange={(since) => set({ since })}
          {...(launchedOn ? { minDate: launchedOn } : {})}
          {...dates}
        />
        <DateInput
          label="Up to"
          description="Only to read a range again"
          value={wish.until ?? null}
          onChange={until}
          {...dates}
        />
      </Group>
      <Checkbox
        label="Read what is there already once more"
        checked={wish.again || wish.until !== undefined}
        disabled={wish.until !== undefined}
        onChange={(event) => set({ again: event.currentTarget.checked })}
      />
    </>
  );
}

function What({ integration, wish, set }: FieldsProps) {
  const selection = { selection: integration.selection, search: "", limit: 500, isEdited: false };
  const { data: known } = useQuery(scopesQuery(integration.id, selection));
  const scopes = known?.items.filter(({ isSelected, isVanished }) => isSelected && !isVanished) ?? [];
  const some = (given: string[]) => (given.length > 0 ? given : (undefined as never));
  return (
    <>
      <MultiSelect
        label="Streams"
        placeholder={wish.streams?.length ? "" : "All"}
        data={integration.coverage.map(({ stream }) => stream)}
        value={wish.streams ?? []}
        onChange={(given) => set({ streams: some(given) })}
        searchable
        clearable
      />
      <MultiSelect
        label="Scopes"
        placeholder={wish.scopes?.length ? "" : "All that are chosen"}
        data={scopes.map(({ id, name }) => ({ value: id, label: name }))}
        value={wish.scopes ?? []}
        onChange={(given) => set({ scopes: some(given) })}
        searchable
        clearable
      />
    </>
  );
}

function How({ wish, set }: Pick<FieldsProps, "wish" | "set">) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
      <Select
        label="Order"
        data={orders}
        value={wish.order}
        onChange={(order) => set({ order: (order ?? wish.order) as BackfillWish["order"] })}
        allowDeselect={false}
      />
      <Select
        label="Priority"
        data={priorities}
        value={String(wish.priority)}
        onChange={(priority) => set({ priority: Number(priority ?? wish.priority) })}
        allowDeselect={false}
      />
      <Select
        label="Of the quota that remains"
        data={shares}
        value={String(Math.round(wish.maxShare * 100))}
        onChange={(share) => set({ maxShare: Number(share ?? 50) / 100 })}
        allowDeselect={false}
      />
    </SimpleGrid>
  );
}

/** What the server expects it to cost; refusals appear here before anything begins. */
function Estimate({ integration, wish }: Pick<FieldsProps, "integration" | "wish">) {
  const [asked] = useDebouncedValue(wish, 300);
  const { data, error, isPending } = useQuery(estimateQuery(integration.id, asked));
  const notes = [...new Set(data?.readOrders.flatMap(({ note }) => note ?? []))];
  const streamsOf = (said: string) => data?.readOrders.filter(({ note }) => note === said).map(({ stream }) => stream);
  return (
    <div aria-live="polite">
      {isPending && <LoadingLines lines={2} />}
      {error && <ProblemNotice problem={error} />}
      {data && !error && (
        <>
          <Notice>
            <strong>Before it begins:</strong> {data.sentence}
          </Notice>
          {wish.order === "oldest-first" &&
            notes.map((note) => (
              <Text key={note} size="xs" c="dimmed" mt={6}>
                {streamsOf(note)?.join(", ")}: {note}
              </Text>
            ))}
        </>
      )}
    </div>
  );
}
