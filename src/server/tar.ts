import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/* POSIX ustar, enough for a backup: regular files with short names. Any `tar` can read it. */

const BLOCK = 512;

export interface TarEntry {
  /** Path inside the archive, at most 100 bytes, with `/`. */
  readonly name: string;
  /** A file on the disk, or the content itself. */
  readonly from: string | Buffer;
}

/** Writes the entries in their order; answers the size in bytes. */
export async function writeTar(file: string, entries: AsyncIterable<TarEntry>): Promise<number> {
  await pipeline(Readable.from(blocks(entries)), createWriteStream(file, { flags: "wx", mode: 0o600, flush: true }));
  return (await stat(file)).size;
}

async function* blocks(entries: AsyncIterable<TarEntry>): AsyncIterable<Buffer> {
  for await (const { name, from } of entries) {
    const size = typeof from === "string" ? (await stat(from)).size : from.length;
    yield header(name, size);
    if (typeof from !== "string") yield from;
    else if (size > 0) for await (const chunk of createReadStream(from, { end: size - 1 })) yield chunk as Buffer;
    if (size % BLOCK > 0) yield Buffer.alloc(BLOCK - (size % BLOCK));
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`the name ${name} is too long for a backup`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write("0000600\0", 100);
  block.write("0000000\0".repeat(2), 108);
  if (size < 8 ** 11) block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write("00000000000\0", 136);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Unpacks every entry below `folder`. Throws a RangeError when the file is cut off, damaged or no archive. */
export async function readTar(file: string, folder: string): Promise<string[]> {
  const names: string[] = [];
  const source = new BlockReader(createReadStream(file));
  for (;;) {
    const block = await source.take(BLOCK);
    if (block.every((byte) => byte === 0)) return names;
    const { name, size } = parseHeader(block);
    const target = join(folder, name);
    if (!normalize(target).startsWith(normalize(folder) + sep)) throw new RangeError(`the entry ${name} leads out of the folder`);
    await mkdir(dirname(target), { recursive: true });
    await pipeline(Readable.from(source.stream(size)), createWriteStream(target, { mode: 0o600, flush: true }));
    await source.take((BLOCK - (size % BLOCK)) % BLOCK);
    names.push(name);
  }
}

function parseHeader(block: Buffer): { name: string; size: number } {
  const text = (start: number, length: number) => block.toString("utf8", start, start + length).replace(/\0.*$/s, "");
  const copy = Buffer.from(block);
  copy.write("        ", 148);
  const sum = copy.reduce((total, byte) => total + byte, 0);
  if (text(257, 5) !== "ustar" || parseInt(text(148, 8), 8) !== sum)
    throw new RangeError("the file is no backup, or it is damaged");
  const isLong = (block[124]! & 0x80) !== 0;
  return { name: text(0, 100), size: isLong ? Number(block.readBigUInt64BE(128)) : parseInt(text(124, 12), 8) };
}

/** Cuts a stream into pieces of wanted lengths. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.stream(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *stream(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) throw new RangeError("the file is cut off");
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
}
