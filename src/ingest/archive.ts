import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import zlib from "node:zlib";

import { sha256 } from "./canonical.ts";
import { archiveDamaged, archiveFull, archiveMissing, archiveNotWritable } from "./problems.ts";
import type { Archive } from "./sink.ts";

const pack = promisify(zlib.zstdCompress);
const unpack = promisify(zlib.zstdDecompress);

const fileIn = (folder: string, hash: string) => path.join(folder, hash.slice(0, 2), hash.slice(2, 4), `${hash}.zst`);

/** Removes archived pages; those that are gone already are passed over. */
export async function removeArchived(folder: string, hashes: Iterable<string>): Promise<void> {
  for (const hash of hashes) await rm(fileIn(folder, hash), { force: true });
}

/**
 * Removes pages that no row knows of and that were stored before `before`: traces of a process that ended between page and row.
 * Answers how many pages stay and how many went.
 */
export async function sweepArchive(
  folder: string,
  { known, before }: { known: ReadonlySet<string>; before: Date },
): Promise<{ kept: number; removed: number }> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const result = { kept: 0, removed: 0 };
  for (const name of files) {
    const hash = /([0-9a-f]{64})\.zst(?:\.[0-9a-f-]+\.tmp)?$/.exec(name)?.[1];
    if (!hash) continue;
    const file = path.join(folder, name);
    const isNeeded = known.has(hash) && !name.endsWith(".tmp");
    if (isNeeded || (await stat(file)).mtime >= before) result.kept++;
    else {
      await rm(file, { force: true });
      result.removed++;
    }
  }
  return result;
}

/** Archived pages under one folder: `ab/cd/<sha256>.zst`, named by the SHA-256 of the unpacked content, never changed. */
export function openArchive(folder: string): Archive {
  const fileOf = (hash: string) => fileIn(folder, hash);
  const underWay = new Map<string, Promise<void>>();
  const madeFolders = new Set<string>();

  const store = async (hash: string, body: Uint8Array) => {
    const file = fileOf(hash);
    try {
      // A page that is stored again is young again: `sweepArchive` must not take it before its row is written.
      if (await isThere(file)) return await utimes(file, new Date(), new Date());
      const parent = path.dirname(file);
      if (!madeFolders.has(parent)) await mkdir(parent, { recursive: true });
      madeFolders.add(parent);
      await writeDurably(file, await pack(body));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") madeFolders.clear();
      throw code === "ENOSPC" || code === "EDQUOT" ? archiveFull(folder, error) : archiveNotWritable(folder, error);
    }
  };
  return {
    async put(body) {
      const hash = sha256(body);
      let storing = underWay.get(hash);
      if (!storing) {
        storing = store(hash, body).finally(() => underWay.delete(hash));
        underWay.set(hash, storing);
      }
      await storing;
      return hash;
    },
    async get(hash) {
      const file = fileOf(hash);
      const packed = await readFile(file).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "ENOENT" ? archiveMissing(file) : archiveDamaged(file, error);
      });
      const body = await unpack(packed).catch((error: unknown) => {
        throw archiveDamaged(file, error);
      });
      if (sha256(body) !== hash) throw archiveDamaged(file, undefined);
      return body;
    },
  };
}

/** An empty file is the trace of a machine that lost power: it is written again. */
const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    ({ size }) => size > 0,
    () => false,
  );

/** Whole or not at all, also after a power cut: a file of another name, synced, then renamed, then the folder synced. */
async function writeDurably(file: string, content: Uint8Array): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(draft, "wx");
    try {
      await handle.writeFile(content);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const folder = await open(path.dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
