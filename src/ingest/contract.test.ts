import { connectorContract } from "./contract.ts";
import { someThings, startProvider } from "./testing/provider.ts";
import { thingConnector } from "./testing/thing-connector.ts";

const now = "2026-06-01T00:00:00Z";

connectorContract(thingConnector("descending"), {
  config: { url: "https://things.example", token: "made-up-token" },
  scope: { id: "a", name: "acme/a", kind: "repository" },
  pages: { things: [someThings(4, { now }).toReversed()] },
  unfilled: { "account_group.parentGroupId": "things have no parents" },
  live: {
    async start() {
      const provider = await startProvider({ a: someThings(35, { now }), b: someThings(3, { now, firstId: 50 }) });
      return { config: { url: provider.url, token: "made-up-token" }, stop: provider.close };
    },
  },
});
