import { once } from "node:events";
import { join } from "node:path";

import { openWarehouse } from "../../warehouse/open.ts";
import { openWorkspace } from "../../workspace/open.ts";
import { erase } from "../erasure.ts";
import { systemActor } from "../session-service.ts";

/* Carries a deletion out in small steps, and waits after each for a word from the parent, which may be a SIGKILL. */
const [, , home, databaseUrl, id] = process.argv;
const address = { home: home!, databaseUrl: databaseUrl || undefined };
const workspace = await openWorkspace(address);
const warehouse = await openWarehouse(address);
const proof = await erase(
  {
    workspace,
    warehouse,
    archive: join(home!, "archive"),
    actor: systemActor,
    publish: async () => {},
    rebuild: async () => {},
    rowsAtOnce: 30,
    pagesAtOnce: 1,
    async onStep() {
      process.send!("step");
      await once(process, "message");
    },
  },
  id!,
);
process.send!(proof);
await warehouse.close();
await workspace.close();
process.disconnect();
