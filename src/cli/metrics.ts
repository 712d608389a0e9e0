import type { Command } from "commander";

import type { Catalogue, MetricBody } from "../server/shapes/metrics.ts";
import { acting, command, withClient, type Shared } from "./command.ts";
import { print, printJson, table } from "./output.ts";

export function metrics(program: Command): void {
  command(program, "metrics [name]", "the catalogue, or one metric").action(
    acting(async (name: string | undefined, { json }: Shared) => {
      await withClient(async (client) => {
        if (name === undefined) {
          const catalogue = await client.call<Catalogue>("GET", "/api/v1/metrics");
          if (json) return printJson(catalogue);
          return print(
            table(
              ["metric", "label", "unit", "better", "fact"],
              catalogue.items.map((one) => [one.name, one.label, one.unit, one.better, one.fact]),
            ),
          );
        }
        const metric = await client.call<MetricBody>("GET", `/api/v1/metrics/${encodeURIComponent(name)}`);
        return json ? printJson(metric) : print(describe(metric));
      });
    }),
  );
}

const describe = (metric: MetricBody) =>
  [
    `${metric.name} — ${metric.label} (version ${metric.version})`,
    metric.description,
    "",
    `unit        ${metric.unit}, ${metric.better} is better, an empty bucket is ${metric.empty}`,
    `fact        ${metric.fact}, when ${metric.when}`,
    metric.value ? `value       ${metric.value}${metric.where ? ` where ${metric.where}` : ""}` : `expression  ${metric.sql}`,
    `dimensions  ${metric.dimensions.join(", ")}`,
  ].join("\n");
