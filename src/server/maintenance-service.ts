import { join } from "node:path";

import type { Archive, Sink } from "../ingest/sink.ts";
import { listIntegrations } from "../workspace/integrations.ts";
import { writeBackup } from "./backup.ts";
import type { Context } from "./context.ts";
import { check } from "./integration-edit.ts";
import { problemLine } from "./check-line.ts";
import { openIntegration } from "./integration-access.ts";
import { leaseLines, workIsElsewhere } from "./lease.ts";
import type { Measures } from "./prometheus.ts";
import { rebuild } from "./rebuild.ts";
import { dataChecks } from "./self-check.ts";
import type { CheckLine, Services } from "./services.ts";

export function maintenanceService(
  context: Context,
  { archive, sink, measures, home }: { archive: Archive; sink: Pick<Sink, "write">; measures: Measures; home: string },
): Services["maintenance"] {
  const { workspace, warehouse, facts } = context;
  return {
    backup: ({ file, isWithKey }) => writeBackup(context, { home, file, isWithKey }),
    async rebuild({ isVerified }) {
      const { lease } = context;
      if (!(await lease.take())) throw workIsElsewhere(await lease.holder());
      return rebuild(context, { archive, sink, isVerified, folder: join(home, "rebuild.tmp") });
    },
    refreshFacts: () => facts.refresh(),
    async ready() {
      try {
        await warehouse.query("select 1 as one");
        await workspace.db.selectFrom("setting").select("name").limit(1).execute();
        return { isReady: true, reason: null };
      } catch (error) {
        return { isReady: false, reason: problemLine("databases", error).what };
      }
    },
    metricsText: () => measures.text(),
    async checks() {
      return [...(await leaseLines(context)), ...(await dataChecks({ workspace, warehouse })), ...(await connectivity(context))];
    },
  };
}

/** Every active integration's credential, asked one after the other. */
async function connectivity(context: Context): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  for (const saved of await listIntegrations(context.workspace)) {
    if (saved.lifecycle !== "active") continue;
    const name = `integration ${saved.id}`;
    try {
      const answer = await check(context, await openIntegration(context, saved));
      lines.push({
        check: name,
        ok: answer.ok,
        what: answer.sentence,
        rule: answer.problem?.detail ?? null,
        next: answer.problem?.hint ?? null,
      });
    } catch (error) {
      lines.push(problemLine(name, error));
    }
  }
  return lines;
}
