import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import zlib from "node:zlib";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openArchive } from "./archive.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "leadline-archive-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const body = Buffer.from(`{"records":[${JSON.stringify("😀".repeat(500))}]}`);
const hash = createHash("sha256").update(body).digest("hex");
const file = () => path.join(folder, hash.slice(0, 2), hash.slice(2, 4), `${hash}.zst`);
const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);

describe("the archive", () => {
  it("keeps a page once, packed, under the hash of its content", async () => {
    const archive = openArchive(folder);
    expect(await Promise.all([archive.put(body), archive.put(body), openArchive(folder).put(body)])).toEqual([hash, hash, hash]);
    expect(await files()).toEqual([`${hash}.zst`]);
    expect(Buffer.from(await openArchive(folder).get(hash)).equals(body)).toBe(true);
  });

  it("names the file that is damaged or missing", async () => {
    const archive = openArchive(folder);
    await expect(archive.get(hash)).rejects.toMatchObject({ code: "archive_missing", what: expect.stringContaining(file()) });
    await archive.put(body);
    await writeFile(file(), zlib.zstdCompressSync("something else"));
    await expect(archive.get(hash)).rejects.toMatchObject({ code: "archive_damaged", what: expect.stringContaining(file()) });
    await writeFile(file(), randomBytes(50));
    await expect(archive.get(hash)).rejects.toMatchObject({ code: "archive_damaged" });
  });

  it("writes again what a power cut left empty", async () => {
    await openArchive(folder).put(body);
    await truncate(file(), 0);
    await openArchive(folder).put(body);
    expect(Buffer.from(await openArchive(folder).get(hash)).equals(body)).toBe(true);
  });

  it("says so when the folder cannot be written", async () => {
    await writeFile(path.join(folder, "no-folder"), "");
    await expect(openArchive(path.join(folder, "no-folder")).put(body)).rejects.toMatchObject({
      name: "FatalError",
      code: "archive_not_writable",
    });
    await chmod(folder, 0o700);
  });
});
