import { connectors } from "../connectors/index.ts";
import { buildApp, type App } from "../server/app.ts";
import { openHouse, type House } from "../server/compose.ts";
import type { Environment } from "../server/environment.ts";
import { createLog } from "../server/log.ts";
import { lockHome } from "../warehouse/lock.ts";
import { newToken } from "../workspace/secret-box.ts";
import { clientOf, type Client, type Send } from "./client.ts";

/** The API without a socket: this process takes the lock and opens the house. */
export async function inProcess(environment: Environment): Promise<Client> {
  const lock = await lockHome(environment.home, { role: "command line" });
  const token = newToken("local_");
  let house: House | null = null;
  let app: App | null = null;
  const close = async () => {
    await app?.close();
    await house?.close();
    await lock.release();
  };
  try {
    const log = createLog(process.env["LEADLINE_LOG"] ? environment.logLevel : "error");
    house = await openHouse({ environment, isDemo: false, log, localToken: token, connectors });
    app = await buildApp(house.services, { webRoot: null, hosts: [], isSecure: false, logger: log });
  } catch (error) {
    await close();
    throw error;
  }
  const inject = app.inject.bind(app);
  const send: Send = async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await inject({ method, url: path, headers, ...(body === undefined ? {} : { payload: body as object }) });
    return { status: answer.statusCode, type: String(answer.headers["content-type"] ?? ""), text: answer.payload };
  };
  return clientOf(send, { address: null, close });
}
