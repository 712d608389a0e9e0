import type { Archive } from "../ingest/sink.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { notFound } from "./problems.ts";
import type { Payload } from "./shapes/metrics.ts";

interface RecordRow {
  integration_id: string;
  stream: string;
  scope_id: string;
  native_key: string;
  position: number;
  first_seen_at: string;
  is_latest: boolean;
  page_id: string;
}

interface PageRow {
  id: string;
  integration_id: string;
  stream: string;
  scope_id: string;
  task_id: string | null;
  request: string | null;
  status: number | null;
  fetched_at: string;
  body_hash: string;
}

/** What the vendor sent: one record by its hash (`raw_hash` of a row), or a whole page by the hash of its body. */
export async function payload(
  { warehouse, archive }: { warehouse: Warehouse; archive: Archive },
  hash: string,
): Promise<Payload> {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw notFound("archived payload", hash);
  const record = await first<RecordRow>(
    warehouse,
    "select * from raw_record where hash = $1 order by is_latest desc, last_seen_at desc limit 1",
    hash,
  );
  const page = record
    ? await first<PageRow>(warehouse, "select * from raw_page where id = $1", record.page_id)
    : await first<PageRow>(warehouse, "select * from raw_page where body_hash = $1 order by fetched_at desc limit 1", hash);
  if (!page) throw notFound("archived payload", hash);
  const whole = JSON.parse(Buffer.from(await archive.get(page.body_hash)).toString("utf8")) as { records: unknown[] };
  const body = record ? whole.records[record.position] : whole;
  return {
    hash,
    kind: record ? "record" : "page",
    integration: page.integration_id,
    stream: page.stream,
    scopeId: page.scope_id,
    nativeKey: record?.native_key ?? null,
    request: page.request,
    status: page.status,
    fetchedAt: page.fetched_at,
    firstSeenAt: record?.first_seen_at ?? null,
    isLatest: record?.is_latest ?? null,
    task: page.task_id,
    body: hideSecrets(body),
  };
}

async function first<Row>(warehouse: Warehouse, sql: string, value: string): Promise<Row | null> {
  const { rows } = await warehouse.query<Row>(sql, [value]);
  return rows[0] ?? null;
}

const secretName = /^(.*[_-])?(token|secret|password|passwd|private_?key|api_?key|authorization|client_secret|credential)$/i;

/** The archive is written without secrets; a field that is named like one is hidden once more before it is shown. */
export function hideSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideSecrets);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === "string" && inner !== "" && secretName.test(name) ? "[secret]" : hideSecrets(inner),
    ]),
  );
}
