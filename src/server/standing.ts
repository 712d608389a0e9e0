import type { Instant } from "../domain/instant.ts";
import type { Integration } from "../workspace/integrations.ts";

/** Without a success for so long an integration is no longer known to be healthy. */
export const staleAfterSeconds = ({ everySeconds }: Pick<Integration, "everySeconds">): number =>
  Math.max(3 * everySeconds, 3600);

const hours = (seconds: number) =>
  seconds < 2 * 3600
    ? `${Math.round(seconds / 60)} minutes`
    : seconds < 48 * 3600
      ? `${Math.round(seconds / 3600)} hours`
      : `${Math.round(seconds / 86_400)} days`;

export type Standing = Pick<Integration, "status" | "statusReason" | "nextStep" | "statusSince"> & { readonly isStale: boolean };

/** The status as it is now: what the last run said, unless that was too long ago to be believed. */
export function standing(integration: Integration, now: Instant): Standing {
  const { status, statusReason, nextStep, statusSince, lastSuccessAt, lifecycle } = integration;
  const said = { status, statusReason, nextStep, statusSince, isStale: false };
  if (status !== "HEALTHY" || lifecycle !== "active" || lastSuccessAt === null) return said;
  const limit = staleAfterSeconds(integration);
  const staleAt = Date.parse(lastSuccessAt) + limit * 1000;
  if (Date.parse(now) <= staleAt) return said;
  return {
    status: "UNKNOWN",
    statusReason: `No reading has succeeded for ${hours((Date.parse(now) - Date.parse(lastSuccessAt)) / 1000)}; it was healthy before. After ${hours(limit)} a success is too old to speak for today.`,
    nextStep: "Read now, or open the ingestion log for what has kept it.",
    statusSince: new Date(staleAt).toISOString(),
    isStale: true,
  };
}

/** The same integration with the status as it is now. */
export function standingNow(integration: Integration, now: Instant): Integration {
  const { isStale: _, ...current } = standing(integration, now);
  return { ...integration, ...current };
}
