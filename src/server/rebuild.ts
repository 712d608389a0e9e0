import { Problem } from "../domain/problem.ts";
import type { Archive } from "../ingest/sink.ts";
import type { Context } from "./context.ts";
import type { RebuildReport } from "./services.ts";

export async function rebuild(
  _context: Context,
  _options: { archive: Archive; isVerified: boolean; folder: string },
): Promise<RebuildReport> {
  throw new Problem({ code: "not_ready", what: "Rebuilding is not there yet.", status: 501 });
}
