/** The known name that differs least from `name`, else the shortest that holds it; null when none is near enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase());
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best ?? (name.length >= 4 ? shortestWith(name.toLowerCase(), known) : null);
}

function shortestWith(part: string, known: readonly string[]): string | null {
  const holding = known.filter((candidate) => candidate.toLowerCase().includes(part));
  return holding.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

/** Levenshtein distance: letters added, left out or exchanged. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
