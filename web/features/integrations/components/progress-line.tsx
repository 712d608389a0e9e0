import { Meter } from "../../../components/meter.tsx";
import { formatDuration } from "../../../lib/format.ts";
import type { Integration } from "../api/reading.ts";

type Progress = Integration["progress"];

/** "about 4–6 min left", or why that cannot be said. */
export function etaText({ state, etaSeconds, etaLowSeconds, etaHighSeconds, share }: Progress): string {
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
export function ProgressLine({ progress, isThin = false }: { progress: Progress; isThin?: boolean }) {
  const isLive = progress.state === "running";
  const share = progress.share ?? (progress.state === "idle" ? 1 : null);
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
        <span>{share === null ? "Planning" : `${Math.floor(share * 100)}% of history`}</span>
        <span>{etaText(progress)}</span>
      </div>
    </div>
  );
}
