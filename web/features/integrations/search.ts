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
}

export const parseDetailSearch = (given: Record<string, unknown>): DetailSearch => ({
  tab: oneOf(detailTabs, given["tab"]),
  status: oneOf(taskStates, given["status"]),
  kind: oneOf(taskKinds, given["kind"]),
  stream: text(given["stream"]),
  scope: text(given["scope"]),
});
