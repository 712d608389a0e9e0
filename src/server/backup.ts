import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";

import type { Warehouse } from "../warehouse/warehouse.ts";
import { restoreWarehouse } from "../warehouse/restore.ts";
import { dumpWorkspace, isUnused, loadWorkspace, type WorkspaceDump } from "../workspace/dump.ts";
import { openWorkspace, type Workspace } from "../workspace/open.ts";
import { secretKeyFile } from "../workspace/secret-key.ts";
import { badBackup, fileExists, homeNotEmpty, noSuchFile } from "./backup-problems.ts";
import type { Environment } from "./environment.ts";
import { version } from "./version.ts";
import { readTar, writeTar, type TarEntry } from "./tar.ts";

const FORMAT = 1;

interface Manifest {
  readonly format: number;
  readonly version: string;
  readonly createdAt: string;
  readonly engine: Warehouse["engine"];
  readonly hasKey: boolean;
}

export interface BackupRequest {
  readonly file: string;
  readonly isWithKey: boolean;
}

/**
 * Everything in one tar file: settings, warehouse, archive, and the key that seals credentials. Taken while the server works: the
 * databases are copied first, and the archive only ever grows, so every page that the copies name is in it.
 */
export async function writeBackup(
  { workspace, warehouse }: { workspace: Workspace; warehouse: Warehouse },
  { home, file: wanted, isWithKey }: BackupRequest & { home: string },
): Promise<{ file: string; bytes: number }> {
  const file = resolve(wanted);
  if (existsSync(file)) throw fileExists(file);
  await mkdir(dirname(file), { recursive: true });
  const folder = await mkdtemp(join(dirname(file), ".leadline-backup-"));
  try {
    const settings = JSON.stringify(await dumpWorkspace(workspace));
    const copy = join(folder, "warehouse");
    await warehouse.backup(copy);
    const hasKey = isWithKey && existsSync(secretKeyFile(home));
    const manifest: Manifest = { format: FORMAT, version, createdAt: workspace.now(), engine: warehouse.engine, hasKey };
    const draft = join(folder, "backup.tar");
    const bytes = await writeTar(draft, entriesOf({ manifest, settings, copy, home }));
    await rename(draft, file);
    return { file, bytes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* entriesOf(parts: { manifest: Manifest; settings: string; copy: string; home: string }): AsyncIterable<TarEntry> {
  const { manifest, settings, copy, home } = parts;
  yield { name: "manifest.json", from: Buffer.from(JSON.stringify(manifest)) };
  yield { name: "workspace.json", from: Buffer.from(settings) };
  if (manifest.hasKey) yield { name: "secret.key", from: secretKeyFile(home) };
  for await (const file of filesBelow(copy)) yield { name: entryName("warehouse", copy, file), from: file };
  const archive = join(home, "archive");
  for await (const file of filesBelow(archive))
    if (file.endsWith(".zst")) yield { name: entryName("archive", archive, file), from: file };
}

const entryName = (prefix: string, folder: string, file: string) =>
  [prefix, ...relative(folder, file).split(sep)].filter(Boolean).join("/");

/** A file itself, or every file below a folder; nothing when there is none. */
async function* filesBelow(path: string): AsyncIterable<string> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOTDIR") return null;
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (entries === null) yield path;
  else for (const entry of entries) yield* filesBelow(join(path, entry.name));
}

/** Fills an empty data folder (and database) from a backup. Nothing is put in place before all of it was read. */
export async function restoreBackup(
  environment: Pick<Environment, "home" | "databaseUrl" | "secretKey">,
  file: string,
): Promise<Manifest> {
  const { home, databaseUrl } = environment;
  if (!existsSync(file)) throw noSuchFile(file);
  await mkdir(home, { recursive: true });
  const there = (await readdir(home)).filter((name) => !name.startsWith(".") && !name.startsWith("leadline.lock"));
  if (there.length > 0) throw homeNotEmpty(home, there);
  const folder = await mkdtemp(join(home, ".restore-")).catch(() => mkdtemp(join(tmpdir(), "leadline-restore-")));
  try {
    const names = new Set(await readTar(file, folder).catch((error: unknown) => Promise.reject(badBackup(file, error))));
    if (!names.has("manifest.json") || !names.has("workspace.json")) throw badBackup(file, new Error("it holds no manifest"));
    const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as Manifest;
    if (manifest.format !== FORMAT)
      throw badBackup(file, new Error(`its format is ${manifest.format}, this version reads ${FORMAT}`));
    if (names.has("secret.key")) await rename(join(folder, "secret.key"), secretKeyFile(home));
    if (existsSync(join(folder, "archive"))) await rename(join(folder, "archive"), join(home, "archive"));
    await restoreWarehouse({ home, databaseUrl, file: join(folder, "warehouse") });
    await restoreWorkspace(environment, JSON.parse(await readFile(join(folder, "workspace.json"), "utf8")) as WorkspaceDump);
    return manifest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function restoreWorkspace(
  environment: Pick<Environment, "home" | "databaseUrl" | "secretKey">,
  dump: WorkspaceDump,
): Promise<void> {
  const workspace = await openWorkspace(environment);
  try {
    if (!(await isUnused(workspace))) throw homeNotEmpty("the workspace database", ["settings"]);
    await loadWorkspace(workspace, dump);
  } finally {
    await workspace.close();
  }
}
