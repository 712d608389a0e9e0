import { execFile, spawn } from "node:child_process";
import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export type PostgresServer =
  | { url: string; missing: null; stop: () => Promise<void> }
  | { url: null; missing: string; stop: () => Promise<void> };

/** A throw-away PostgreSQL server on a free loopback port, its files in a temporary folder; fsync is off. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = await findBinaries();
  if (!bin) return { url: null, missing: "PostgreSQL server binaries are not installed", stop: async () => {} };
  const owner = await serverUser();
  const folder = await mkdtemp(join(tmpdir(), "leadline-postgres-"));
  if (owner) await chown(folder, owner.uid, owner.gid);
  const identity = owner ? { uid: owner.uid, gid: owner.gid } : {};
  const data = join(folder, "data");
  await run(join(bin, "initdb"), ["-D", data, "-U", "leadline", "-A", "trust", "-E", "UTF8", "--no-sync"], {
    ...identity,
    cwd: folder,
  });
  const port = await freePort();
  const settings = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    `unix_socket_directories=${folder}`,
    "max_connections=200",
  ];
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-h", "127.0.0.1", "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    { ...identity, cwd: folder, stdio: "ignore" },
  );
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  await waitUntilReady(bin, port);
  return {
    url: `postgres://leadline@127.0.0.1:${port}/postgres`,
    missing: null,
    stop: async () => {
      server.kill("SIGINT");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function findBinaries(): Promise<string | null> {
  const versions = await readdir("/usr/lib/postgresql").catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest ? `/usr/lib/postgresql/${newest}/bin` : null;
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
async function serverUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => Number((await run("id", [flag, "postgres"])).stdout)));
  return { uid: uid!, gid: gid! };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (!address || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function waitUntilReady(bin: string, port: number) {
  for (let attempt = 0; attempt < 300; attempt++) {
    const ready = await run(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port), "-U", "leadline"]).then(
      () => true,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`PostgreSQL did not answer on port ${port} within 30 s`);
}
