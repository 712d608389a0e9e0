import type { Connector } from "../ingest/connector.ts";
import { azure } from "./azure/connector.ts";
import { github } from "./github/connector.ts";
import { jira } from "./jira/connector.ts";
import { unknownConnector } from "./problems.ts";

/** Every connector, in alphabetical order. */
export const connectors: readonly Connector<unknown>[] = [azure, github, jira].map(
  (connector) => connector as unknown as Connector<unknown>,
);

/** The connector of this name; a Problem that lists the known ones if there is none. */
export function connectorNamed(name: string): Connector<unknown> {
  const found = connectors.find((connector) => connector.name === name);
  if (!found)
    throw unknownConnector(
      name,
      connectors.map((connector) => connector.name),
    );
  return found;
}
