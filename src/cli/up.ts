import type { Command } from "commander";

import { readEnvironment, readPort } from "../server/environment.ts";
import { acting, command, type Shared } from "./command.ts";
import { print, printJson, say } from "./output.ts";

interface Options extends Shared {
  readonly demo?: boolean;
  readonly port?: string;
  readonly host?: string;
}

export function up(program: Command): void {
  command(program, "up", "server, scheduler, workers and web app")
    .option("--demo", "with a simulated organisation")
    .option("--port <number>", "listen on this port (LEADLINE_PORT)")
    .option("--host <address>", "listen on this address (LEADLINE_HOST)")
    .action(
      acting(async ({ demo = false, port, host, json }: Options) => {
        const { serve } = await import("../server/serve.ts");
        const { createLog } = await import("../server/log.ts");
        const given = readEnvironment();
        const environment = { ...given, host: host ?? given.host, port: port === undefined ? given.port : readPort(port) };
        if (!json) say(demo ? "Starting Leadline with the demo organisation …" : "Starting Leadline …");
        const server = await serve({
          environment,
          isDemo: demo,
          log: createLog(environment.logLevel === "info" && process.stderr.isTTY ? "warn" : environment.logLevel),
        });
        if (json) printJson({ url: server.url, link: server.link });
        else
          print(demo ? `Leadline is ready: ${server.url}` : `Leadline is ready. Open this link once to sign in:\n${server.link}`);
        await ended();
        if (!json) say("Stopping …");
        await server.stop();
      }),
    );
}

/** Resolves at the first signal to stop; a second one ends the process at once. */
const ended = () =>
  new Promise<void>((resolve) => {
    let isAsked = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => {
        if (isAsked) process.exit(130);
        isAsked = true;
        resolve();
      });
  });
