/* Sequences such as the numbers of issues and pull requests of a repository: every number is present, known to be gone, or lost. */

/** `1,2,3,7` as `1-3,7`. */
export function formatNumbers(numbers: readonly number[]): string {
  const parts: string[] = [];
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (sorted[end + 1] === sorted[end]! + 1) end++;
    parts.push(start === end ? String(sorted[start]) : `${sorted[start]}-${sorted[end]}`);
    start = end + 1;
  }
  return parts.join(",");
}

/** The other way round. */
export function parseNumbers(text: string | null | undefined): number[] {
  const numbers: number[] = [];
  for (const part of (text ?? "").split(",").filter(Boolean)) {
    const [first = 0, last = first] = part.split("-").map(Number);
    for (let number = first; number <= last; number++) numbers.push(number);
  }
  return numbers;
}

export interface Sequence {
  readonly highest: number;
  /** Numbers of which nothing is known. */
  readonly gaps: readonly number[];
}

/** What lies between 1 and the highest number that was ever seen. */
export function gapsOf(seen: ReadonlySet<number>): Sequence {
  let highest = 0;
  for (const number of seen) highest = Math.max(highest, number);
  const gaps: number[] = [];
  for (let number = 1; number < highest; number++) if (!seen.has(number)) gaps.push(number);
  return { highest, gaps };
}
