import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { layers, lintOverrides } from "./layers.ts";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");
/** Tests, and what only tests share (`testing/` folders and the published contract suite). */
const isTest = (file: string) => /\.test\.tsx?$|[/\\]testing[/\\]|ingest[/\\]contract[^/\\]*\.ts$/.test(file);

async function filesBelow(folder: string, pattern = /\.tsx?$/): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) =>
        entry.isFile() &&
        pattern.test(entry.name) &&
        !entry.parentPath.includes("node_modules") &&
        !entry.parentPath.includes(`${sep}dist`),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

interface Import {
  target: string;
  isDynamic: boolean;
  isType: boolean;
}

function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+["'](\.[^"']+)["']/gm))
    found.push({ target: match[2]!, isDynamic: false, isType: Boolean(match[1]) });
  for (const match of text.matchAll(/^import\s+["'](\.[^"']+)["']/gm))
    found.push({ target: match[1]!, isDynamic: false, isType: false });
  for (const match of text.matchAll(/\bimport\(\s*["'](\.[^"']+)["']\s*\)/g))
    found.push({ target: match[1]!, isDynamic: true, isType: false });
  return found;
}

/** Every import below `folder` (a `src` tree) that the layers forbid, as readable lines. */
async function violations(folder: string): Promise<string[]> {
  const broken: string[] = [];
  for (const file of await filesBelow(folder)) {
    if (isTest(file)) continue;
    const own = relative(folder, file).split(sep)[0]!;
    const layer = layers[own];
    if (!layer) {
      broken.push(`${relative(folder, file)} lies in no known folder`);
      continue;
    }
    for (const { target, isDynamic } of importsOf(await readFile(file, "utf8"))) {
      const path = relative(folder, resolve(dirname(file), target))
        .split(sep)
        .join("/");
      const other = path.split("/")[0]!;
      const allowed =
        other === own ||
        layer.imports.includes(other) ||
        layer.files?.includes(path) ||
        (isDynamic && layer.dynamic?.includes(other));
      if (!allowed) broken.push(`${relative(folder, file)} imports ${path}`);
    }
    if (own === "connectors") {
      const [, connector] = relative(folder, file).split(sep);
      for (const { target } of importsOf(await readFile(file, "utf8"))) {
        const [area, sibling] = relative(folder, resolve(dirname(file), target)).split(sep);
        if (area === "connectors" && sibling !== connector && connector !== "index.ts")
          broken.push(`${relative(folder, file)} imports connector ${sibling}`);
      }
    }
  }
  return broken;
}

const temporary: string[] = [];
afterAll(async () => {
  for (const folder of temporary) await rm(folder, { recursive: true, force: true });
});

describe("layers", () => {
  it("are kept by every import", async () => {
    expect(await violations(source)).toEqual([]);
  });

  it("bite: planted violations are found", async () => {
    const planted = await mkdtemp(join(tmpdir(), "leadline-layers-"));
    temporary.push(planted);
    await mkdir(join(planted, "metrics"), { recursive: true });
    await mkdir(join(planted, "connectors", "acme"), { recursive: true });
    await writeFile(
      join(planted, "metrics", "bad.ts"),
      'import { run } from "../ingest/run.ts";\nimport type { X } from "../workspace/x.ts";\n',
    );
    await writeFile(
      join(planted, "connectors", "acme", "bad.ts"),
      'import { x } from "../other/map.ts";\nimport { http } from "../../ingest/http.ts";\n',
    );
    expect((await violations(planted)).sort()).toEqual([
      "connectors/acme/bad.ts imports connector other",
      "connectors/acme/bad.ts imports ingest/http.ts",
      "metrics/bad.ts imports ingest/run.ts",
      "metrics/bad.ts imports workspace/x.ts",
    ]);
  });

  it("are the linter's zones too", async () => {
    const config = JSON.parse(await readFile(join(root, ".oxlintrc.json"), "utf8")) as { overrides: { files: string[] }[] };
    expect(config.overrides.filter((override) => override.files[0]?.startsWith("src/"))).toEqual(lintOverrides());
  });

  it("let the web app take types only", async () => {
    const broken: string[] = [];
    for (const file of await filesBelow(join(root, "web")))
      for (const { target, isType } of importsOf(await readFile(file, "utf8")))
        if (resolve(dirname(file), target).startsWith(source) && !isType)
          broken.push(`${relative(root, file)} imports ${target}`);
    expect(broken).toEqual([]);
  });
});

const providers = /\b(github|gitlab|bitbucket|jira|azure|jenkins|harness|sonarqube|pagerduty|servicenow)\b/i;
/** Where a provider's name outside connectors/ and simulators/ is meant, with the reason. */
const named: Readonly<Record<string, string>> = {
  "server/demo.ts": "the demo connects the simulated GitHub organisation",
};

describe("providers", () => {
  it("are named in logic only by connectors and simulators", async () => {
    const found: string[] = [];
    for (const file of await filesBelow(source)) {
      const path = relative(source, file).split(sep).join("/");
      if (isTest(path) || /^(connectors|simulators)\//.test(path) || named[path]) continue;
      const code = (await readFile(file, "utf8")).replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, "");
      const line = code.split("\n").find((text) => providers.test(text));
      if (line) found.push(`${path}: ${line.trim().slice(0, 120)}`);
    }
    expect(found).toEqual([]);
  });

  it("have connectors with documentation for every stream", async () => {
    const { connectors } = await import("../src/connectors/index.ts");
    for (const connector of connectors) {
      expect(connector.docs).toMatch(/^https:\/\//);
      for (const stream of connector.streams) expect(stream.docs, `${connector.name}.${stream.name}`).toMatch(/^https:\/\//);
    }
  });
});

describe("sizes", () => {
  it("stay readable: 400 lines a file, 600 a test", async () => {
    const long: string[] = [];
    for (const file of [
      ...(await filesBelow(source)),
      ...(await filesBelow(join(root, "web"))),
      ...(await filesBelow(join(root, "test"))),
    ]) {
      if (file.endsWith(".gen.ts")) continue;
      const lines = (await readFile(file, "utf8")).split("\n").length;
      if (lines > (isTest(file) ? 600 : 400)) long.push(`${relative(root, file)}: ${lines}`);
    }
    expect(long).toEqual([]);
  });

  it("leave no cellar files", async () => {
    const cellars = (await filesBelow(source)).filter((file) => /[/\\](utils?|helpers?|common|misc)\.ts$/.test(file));
    expect(cellars).toEqual([]);
  });

  it("give every folder a README of at most 60 lines", async () => {
    for (const folder of Object.keys(layers)) {
      const files = await filesBelow(join(source, folder));
      if (files.length === 0) continue;
      const readme = await readFile(join(source, folder, "README.md"), "utf8").catch(() => null);
      expect(readme, `src/${folder}/README.md`).not.toBeNull();
      expect(readme!.split("\n").length, `src/${folder}/README.md`).toBeLessThanOrEqual(61);
    }
  });
});
