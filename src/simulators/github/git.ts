import type { IncomingMessage, ServerResponse } from "node:http";

import { serveGit as serve, type ServedGit } from "../git/served.ts";
import type { ServerParts } from "./exchange.ts";
import { fullName, type GithubState } from "./state.ts";

/** Every repository of the organisation, under its name of today. */
export const serveGit = ({ repositories }: GithubState): Promise<ServedGit> =>
  serve(() =>
    repositories.flatMap((repository) => {
      const history = repository.history();
      const branch = history.branches[0]?.name;
      return branch === undefined ? [] : [{ path: `${fullName(repository)}.git`, branch, history }];
    }),
  );

/**
 * Git beside the API, for tokens as the password of any user. It has no part in the API's limits.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation#about-authenticating-as-a-github-app-installation
 */
export async function answeredByGit(
  { git, credentials, log }: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (!git || !/^\/[^/]+\/[^/]+\.git\/(?:info\/refs|git-upload-pack)$/.test(url.pathname)) return false;
  log.git();
  const [, encoded = ""] = /^basic (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const token = Buffer.from(encoded, "base64")
    .toString()
    .replace(/^[^:]*:/, "");
  const credential = credentials.identify(`Bearer ${token}`);
  const refuse = (status: number) => void response.writeHead(status, { "www-authenticate": 'Basic realm="GitHub"' }).end();
  if (!("token" in credential) || credential.kind === "app") refuse(401);
  else if (credential.mayClone === false) refuse(403);
  else await git.answer(request, response, { path: decodeURIComponent(url.pathname), query: url.search.slice(1) });
  return true;
}
