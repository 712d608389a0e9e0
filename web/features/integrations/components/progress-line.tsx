import { Meter } from "../../../components/meter.tsx";
import { formatDuration } from "../../../lib/format.ts";
import type { Integration } from "../api/reading.ts";

type Progress = Integration["progress"];
type Eta = Pick<Progress, "state" | "share" | "etaSeconds" | "etaLowSeconds" | "etaHighSeconds">;

/** What is said of history while no run is going back. */
const standing: Record<Integration["history"]["state"], string> = {
  complete: "complete",
  waiting: "starts soon",
  running: "starts soon",
  paused: "paused",
  failed: "failed, tried again by itself",
  partial: "not complete",
};

/** "about 4–6 min left", or why that cannot be said. */
export function etaText({ state, etaSeconds, etaLowSeconds, etaHighSeconds, share }: Eta): string {
  if (state === "queued") return "starts soon";
  if (state === "waiting") return "waiting for the vendor's rate limit";
  if (state === "idle") return share !== null && share < 1 ? "not complete yet" : "complete";
  if (etaSeconds === null) return "estimating …";
  if (etaLowSeconds !== null && etaHighSeconds !== null && etaHighSeconds > etaLowSeconds * 1.3 && etaHighSeconds > 90) {
    return `${formatDuration(etaLowSeconds)} to ${formatDuration(etaHighSeconds)} left`;
  }
  return etaSeconds < 5 ? "nearly done" : `about ${formatDuration(etaSeconds)} left`;
}

/** How much of the asked history is there. */
export function ProgressLine({ integration, isThin = false }: { integration: Integration; isThin?: boolean }) {
  const { progress, history } = integration;
  const isLive = progress.state === "running";
  const isWhole = history.state === "complete";
  const isGoingBack = progress.share !== null && progress.state !== "idle";
  const share = progress.share ?? (isWhole ? 1 : null);
  const text = isGoingBack
    ? etaText(progress)
    : progress.state === "idle" || !isWhole
      ? standing[history.state]
      : "reading what is new";
  return (
    <div>
      <Meter share={share} label="History read" tone={share === 1 && !isLive ? "good" : "info"} isLive={isLive} isThin={isThin} />
      <div
        className="ll-number"
        style={{
          display: "flex",
          justifyContent: "space-between",
          gap: 8,
          marginTop: 6,
          color: "var(--ll-dim)",
          fontSize: "0.8125rem",
        }}
      >
        <span>{share === null ? "History" : `${Math.floor(share * 100)}% of history`}</span>
        <span>{text}</span>
      </div>
    </div>
  );
}
