import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** What each kind of event makes stale. */
const staleBy: Record<string, (integration: string | undefined) => unknown[][]> = {
  integration: (id) => [
    ["integrations"],
    ["integration", id],
    ["backfills", id],
    ["overview"],
    ["mapping"],
    ["deletion", id],
    ["health", id],
  ],
  progress: (id) => [["integration", id], ["integrations"], ["streams", id], ["backfills", id], ["overview"]],
  task: (id) => [
    ["tasks", id],
    ["streams", id],
    ["data", id],
    ["health", id],
  ],
  webhook: (id) => [
    ["webhook", id],
    ["deliveries", id],
  ],
  facts: () => [["overview"], ["answers"], ["rows"]],
};

/** At most one refresh of a thing in this time, however many events arrive. */
const pace = 1000;

/**
 * Listens to the server's events while the app is open, and refreshes what they speak of.
 * Answers whether the line is open; the browser reconnects by itself.
 */
export function useLiveEvents(isEnabled: boolean): boolean {
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(true);
  useEffect(() => {
    if (!isEnabled) return;
    const due = new Map<string, unknown[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      for (const queryKey of due.values()) void queryClient.invalidateQueries({ queryKey });
      due.clear();
    };
    const source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => setOpen(true));
    source.addEventListener("error", () => setOpen(false));
    for (const [type, stale] of Object.entries(staleBy)) {
      source.addEventListener(type, (event) => {
        const { integration } = JSON.parse((event as MessageEvent<string>).data) as { integration?: string };
        for (const key of stale(integration)) due.set(JSON.stringify(key), key);
        timer ??= setTimeout(flush, pace);
      });
    }
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [isEnabled, queryClient]);
  return isOpen;
}
