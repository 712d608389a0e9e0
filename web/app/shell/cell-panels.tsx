import { useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { useCellPanels } from "../../lib/cell.ts";

const ItemsDrawer = lazy(async () => ({
  default: (await import("../../features/explain/components/items-drawer.tsx")).ItemsDrawer,
}));
const ExplainDrawer = lazy(async () => ({
  default: (await import("../../features/explain/components/explain-drawer.tsx")).ExplainDrawer,
}));

/** The two panels that any number of any page can open; the URL says which. */
export function CellPanels() {
  const { items, explain } = useSearch({ strict: false });
  const { close } = useCellPanels();
  return (
    <Suspense>
      {items && <ItemsDrawer cell={items} onClose={() => close("items")} />}
      {explain && <ExplainDrawer cell={explain} onClose={() => close("explain")} />}
    </Suspense>
  );
}
