/** What happens while one watches; the web app listens over server-sent events. */
export type LiveEvent =
  | { readonly type: "integration"; readonly integration: string; readonly status: string; readonly lifecycle: string }
  | { readonly type: "progress"; readonly integration: string; readonly progress: unknown }
  | { readonly type: "task"; readonly integration: string; readonly task: unknown }
  | { readonly type: "webhook"; readonly integration: string }
  | { readonly type: "facts"; readonly state: string; readonly builtAt: string | null };

export interface EventStream {
  publish(event: LiveEvent): void;
  /** Answers the function that ends the subscription. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
}

export function createEventStream(): EventStream {
  const listeners = new Set<(event: LiveEvent) => void>();
  return {
    publish(event) {
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
