import { answersQuery } from "../../../lib/metric-query.ts";
import { base, type Frame, series, total } from "./frame.ts";

/** A number that a page begins with. */
export interface Tile {
  metric: string;
  /** Metrics of one fact and one time are asked together; `<group>` answers the value, `<group>Series` the shape. */
  group: string;
  /** What n counts: "changes", "deployments"; absent where n adds up something else. */
  noun?: string;
  /** Known of the present only: without a shape and a range before. */
  isNow?: boolean;
}

export type TilesQuery = ReturnType<typeof answersQuery<string>>;

export const queryOfTiles = (frame: Frame, tiles: readonly Tile[]): TilesQuery =>
  answersQuery(
    Object.fromEntries(
      [...new Set(tiles.map(({ group }) => group))].flatMap((group) => {
        const ofGroup = tiles.filter((tile) => tile.group === group);
        const metrics = ofGroup.map(({ metric }) => metric);
        if (ofGroup.some(({ isNow }) => isNow)) return [[group, base(frame, metrics)]];
        return [
          [group, total(frame, ...metrics)],
          [`${group}Series`, series(frame, ...metrics)],
        ];
      }),
    ),
  );
