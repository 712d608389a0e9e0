import { checkWarehouse } from "../warehouse/check.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { Workspace } from "../workspace/open.ts";
import { fine } from "./check-line.ts";
import type { CheckLine } from "./services.ts";

/** What the two databases say of themselves and of their rows. */
export async function dataChecks({ workspace, warehouse }: { workspace: Workspace; warehouse: Warehouse }): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  const damage = await workspace.integrity();
  lines.push(
    damage.length === 0
      ? fine("workspace", `The workspace (${workspace.engine}) is sound.`)
      : {
          check: "workspace",
          ok: false,
          what: damage[0]!,
          rule: "The workspace database must be sound.",
          next: "Restore a backup with `leadline restore FILE`.",
        },
  );
  lines.push(...(await warehouseLines(warehouse)));
  return lines;
}

async function warehouseLines(warehouse: Warehouse): Promise<CheckLine[]> {
  const findings = await checkWarehouse(warehouse);
  if (findings.length === 0) return [fine("warehouse", `The warehouse (${warehouse.engine}) keeps every rule of its tables.`)];
  return findings.map(({ check, what, rule, next }) => ({ check: `warehouse: ${check}`, ok: false, what, rule, next }));
}
