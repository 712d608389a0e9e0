/** RFC 4180 text of an answer; cells that a spreadsheet would run as a formula are quoted with an apostrophe. */
export function answerToCsv(answer: { columns: readonly { name: string }[]; rows: readonly Record<string, unknown>[] }): string {
  const names = answer.columns.map((column) => column.name);
  const lines = answer.rows.map((row) => names.map((name) => csvCell(row[name])).join(","));
  return [names.map(csvCell).join(","), ...lines, ""].join("\r\n");
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
