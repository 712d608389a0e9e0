/** What a credential may spend within an hour, per resource. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export type Resource = "core" | "graphql" | "search";

export interface Window {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Seconds. */
  readonly reset: number;
  readonly resource: Resource;
}

const HOUR = 3600;

/** Fixed hourly windows that begin with the first request; or none, as on an Enterprise Server whose administrator sets none. */
export class Limits {
  readonly isOff: boolean;
  readonly #limits: Record<Resource, number>;
  readonly #windows = new Map<string, { used: number; reset: number }>();
  readonly #now: () => number;

  constructor(limits: Partial<Record<Resource, number>> | null, now: () => number) {
    this.isOff = limits === null;
    this.#limits = { core: 5000, graphql: 5000, search: 30, ...limits };
    this.#now = now;
  }

  /** Charges points if they are left; `ok` is false when they are not. */
  charge(token: string, resource: Resource, points: number): Window & { ok: boolean } {
    const window = this.#window(token, resource);
    const ok = this.isOff || points === 0 || window.used < this.#limits[resource];
    if (ok) window.used += points;
    return { ...this.read(token, resource), ok };
  }

  read(token: string, resource: Resource): Window {
    const { used, reset } = this.#window(token, resource);
    if (this.isOff) return { limit: Infinity, used, remaining: Infinity, reset, resource };
    const limit = this.#limits[resource];
    return { limit, used: Math.min(used, limit), remaining: Math.max(0, limit - used), reset, resource };
  }

  exhaust(token: string, resource: Resource, seconds: number) {
    this.#windows.set(`${token}:${resource}`, { used: this.#limits[resource], reset: Math.ceil(this.#now() + seconds) });
  }

  #window(token: string, resource: Resource) {
    const key = `${token}:${resource}`;
    const known = this.#windows.get(key);
    if (known && known.reset > this.#now()) return known;
    const fresh = { used: 0, reset: Math.ceil(this.#now()) + HOUR };
    this.#windows.set(key, fresh);
    return fresh;
  }
}

export const limitHeaders = (window: Window): Record<string, string> => ({
  "x-ratelimit-limit": String(window.limit),
  "x-ratelimit-remaining": String(window.remaining),
  "x-ratelimit-reset": String(window.reset),
  "x-ratelimit-used": String(window.used),
  "x-ratelimit-resource": window.resource,
});
