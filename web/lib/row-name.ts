import type { Row } from "./metric-query.ts";

const numbered = /^\/(.+?)\/(?:-\/)?(?:pull|pulls|pull-requests|pullrequest|merge_requests|issues|runs)\/(?:.*\/)?(\d+)$/;
const committed = /^\/(.+?)\/(?:-\/)?commits?\/([0-9a-f]{7})[0-9a-f]*$/;

const keyed = /\/browse\/([^/]+)$/;

/** What people call the thing of a row, read from its address: `acme/pay #17`, `acme/pay @9f8a7c1`; else the native part of its id. */
export function rowName(row: Row): string {
  const label = row["issue_id_label"];
  if (typeof label === "string") return label;
  const path = pathOf(row["url"]);
  const [, key] = path.match(keyed) ?? [];
  if (key) return key;
  const [, where, number] = path.match(numbered) ?? [];
  if (number) return `${where} #${number}`;
  const [, repository, sha] = path.match(committed) ?? [];
  if (sha) return `${repository} @${sha}`;
  const id = String(row["id"]);
  return id.split(":").slice(3).join(":") || id;
}

const pathOf = (url: unknown): string => (typeof url === "string" && URL.canParse(url) ? decodeURI(new URL(url).pathname) : "");
