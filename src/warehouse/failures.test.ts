import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openWarehouse, warehouseFile } from "./open.ts";
import { emptyBatch, id, record } from "./testing/batches.ts";
import { createTestDatabase, postgresMissing } from "../../test/postgres.ts";

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );

/** A thousand rows of text that does not compress. */
const bulky = (n: number) => ({
  ...emptyBatch(),
  records: Array.from({ length: 1000 }, (_, index) =>
    record({
      hash: `h${n}-${index}`,
      nativeKey: `${n}-${index}`,
      rows: [
        {
          entity: "pull_request" as const,
          id: id("pull_request", `${n}/${index}`),
          repositoryId: "r",
          number: index,
          stateCategory: "open" as const,
          openedAt: "2026-01-01T00:00:00Z",
          title: Array.from({ length: 20 }, () => Math.random().toString(36).slice(2)).join(""),
        },
      ],
    }),
  ),
  progress: { cursor: n, cursorAt: null, coveredFrom: null },
});

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "leadline-failures-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe("a warehouse file that cannot be opened", () => {
  it("is reported as damaged when it is cut, foreign or scrambled, and is left as it is", async () => {
    const warehouse = await openWarehouse({ home });
    await warehouse.write(bulky(1));
    await warehouse.close();
    const file = warehouseFile(home);
    const whole = await readFile(file);
    const scrambled = Buffer.from(whole);
    scrambled.fill(0x5a, 4096, 20_000);
    for (const content of [whole.subarray(0, 6000), Buffer.from("SQLite format 3\0 and so on".padEnd(9000)), scrambled]) {
      await writeFile(file, content);
      await expect(openWarehouse({ home })).rejects.toMatchObject({
        code: "warehouse_damaged",
        what: expect.stringContaining(file) as string,
        next: expect.stringContaining("leadline restore") as string,
      });
      expect((await readFile(file)).equals(content)).toBe(true);
    }
    await writeFile(file, whole);
    const again = await openWarehouse({ home });
    expect((await again.query("select count(*) as n from pull_request")).rows).toEqual([{ n: 1000 }]);
    await again.close();
  });

  it("names the process that has it open", async () => {
    const warehouse = await openWarehouse({ home });
    const script = `import("${new URL("open.ts", import.meta.url).href}").then(m => m.openWarehouse({ home: process.argv[1] })).then(() => "opened", e => JSON.stringify([e.code, e.message])).then(console.log)`;
    const said = execFileSync(process.execPath, ["-e", script, home], { encoding: "utf8" });
    expect(JSON.parse(said)).toEqual(["home_in_use", expect.stringContaining(`process ${process.pid}`)]);
    await warehouse.close();
  });

  it("is a problem of the folder when the folder cannot hold it", async () => {
    await writeFile(join(home, "file"), "");
    expect(await codeOf(openWarehouse({ home: join(home, "file", "below") }))).toBe("home_not_writable");
  });
});

describe("a full disk", () => {
  it(
    "stops the writing, keeps what is stored readable, and writing goes on once there is space",
    { timeout: 120_000 },
    async (context) => {
      const disk = mountSmallDisk(home);
      if (!disk) return context.skip("a small disk cannot be mounted here");
      try {
        const warehouse = await openWarehouse({ home });
        let stored = 0;
        let code: string | undefined = "done";
        while (code === "done" && stored < 300)
          if ((code = await codeOf(warehouse.write(bulky(stored + 1)))) === "done") stored++;
        expect(code).toBe("disk_full");
        const counts = async () =>
          (await warehouse.query("select count(*) as n, (select cursor from progress) as c from pull_request")).rows[0]!;
        const { n, c } = await counts();
        expect(c).toBeGreaterThanOrEqual(stored);
        expect(n).toBe((c as number) * 1000);
        disk.resize(300);
        await warehouse.write(bulky(1000));
        expect(await counts()).toEqual({ n: (n as number) + 1000, c: 1000 });
        await warehouse.close();
        const again = await openWarehouse({ home });
        expect((await again.query("select count(*) as n from pull_request")).rows).toEqual([{ n: (n as number) + 1000 }]);
        await again.close();
      } finally {
        disk.unmount();
      }
    },
  );
});

/** A memory disk of 24 MB over a folder; null where it cannot be mounted: that needs root on Linux. */
function mountSmallDisk(folder: string) {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], { stdio: "pipe" });
  } catch {
    return null;
  }
  return {
    resize: (megabytes: number) => execFileSync("mount", ["-o", `remount,size=${megabytes}m`, folder]),
    unmount: () => execFileSync("umount", ["-l", folder]),
  };
}

describe.skipIf(postgresMissing)(`a PostgreSQL server that is not there${postgresMissing ? `: ${postgresMissing}` : ""}`, () => {
  it("is a problem that says what to check", async () => {
    expect(await codeOf(openWarehouse({ home, databaseUrl: "postgres://leadline@127.0.0.1:1/none" }))).toBe(
      "database_unreachable",
    );
    const database = await createTestDatabase();
    const warehouse = await openWarehouse({ home, databaseUrl: database.url });
    await database.drop();
    expect(await codeOf(warehouse.query("select 1"))).toBe("database_unreachable");
    expect(await codeOf(warehouse.write(bulky(1)))).toBe("database_unreachable");
    await warehouse.close();
  });
});
