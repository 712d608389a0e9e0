import { getRouteApi, Link } from "@tanstack/react-router";
import dayjs from "dayjs";

import { Page } from "../../../components/page.tsx";
import { Panel } from "../../../components/panel.tsx";
import type { Cell } from "../../../lib/cell.ts";
import { useCellMetric } from "../components/cell-title.tsx";
import { ExplainWalk } from "../components/explain-walk.tsx";

const route = getRouteApi("/explain/$metric");

/** The explanation of one number, with an address to send to others. */
export function ExplainPage() {
  const { metric: name } = route.useParams();
  const { cell: given, explain } = route.useSearch();
  const cell: Cell = explain ?? given ?? lastTwelveWeeks(name);
  const metric = useCellMetric(cell);
  const project = cell.project;
  return (
    <Page
      title={metric ? metric.label : name}
      lead="From the number to its rule, its rows, and the bytes that the vendor sent."
      crumbs={
        <>
          {project && (
            <>
              <Link to="/projects/$project/insights/efficiency" params={{ project }}>
                Efficiency
              </Link>{" "}
              <span aria-hidden>/</span>{" "}
            </>
          )}
          Explain
        </>
      }
      isNarrow
    >
      <Panel>
        <ExplainWalk cell={cell} />
      </Panel>
    </Page>
  );
}

const lastTwelveWeeks = (metric: string): Cell => ({
  metric,
  from: dayjs().subtract(12, "week").format("YYYY-MM-DD"),
  to: dayjs().add(1, "day").format("YYYY-MM-DD"),
});
