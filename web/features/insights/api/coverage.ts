import { useQuery } from "@tanstack/react-query";

import { mappingQuery } from "../../../lib/queries.ts";

/** How far back the history of a project's integrations is complete, while it is still being read. */
export function useCoverage(project: string): { coveredFrom: string | null; isReading: boolean } {
  const { data } = useQuery({ ...mappingQuery(project), refetchInterval: 10_000 });
  const reading =
    data?.items.filter(({ progress }) => progress.state !== "idle" && progress.share !== null && progress.share < 1) ?? [];
  const reached = reading
    .flatMap(({ coverage }) => coverage.map(({ from }) => from))
    .filter((from): from is string => from !== null);
  const latest = reached.reduce<string | null>((most, from) => (most === null || from > most ? from : most), null);
  return { coveredFrom: latest?.slice(0, 10) ?? null, isReading: reading.length > 0 };
}
