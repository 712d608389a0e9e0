import { thingConnector } from "../../ingest/testing/thing-connector.ts";
import { openHouse } from "../compose.ts";
import type { AnyConnector } from "../connector-form.ts";
import { createLog } from "../log.ts";

/* A server of its own process on a shared database, which the parent may end by a SIGKILL. */
const [, , home, databaseUrl, secretKey, leaseMs] = process.argv;
const connector: unknown = thingConnector();
const house = await openHouse({
  environment: { home: home!, databaseUrl, secretKey, allowedNetworks: ["127.0.0.0/8"] },
  isDemo: false,
  log: createLog("silent"),
  localToken: null,
  connectors: [connector as AnyConnector],
  address: () => "http://first.example.com",
  watching: { everyMs: 100 },
  leaseMs: Number(leaseMs),
});
await house.start();
process.send!("started");
