import type { ReadRequest, Stream, Way } from "./connector.ts";
import { unknownName } from "./problems.ts";
import type { StreamPlace } from "./request.ts";

/** What a stream's own `read` is called among its ways. */
export const LIST = "list";

/** In how many ways a place can be read here; null stands for the list, which always can. */
export const usableWays = (
  { stream, scope }: StreamPlace,
  { config, hasGit }: { config: unknown; hasGit: boolean },
): readonly (Way<unknown> | null)[] => [
  null,
  ...(stream.ways ?? []).filter((way) => (hasGit || !way.needsGit) && way.isUsable({ config, scope })),
];

/** Reads in the way of that name. One that is no longer there gives up its place to the list, from the beginning. */
export function readInWay(stream: Stream<unknown, unknown>, name: string, request: ReadRequest<unknown>) {
  const way = stream.ways?.find((each) => each.name === name && (request.git || !each.needsGit));
  return way ? way.read(request) : stream.read(request);
}

/** Refuses names that no stream knows, with those that it does. */
export function checkWays(chosen: Readonly<Record<string, string>>, streams: readonly Stream<unknown, unknown>[]): void {
  for (const [streamName, wayName] of Object.entries(chosen)) {
    const stream = streams.find(({ name }) => name === streamName);
    if (!stream)
      throw unknownName(
        "stream",
        streamName,
        streams.map(({ name }) => name),
      );
    const known = [LIST, ...(stream.ways ?? []).map(({ name }) => name)];
    if (!known.includes(wayName)) throw unknownName("way", wayName, known);
  }
}
