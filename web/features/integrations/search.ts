/* What the addresses of this feature may carry. Unknown words are dropped rather than refused: links age. */

const oneOf = <Word extends string>(words: readonly Word[], given: unknown): Word | undefined =>
  words.find((word) => word === given);

const text = (given: unknown): string | undefined => (typeof given === "string" && given !== "" ? given : undefined);

export interface IntegrationsSearch {
  tab?: "available" | "mine" | undefined;
  search?: string | undefined;
  status?: "HEALTHY" | "UNKNOWN" | "FAILED" | undefined;
  lifecycle?: "active" | "paused" | "deleting" | undefined;
  connector?: string | undefined;
}

export const parseIntegrationsSearch = (given: Record<string, unknown>): IntegrationsSearch => ({
  tab: oneOf(["available", "mine"], given["tab"]),
  search: text(given["search"]),
  status: oneOf(["HEALTHY", "UNKNOWN", "FAILED"], given["status"]),
  lifecycle: oneOf(["active", "paused", "deleting"], given["lifecycle"]),
  connector: text(given["connector"]),
});

export const detailTabs = ["overview", "scopes", "monitoring", "data", "webhooks", "settings"] as const;
export const taskStates = ["scheduled", "pending", "running", "succeeded", "failed", "cancelled"] as const;
export const taskKinds = ["backfill", "refresh", "webhook", "push", "import", "reconcile", "delete"] as const;

export interface DetailSearch {
  tab?: (typeof detailTabs)[number] | undefined;
  status?: (typeof taskStates)[number] | undefined;
  kind?: (typeof taskKinds)[number] | undefined;
  stream?: string | undefined;
  scope?: string | undefined;
  /** Days, YYYY-MM-DD. */
  from?: string | undefined;
  to?: string | undefined;
  /** The record whose journey is shown: what was asked for, and which of several is meant. */
  record?: string | undefined;
  pick?: string | undefined;
}

const dayText = (given: unknown): string | undefined =>
  typeof given === "string" && /^\d{4}-\d{2}-\d{2}$/.test(given) ? given : undefined;

export const parseDetailSearch = (given: Record<string, unknown>): DetailSearch => ({
  tab: oneOf(detailTabs, given["tab"]),
  status: oneOf(taskStates, given["status"]),
  kind: oneOf(taskKinds, given["kind"]),
  stream: text(given["stream"]),
  scope: text(given["scope"]),
  from: dayText(given["from"]),
  to: dayText(given["to"]),
  // A number in the address is parsed as one.
  record: text(typeof given["record"] === "number" ? String(given["record"]) : given["record"]),
  pick: text(given["pick"]),
});
