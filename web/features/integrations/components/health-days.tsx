import { Text, Tooltip } from "@mantine/core";

import type { Schemas } from "../../../lib/api.ts";
import { formatDay } from "../../../lib/dates.ts";
import { formatCount } from "../../../lib/format.ts";
import classes from "./detail.module.css";

type Day = Schemas["Health"]["timeline"][number];

const words: Record<Day["state"], string> = {
  healthy: "all succeeded",
  failed: "some failed",
  pending: "not finished",
  none: "nothing ran",
};

/** One mark for each day; colour and words say the same. */
export function HealthDays({ days }: { days: readonly Day[] }) {
  const failed = days.filter((day) => day.state === "failed").length;
  return (
    <>
      <ul className={classes.days} style={{ gridTemplateColumns: `repeat(${days.length}, 1fr)` }} aria-label="Days">
        {days.map((day) => {
          const text = `${formatDay(day.day)}: ${words[day.state]}, ${formatCount(day.tasks)} tasks, ${formatCount(day.records)} records`;
          return (
            <Tooltip key={day.day} label={text}>
              <li className={classes.day} data-state={day.state}>
                <span className="ll-visually-hidden">{text}</span>
              </li>
            </Tooltip>
          );
        })}
      </ul>
      <Text size="xs" c="dimmed" mt={8}>
        {failed === 0 ? "No day with failures." : `${failed} ${failed === 1 ? "day" : "days"} with failures.`} Oldest on the left.
      </Text>
    </>
  );
}
