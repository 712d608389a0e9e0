import { Button, Divider, Popover, Stack, Text } from "@mantine/core";
import { DatePicker } from "@mantine/dates";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendar, IconChevronDown } from "@tabler/icons-react";
import dayjs from "dayjs";
import { useState } from "react";

import { formatRange } from "../lib/dates.ts";
import { presets, type Range, type RangeSearch } from "../lib/range.ts";

interface RangePickerProps {
  range: Range;
  onChange: (change: RangeSearch) => void;
}

/** Presets that move with today, or two days of one's own. */
export function RangePicker({ range, onChange }: RangePickerProps) {
  const [isOpen, popover] = useDisclosure();
  const [days, setDays] = useState<[string | null, string | null]>([
    range.from,
    dayjs.utc(range.to).subtract(1, "day").format("YYYY-MM-DD"),
  ]);
  const choose = (change: RangeSearch) => {
    onChange(change);
    popover.close();
  };
  const pick = (given: [string | null, string | null]) => {
    setDays(given);
    const [from, last] = given;
    if (from && last) choose({ range: undefined, from, to: dayjs.utc(last).add(1, "day").format("YYYY-MM-DD") });
  };
  return (
    <Popover
      opened={isOpen}
      onChange={(open) => (open ? popover.open() : popover.close())}
      position="bottom-start"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          variant="default"
          onClick={popover.toggle}
          aria-expanded={isOpen}
          leftSection={<IconCalendar size={16} stroke={1.7} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          <span style={{ fontWeight: 560 }}>{range.label === "Custom" ? formatRange(range.from, range.to) : range.label}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="sm" aria-label="Range">
        <div style={{ display: "flex", flexWrap: "wrap", gap: 12 }}>
          <Stack gap={2} miw={140}>
            {presets.map((preset) => (
              <Button
                key={preset.name}
                size="compact-sm"
                justify="flex-start"
                variant={preset.label === range.label ? "light" : "subtle"}
                color={preset.label === range.label ? "sea" : "gray"}
                onClick={() => choose({ range: preset.name, from: undefined, to: undefined })}
              >
                {preset.label}
              </Button>
            ))}
            <Divider my={4} />
            <Text size="xs" c="dimmed" px={8} maw={140}>
              Or choose the first and the last day.
            </Text>
          </Stack>
          <DatePicker
            type="range"
            value={days}
            onChange={pick}
            maxDate={dayjs().format("YYYY-MM-DD")}
            allowSingleDateInRange
            defaultDate={range.from}
          />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
