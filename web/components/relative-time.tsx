import { useEffect, useState } from "react";

import { formatInstant, fromNow } from "../lib/dates.ts";
import { unknown } from "../lib/format.ts";

/** "3 minutes ago" that stays true while the page is open; the exact time is its title. */
export function RelativeTime({ at, otherwise = unknown }: { at: string | null | undefined; otherwise?: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <>{otherwise}</>;
  return (
    <time dateTime={at} title={formatInstant(at)}>
      {fromNow(at, Math.max(now, Date.now()))}
    </time>
  );
}
