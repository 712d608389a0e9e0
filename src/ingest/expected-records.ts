import type { Instant } from "../domain/instant.ts";
import type { Api, Connector, CountRange, StreamCost } from "./connector.ts";
import { RetryableError, SkippableError } from "./errors.ts";
import type { ForecastBasis } from "./forecast-shape.ts";
import type { Lesson } from "./learned.ts";

/** A range that will be read, and what is known of its size. */
export interface ExpectedRange extends CountRange {
  readonly cost: StreamCost<unknown>;
  /** Provider's clock. */
  readonly now: Instant;
}

export interface Expected {
  readonly records: number | null;
  readonly basis: ForecastBasis;
  /** Where the count showed it: further calls that a record takes. */
  readonly callsPerRecord?: number;
}

/** Ranges of one stream that are counted one by one; the others are worked out from these. */
const MOST_SINGLE_COUNTS = 20;
const LARGEST = 12;
/** Calls that one range may take where there are few. */
const MOST_LOOKS = 6;
const DAY_MS = 86_400_000;

interface Asking {
  readonly api: Api;
  readonly connector: Connector<unknown>;
  readonly config: unknown;
  readonly lessons: ReadonlyMap<string, Lesson>;
}

/** How many records each range holds, in the order of the ranges: counted in a handful of calls, else learned, else assumed. */
export async function expectRecords(ranges: readonly ExpectedRange[], asking: Asking): Promise<Expected[]> {
  const counted = await countMany(ranges, asking);
  await countSingly(ranges, counted, asking);
  return ranges.map((range) => counted.get(range) ?? learned(range, asking.lessons.get(range.stream)));
}

type Counted = Map<ExpectedRange, Expected>;

async function countMany(ranges: readonly ExpectedRange[], { api, connector, config }: Asking): Promise<Counted> {
  const counted: Counted = new Map();
  if (!connector.count || ranges.length === 0) return counted;
  const open = Map.groupBy(ranges, ({ stream, scope }) => `${stream}\n${scope.id}`);
  const counting = async () => {
    for await (const { stream, scopeId, records, isExact } of connector.count!({ api, config, ranges })) {
      const range = open.get(`${stream}\n${scopeId}`)?.shift();
      if (range) counted.set(range, { records, basis: isExact ? "counted" : "learned" });
    }
  };
  await unlessRefused(counting());
  return counted;
}

/** The largest scopes are counted, and some of the others: what is left follows those, each by what else was counted in it. */
async function countSingly(ranges: readonly ExpectedRange[], counted: Counted, asking: Asking): Promise<void> {
  const weights = new Map<string, number>();
  for (const [{ scope }, { records }] of counted) weights.set(scope.id, (weights.get(scope.id) ?? 0) + (records ?? 0));
  const weightOf = ({ scope }: ExpectedRange) => 1 + (weights.get(scope.id) ?? 0);
  const open = ranges.filter((range) => range.cost.count && !counted.has(range));
  for (const own of Map.groupBy(open, ({ stream }) => stream).values()) {
    const bySize = own.toSorted((a, b) => weightOf(b) - weightOf(a));
    const [largest, others] = [bySize.slice(0, LARGEST), bySize.slice(LARGEST)];
    const step = Math.max(1, others.length / (MOST_SINGLE_COUNTS - LARGEST));
    const sample = others.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
    const calls = Math.max(1, Math.min(MOST_LOOKS, Math.floor(MOST_SINGLE_COUNTS / own.length)));
    await Promise.all([...largest, ...sample].map((range) => countOne(range, { counted, asking, calls })));
    let [found, weight, further] = [0, 0, 0];
    for (const range of sample) {
      const { records = null, callsPerRecord = range.cost.callsPerRecord ?? 0 } = counted.get(range) ?? {};
      if (records === null) continue;
      found += records;
      further += records * callsPerRecord;
      weight += weightOf(range);
    }
    if (weight === 0) continue;
    for (const range of others)
      if (!counted.has(range))
        counted.set(range, {
          records: (found / weight) * weightOf(range),
          basis: "learned",
          ...(found > 0 ? { callsPerRecord: further / found } : {}),
        });
  }
}

async function countOne(
  range: ExpectedRange,
  { counted, asking, calls }: { counted: Counted; asking: Asking; calls: number },
): Promise<void> {
  const { scope, since, until, cost } = range;
  const answer = await unlessRefused(cost.count!({ api: asking.api, config: asking.config, scope, since, until, calls }));
  if (answer === null) return;
  if (typeof answer === "number") counted.set(range, { records: answer, basis: "counted" });
  else counted.set(range, { ...answer, basis: "counted" });
}

/** What may not be counted is unknown; only a refused credential ends a forecast. */
async function unlessRefused<Result>(asked: Promise<Result>): Promise<Result | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SkippableError || error instanceof RetryableError) return null;
    throw error;
  }
}

function learned({ scope, since, until, now, cost }: ExpectedRange, lesson: Lesson | undefined): Expected {
  const perDay = lesson?.perDay.get(scope.id) ?? lesson?.perDayOfAny ?? null;
  if (perDay !== null && since !== null) {
    const days = (Date.parse(until ?? now) - Date.parse(since)) / DAY_MS;
    return { records: Math.max(0, perDay * days), basis: "learned" };
  }
  if (cost.typicalRecords !== undefined) return { records: cost.typicalRecords, basis: "declared" };
  return { records: null, basis: "unknown" };
}
