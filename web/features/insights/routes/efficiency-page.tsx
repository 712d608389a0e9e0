import { BreakdownPanel } from "../components/breakdown-panel.tsx";
import { DeploymentsPanel, PhasesPanel, TrendPanel } from "../components/charts.tsx";
import { InsightPage, Pair } from "../components/insight-page.tsx";
import { Tiles } from "../components/tiles.tsx";

/** How fast and how safely changes reach production. */
export function EfficiencyPage() {
  return (
    <InsightPage
      title="Efficiency"
      lead="How fast and how safely changes reach production."
      facts={["fact_change", "fact_deployment", "fact_pull_request"]}
      filters={["teams", "repositories"]}
    >
      {({ frame, isArriving, coveredFrom }) => (
        <>
          <Tiles frame={frame} isArriving={isArriving} />
          <Pair>
            <TrendPanel frame={frame} coveredFrom={coveredFrom} />
            <PhasesPanel frame={frame} coveredFrom={coveredFrom} />
          </Pair>
          <DeploymentsPanel frame={frame} coveredFrom={coveredFrom} />
          <BreakdownPanel frame={frame} />
        </>
      )}
    </InsightPage>
  );
}
