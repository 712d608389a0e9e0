/** Which folder of `src/` may import which; what is not listed is forbidden. Dynamic imports are listed apart. */
export interface Layer {
  readonly imports: readonly string[];
  /** Single files of a folder that may be imported although the folder may not. */
  readonly files?: readonly string[];
  readonly dynamic?: readonly string[];
}

export const layers: Readonly<Record<string, Layer>> = {
  domain: { imports: [] },
  ingest: { imports: ["domain"] },
  connectors: { imports: ["domain"], files: ["ingest/connector.ts", "ingest/paging.ts", "ingest/errors.ts"] },
  warehouse: { imports: ["domain"] },
  conformance: { imports: ["domain", "ingest", "warehouse"] },
  metrics: { imports: ["domain", "warehouse"] },
  workspace: { imports: ["domain"] },
  simulators: { imports: ["domain"] },
  satellite: { imports: ["domain", "ingest", "connectors"] },
  server: { imports: ["domain", "ingest", "connectors", "warehouse", "metrics", "workspace"], dynamic: ["simulators"] },
  cli: {
    imports: ["domain", "ingest", "connectors", "warehouse", "metrics", "workspace", "server"],
    dynamic: ["simulators", "satellite"],
  },
};

/** The linter's `no-restricted-imports` zones, derived so that nobody writes them by hand. */
export function lintOverrides() {
  return Object.entries(layers).map(([folder, layer]) => ({
    files: [`src/${folder}/**`],
    excludeFiles: ["**/*.test.ts", "**/testing/**"],
    rules: { "no-restricted-imports": ["error", { patterns: forbiddenPatterns(folder, layer) }] },
  }));
}

function forbiddenPatterns(folder: string, layer: Layer) {
  const forbidden = Object.keys(layers).filter((other) => other !== folder && !layer.imports.includes(other));
  return forbidden.map((other) => {
    const exceptions = (layer.files ?? []).filter((file) => file.startsWith(`${other}/`)).map((file) => `!**/${file}`);
    return {
      group: [`**/${other}/**`, ...exceptions],
      message: `src/${folder} may not import src/${other} (test/layers.ts says what may import what).`,
    };
  });
}
