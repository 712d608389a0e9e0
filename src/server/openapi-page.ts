import type { OpenApiDocument } from "./openapi.ts";

/** One page of plain HTML that lists every operation: no script, so that the page needs no exception from the policy. */
export function pageOfDocument(document: OpenApiDocument): string {
  const sections = Map.groupBy(operations(document), (operation) => operation.tag);
  const body = [...sections]
    .map(([tag, list]) => `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2><dl>${list.map(entry).join("")}</dl>`)
    .join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Leadline API</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
dt{margin-top:1rem}code{font-size:.95em}.perm{opacity:.8;font-size:.85em}</style></head><body>
<h1>Leadline API</h1><p>${escapeHtml(document.info.description ?? "")} The machine-readable document is <a href="/api/openapi.json">openapi.json</a>.</p>${body}</body></html>`;
}

interface Operation {
  tag: string;
  method: string;
  path: string;
  summary: string;
  permission: string;
}

function operations(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tag: operation.tags?.[0] ?? "other",
      method: method.toUpperCase(),
      path,
      summary: operation.summary ?? "",
      permission: operation["x-permission"] ?? "",
    })),
  );
}

const entry = ({ method, path, summary, permission }: Operation) =>
  `<dt><code><strong>${method}</strong> ${escapeHtml(path)}</code></dt><dd>${escapeHtml(summary)} <span class="perm">${escapeHtml(permission)}</span></dd>`;

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (letter) => escapes[letter]!);
