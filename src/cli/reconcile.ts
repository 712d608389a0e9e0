import { setTimeout as after } from "node:timers/promises";

import type { ReconciliationBody } from "../server/shapes/reconciliation.ts";
import { pathWith, type Client } from "./client.ts";
import { Failed, type Shared } from "./command.ts";
import { print, printJson, say, table } from "./output.ts";

const LOOK_EVERY_MS = 250;

/** Compares an integration with its vendor's lists now, and says scope by scope what differed. */
export async function reconcile(client: Client, name: string, { json }: Shared): Promise<void> {
  const at = `/api/v1/integrations/${encodeURIComponent(name)}`;
  await client.call("POST", `${at}/reconcile`, {});
  const found = await untilDone(client, `${at}/reconciliation`, json === true);
  if (json) printJson(found);
  else {
    print(
      table(
        ["scope", "stream", "expected", "stored", "missing", "healed", "stale", "in doubt", "gone", "state"],
        found.items.map((one) => [
          one.scope,
          one.stream,
          one.expected,
          one.stored,
          one.missing,
          one.healed,
          one.stale,
          one.candidates,
          one.gone,
          one.state,
        ]),
      ),
    );
    for (const { sentence } of found.sequences) print(sentence);
    if (found.error) say([found.error.title, found.error.detail, found.error.hint].filter(Boolean).join("\n  "));
    say(found.sentence);
    if (found.totals.candidates > 0) say(found.rule);
  }
  if (found.outcome !== "succeeded") throw new Failed();
}

async function untilDone(client: Client, path: string, isQuiet: boolean): Promise<ReconciliationBody> {
  let told = "";
  for (;;) {
    const found = await client.call<ReconciliationBody>("GET", pathWith(path, { limit: 500 }));
    if (found.state === "idle") return found;
    const words = found.progress ? `${found.progress.done} of ${found.progress.total} lists compared` : "";
    if (!isQuiet && words && words !== told) say(words);
    told = words;
    await after(LOOK_EVERY_MS);
  }
}
