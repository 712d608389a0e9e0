import { openWarehouse } from "../open.ts";
import { streamKey } from "./batches.ts";
import { numberedBatch } from "./numbered-batches.ts";

/* Writes numbered batches from where progress stands until it is killed; says each number once its write has returned. */
const [, , home, databaseUrl] = process.argv;
const warehouse = await openWarehouse({ home: home!, databaseUrl: databaseUrl || null });
process.send!(0);
const progress = await warehouse.readProgress(streamKey());
for (let n = ((progress?.cursor as number | undefined) ?? 0) + 1; ; n++) {
  await warehouse.write(numberedBatch(n));
  process.send!(n);
}
