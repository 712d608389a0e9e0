import { useQuery } from "@tanstack/react-query";

import { mappingQuery } from "../../../lib/queries.ts";
import type { Schemas } from "../../../lib/api.ts";

type Integration = Schemas["Integration"];
export type HistoryState = Integration["history"]["state"];

export interface Coverage {
  /** Before this day something is missing that charts would count; null: everything is there. */
  readonly coveredFrom: string | null;
  /** Nothing can be said yet: the newest page of some stream has not come. */
  readonly isUnknown: boolean;
  /** Of the integration that reaches least far back. */
  readonly state: HistoryState;
}

/** How far back the history of a project's integrations is complete, whether it still grows or not. */
export function useCoverage(project: string): Coverage {
  const { data } = useQuery({ ...mappingQuery(project), refetchInterval: 10_000 });
  const reaches = data?.items.map(reachOf) ?? [];
  const least = reaches.reduce<Coverage | null>(
    (worst, one) => (worst === null || (one.coveredFrom ?? "") > (worst.coveredFrom ?? "") ? one : worst),
    null,
  );
  return {
    coveredFrom: least?.coveredFrom ?? null,
    isUnknown: reaches.some((one) => one.isUnknown),
    state: least?.state ?? "complete",
  };
}

function reachOf({ history: { state }, coverage }: Integration): Coverage {
  const known = coverage.flatMap(({ from }) => (from === null ? [] : [from.slice(0, 10)]));
  const isArriving = state === "running" || state === "waiting";
  return { coveredFrom: known.sort().at(-1) ?? null, isUnknown: isArriving && known.length < coverage.length, state };
}
