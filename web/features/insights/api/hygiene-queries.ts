import { useQuery } from "@tanstack/react-query";

import type { Filter } from "../../../lib/cell.ts";
import { answersQuery } from "../../../lib/metric-query.ts";
import { profilesQuery } from "../../../lib/queries.ts";
import { base, by, type Frame } from "./frame.ts";
import type { Tile, TilesQuery } from "./tiles.ts";
import type { GroupColumn } from "../components/groups-panel.tsx";

export const hygieneTiles: readonly Tile[] = [
  { metric: "hygiene_score", group: "hygiene", noun: "open items", isNow: true },
  { metric: "hygiene_issues", group: "hygiene", noun: "open items", isNow: true },
  { metric: "issues_open", group: "open", noun: "items" },
  { metric: "issue_age", group: "open", noun: "items" },
];

export const hygieneColumns: readonly GroupColumn[] = [
  { metric: "hygiene_score", source: "hygiene", header: "Score", noun: "open items" },
  { metric: "hygiene_issues", source: "hygiene", header: "Items with a miss", noun: "open items" },
];

export const hygieneByQuery = (frame: Frame, dimension: string): TilesQuery =>
  answersQuery<string>({ hygiene: by(base(frame, ["hygiene_score", "hygiene_issues"]), dimension) });

export const missed = (check: string): Filter => ["has", "hygiene_misses", [check]];

/** The checks of the profile that answers, each with how many open items miss it. */
export function useMisses(frame: Frame) {
  const profiles = useQuery(profilesQuery);
  const asked = useQuery(answersQuery({ all: base(frame, ["hygiene_issues"]) }));
  const profile = asked.data?.all.answer?.meta["profile"];
  const settings = profiles.data?.find(({ id }) => id === profile)?.settings as { "hygiene.checks"?: Check[] } | undefined;
  const checks = settings?.["hygiene.checks"] ?? [];
  const queries = Object.fromEntries(
    checks.map(({ name }) => [name, base({ ...frame, filters: [...frame.filters, missed(name)] }, ["hygiene_issues"])]),
  );
  const answers = useQuery({ ...answersQuery<string>(queries), enabled: checks.length > 0 });
  return { checks, answers: answers.data, error: profiles.error ?? answers.error, refetch: () => void answers.refetch() };
}

interface Check {
  name: string;
  weight: number;
}

/** What a check asks for, in words; one of people's own is called by its name. */
const words: Record<string, string> = {
  idle: "Nothing happened for 30 days",
  description: "No description",
  due: "No due date",
  assignee: "No assignee",
  component: "No component",
  points: "No estimate",
  response: "No response within 2 days",
  resolution: "Open for more than 90 days",
  inactive_assignee: "Assignee has left",
};

export const checkName = (name: string): string => words[name] ?? name.replaceAll("_", " ");
