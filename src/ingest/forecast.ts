import type { Instant } from "../domain/instant.ts";
import type { Forecast } from "./forecast-shape.ts";
import { placesOf, wishOf, type IngestRequest } from "./request.ts";

/** Which streams and scopes would be read; nothing is known of their cost. */
export function unknownForecast(request: IngestRequest, now: Instant): Forecast {
  wishOf(request, now);
  const streams = placesOf(request).map(({ stream, scope }) => ({
    stream: stream.name,
    scopeId: scope.id,
    calls: null,
    records: null,
    way: "list",
  }));
  return {
    classes: [],
    calls: null,
    records: null,
    seconds: null,
    secondsLow: null,
    secondsHigh: null,
    basis: "unknown",
    streams,
  };
}
