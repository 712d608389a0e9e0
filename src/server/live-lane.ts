import { noteRun, type Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import type { Runnable } from "./history-lane.ts";
import type { LiveWish } from "./run-live.ts";

/** News: per integration one run at most and one that waits, however many ask; the longest due goes first. */
export interface LiveLane<R extends Runnable> {
  /** Begins what is due, as far as there is room. */
  look(due: readonly Integration[]): void;
  ask(integration: Integration, asked: Asked): Promise<{ run: R; isJoined: boolean }>;
  /** A run over everything after the one under way. */
  askAfter(integration: Integration): Promise<void>;
  interrupt(id: string): Promise<void>;
  /** The one that waits, else the one under way, else the last. */
  of(id: string): R | null;
  isRunning(id: string): boolean;
  runs(): R[];
}

interface Asked {
  readonly wish: LiveWish;
  readonly isWithHistory: boolean;
}

interface LiveLaneOptions<R extends Runnable> {
  readonly workspace: Workspace;
  readonly begin: (integration: Integration, asked: Asked) => R;
  readonly widen: (run: R, wish: LiveWish) => void;
  readonly mayBegin: () => boolean;
}

const AT_ONCE = 4;

interface Asking<R> {
  readonly run: R;
  readonly integration: Integration;
  wish: LiveWish;
}

export function createLiveLane<R extends Runnable>({ workspace, begin, widen, mayBegin }: LiveLaneOptions<R>): LiveLane<R> {
  const current = new Map<string, Asking<R>>();
  const waiting = new Map<string, Asking<R>>();

  const active = () => [...current.values()].filter(({ run }) => run.isActive);
  const isRunning = (id: string) => current.get(id)?.run.isActive ?? false;
  const start = (asking: Asking<R>) => {
    const { id } = asking.integration;
    current.set(id, asking);
    void asking.run.start().finally(() => {
      const next = waiting.get(id);
      if (!next || !mayBegin()) return;
      waiting.delete(id);
      start(next);
    });
  };
  /** What waits is noted with what runs, so that a crash forgets neither. */
  const note = (integration: Integration) => {
    const both = [current, waiting].flatMap((kept) => kept.get(integration.id) ?? []).filter(({ run }) => run.isActive);
    const wish = both.map((one) => one.wish).reduce(wider);
    return noteRun(workspace, integration.id, { runRequest: { ...wish } });
  };
  const wait = async (integration: Integration, asked: Asked): Promise<{ run: R; isJoined: boolean }> => {
    const known = waiting.get(integration.id);
    if (known?.run.isActive) {
      known.wish = wider(known.wish, asked.wish);
      widen(known.run, known.wish);
    } else waiting.set(integration.id, { run: begin(integration, asked), integration, wish: asked.wish });
    await note(integration);
    return { run: waiting.get(integration.id)?.run ?? current.get(integration.id)!.run, isJoined: known?.run.isActive ?? false };
  };

  return {
    look(due) {
      const free = due.filter(({ id }) => !isRunning(id)).sort((a, b) => dueSince(a) - dueSince(b));
      for (const integration of free.slice(0, Math.max(0, AT_ONCE - active().length))) {
        const wish = (integration.runRequest ?? {}) as LiveWish;
        start({ run: begin(integration, { wish, isWithHistory: false }), integration, wish });
      }
    },
    async ask(integration, asked) {
      const running = current.get(integration.id);
      if (!running?.run.isActive) {
        const asking = { run: begin(integration, asked), integration, wish: asked.wish };
        start(asking);
        return { run: asking.run, isJoined: false };
      }
      return covers(running.wish, asked.wish) ? { run: running.run, isJoined: true } : wait(integration, asked);
    },
    async askAfter(integration) {
      await wait(integration, { wish: {}, isWithHistory: false });
    },
    async interrupt(id) {
      waiting.get(id)?.run.cancel();
      waiting.delete(id);
      const found = current.get(id);
      found?.run.cancel();
      await found?.run.finished;
    },
    of: (id) => (waiting.get(id) ?? current.get(id))?.run ?? null,
    isRunning,
    runs: () => active().map(({ run }) => run),
  };
}

const dueSince = ({ lastRunAt, createdAt }: Integration) => Date.parse(lastRunAt ?? createdAt);

const holds = (all: readonly string[] | undefined, some: readonly string[] | undefined) =>
  all === undefined || (some !== undefined && some.every((name) => all.includes(name)));

const covers = (running: LiveWish, asked: LiveWish) =>
  holds(running.streams, asked.streams) && holds(running.scopes, asked.scopes);

/** A wish that holds both; it may hold more, which costs little where nothing changed. */
function wider(a: LiveWish, b: LiveWish): LiveWish {
  const both = (one: readonly string[] | undefined, other: readonly string[] | undefined) =>
    one && other ? [...new Set([...one, ...other])] : undefined;
  const [streams, scopes] = [both(a.streams, b.streams), both(a.scopes, b.scopes)];
  return { ...(streams ? { streams } : {}), ...(scopes ? { scopes } : {}) };
}
