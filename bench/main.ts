// `npm run bench [part …]`: prints a table and writes bench/results.json. It measures; it never gates.
import { firstChart } from "./first-chart.ts";
import { idleRefresh, pricePerThousand } from "./github-calls.ts";
import { issueHistory } from "./issues.ts";
import { atAMillion } from "./million.ts";
import { printRow, type Row, save } from "./result.ts";
import { wholePath } from "./throughput.ts";

const scale = Number(process.env.LEADLINE_BENCH_SCALE ?? 1);
const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  price: pricePerThousand,
  idle: idleRefresh,
  path: wholePath,
  first: firstChart,
  issues: () => issueHistory(scale),
  million: () => atAMillion(scale),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts[name]);
if (unknown.length) {
  console.error(`There is no part ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}
const rows: Row[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length && !wanted.includes(name)) continue;
  for (const row of await measure()) {
    printRow(row);
    rows.push(row);
  }
}
if (!wanted.length) save(rows);
