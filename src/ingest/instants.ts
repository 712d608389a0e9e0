import { compareInstants, type Instant } from "../domain/instant.ts";

/** Most instants of one provider have the same form; those compare as text. */
const sameForm = (a: Instant, b: Instant): boolean => a.length === b.length && a.endsWith("Z") && b.endsWith("Z");

export const isBefore = (a: Instant, b: Instant): boolean => (sameForm(a, b) ? a < b : compareInstants(a, b) < 0);

export const earlier = (a: Instant, b: Instant | null): Instant => (b !== null && isBefore(b, a) ? b : a);

export const later = (a: Instant, b: Instant | null): Instant => (b !== null && isBefore(a, b) ? b : a);
