import type { AddressInfo } from "node:net";
import { join } from "node:path";

import type { FastifyBaseLogger } from "fastify";

import { connectors } from "../connectors/index.ts";
import { Problem } from "../domain/problem.ts";
import { lockHome } from "../warehouse/lock.ts";
import { makeSignInLink } from "../workspace/sessions.ts";
import { buildApp, type App } from "./app.ts";
import { openHouse, type House } from "./compose.ts";
import type { Environment } from "./environment.ts";
import { removeLocalToken, writeLocalToken } from "./local-token.ts";
import { repositoryRoot } from "./version.ts";

export interface ServeOptions {
  readonly environment: Environment;
  readonly isDemo: boolean;
  readonly log: FastifyBaseLogger;
}

export interface Server {
  /** Where people reach it. */
  readonly url: string;
  /** The page that signs in; the plain address in the demo. */
  readonly link: string;
  readonly house: House;
  /** Interrupts what runs, saves it, and lets go of the data folder. */
  stop(): Promise<void>;
}

/** Starts everything: lock, databases, HTTP, scheduler, and in the demo the simulated organisation. */
export async function serve({ environment, isDemo, log }: ServeOptions): Promise<Server> {
  const { home, host, port } = environment;
  const lock = await lockHome(home, { role: "server" });
  const undo: (() => unknown)[] = [() => lock.release()];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const localToken = writeLocalToken(home);
    undo.push(() => removeLocalToken(home));
    let url = environment.publicUrl?.origin ?? `http://${reachable(host)}:${port}`;
    const house = await openHouse({ environment, isDemo, log, localToken, connectors, address: () => url });
    undo.push(() => house.close());
    const app = await buildApp(house.services, appOptions(environment, log));
    undo.push(() => app.close());
    url = await listen(app, { host, port, environment });
    await lock.announce(`http://${reachable(host)}:${(app.server.address() as AddressInfo).port}`);
    if (isDemo) undo.push(await startDemo(house));
    await house.start();
    const link = isDemo ? url : `${url}/start?key=${await makeSignInLink(house.context.workspace)}`;
    return { url, link, house, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const appOptions = ({ host, publicUrl }: Environment, log: FastifyBaseLogger) => ({
  webRoot: join(repositoryRoot, "web", "dist"),
  hosts: [...(publicUrl ? [publicUrl.hostname] : []), host],
  isSecure: publicUrl?.protocol === "https:",
  logger: log,
});

async function startDemo(house: House): Promise<() => Promise<void>> {
  const { openDemo } = await import("./demo.ts");
  return openDemo(house);
}

async function listen(
  app: App,
  { host, port, environment }: { host: string; port: number; environment: Environment },
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenProblem(host, port, error as NodeJS.ErrnoException);
  }
  const actual = (app.server.address() as AddressInfo).port;
  return environment.publicUrl?.origin ?? `http://${reachable(host)}:${actual}`;
}

/** An address to open in a browser on this machine. */
const reachable = (host: string) => (host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host);

function listenProblem(host: string, port: number, error: NodeJS.ErrnoException): Problem {
  if (error.code === "EADDRINUSE")
    return new Problem({
      code: "port_in_use",
      what: `Port ${port} on ${host} is taken by another program.`,
      rule: "Only one program can listen on a port.",
      next: `Stop the other one, or choose another port: leadline up --port ${port + 1}.`,
    });
  return new Problem({
    code: "cannot_listen",
    what: `The server cannot listen on ${host}:${port}: ${error.message}.`,
    next: "Choose another LEADLINE_HOST or LEADLINE_PORT.",
  });
}
