import { Button, Drawer } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconExternalLink } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import type { Cell } from "../../../lib/cell.ts";
import { useCellMetric } from "./cell-title.tsx";
import { ExplainWalk } from "./explain-walk.tsx";

/** The explanation beside the page it belongs to; the same has an address of its own. */
export function ExplainDrawer({ cell, onClose }: { cell: Cell; onClose: () => void }) {
  const metric = useCellMetric(cell);
  const isSmall = useMediaQuery("(max-width: 62em)");
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={isSmall ? "100%" : 760}
      title={metric ? `How ${metric.label.toLowerCase()} is worked out` : "Explanation"}
      closeButtonProps={{ "aria-label": "Close" }}
      styles={{ title: { fontWeight: 640, fontSize: "1rem" } }}
    >
      <Button
        component={Link}
        to={`/explain/${cell.metric}` as "/"}
        search={{ cell } as never}
        size="compact-sm"
        variant="subtle"
        color="gray"
        mb="sm"
        ml={-8}
        leftSection={<IconExternalLink size={14} aria-hidden />}
      >
        Open as a page
      </Button>
      <ExplainWalk cell={cell} />
    </Drawer>
  );
}
