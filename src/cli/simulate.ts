import type { Command } from "commander";

import { readPort } from "../server/environment.ts";
import { acting, command, listed, type Shared } from "./command.ts";
import { print, printJson, say } from "./output.ts";

type Size = NonNullable<import("../simulators/index.ts").SimulateOptions["size"]>;

interface Options extends Shared {
  readonly port?: string;
  readonly seed?: string;
  readonly size?: string;
  readonly latency?: string;
  readonly recording?: string;
  readonly faults?: string[];
}

export function simulate(program: Command): void {
  command(program, "simulate <vendor>", "a vendor-faithful fake API, until Ctrl-C")
    .option("--port <number>", "listen on this port (default: a free one)")
    .option("--seed <number>", "of the generated organisation")
    .option("--size <word>", "of the generated organisation")
    .option("--latency <milliseconds>", "of every answer")
    .option("--recording <folder>", "serve recorded payloads instead")
    .option("--faults <names>", "misbehave in these ways", listed)
    .action(
      acting(async (vendor: string, { json, port, seed, size, latency, recording, faults }: Options) => {
        // oxlint-disable-next-line no-restricted-imports -- simulators are loaded only when somebody asks for them, and only dynamically (test/layers.ts)
        const { simulate: start } = await import("../simulators/index.ts");
        const { simulator, lines } = await start(vendor, {
          ...(port === undefined ? {} : { port: readPort(port) }),
          ...(seed === undefined ? {} : { seed: Number(seed) }),
          ...(size === undefined ? {} : { size: size as Size }),
          ...(latency === undefined ? {} : { latencyMs: Number(latency) }),
          ...(recording === undefined ? {} : { recording }),
          ...(faults === undefined ? {} : { faults }),
        });
        const { url, token, organisation } = simulator;
        if (json) printJson({ url, token, organisation });
        else print(lines.join("\n"));
        say("Leadline reaches it when started with LEADLINE_ALLOWED_NETWORKS=127.0.0.0/8. Ctrl-C stops it.");
        await new Promise<void>((resolve) => {
          for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
        });
        await simulator.stop();
      }),
    );
}
