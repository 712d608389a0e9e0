import { setImmediate as breathe } from "node:timers/promises";

import type { Instant } from "../domain/instant.ts";
import type { Page } from "./connector.ts";
import { archived, archivePage, prepare, type MapSetting, type Prepared } from "./records.ts";
import type { Archive } from "./sink.ts";
import type { MappedPage } from "./stream-buffer.ts";

/** Records prepared before other work gets a turn. */
const RECORDS_AT_ONCE = 200;

/** Archives a page, then maps its records. */
export async function mapPage(
  page: Page,
  { setting, archive, taskId, now }: { setting: MapSetting; archive: Archive; taskId: string; now: Instant },
): Promise<MappedPage> {
  const records = page.records.map((record) => archived(record, setting.redactor));
  const row = await archivePage(page, records, { archive, key: setting.key, taskId, now });
  const prepared: Prepared[] = [];
  for (const [position, record] of records.entries()) {
    if (position % RECORDS_AT_ONCE === RECORDS_AT_ONCE - 1) await breathe();
    prepared.push(prepare(record, { pageId: row!.id, position, seenAt: row!.fetchedAt }, setting));
  }
  return { row, prepared };
}
