import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Git's own server program behind HTTP, as hosts run it. https://git-scm.com/docs/git-http-backend */
export interface GitAnswerOptions {
  /** Holds the bare repositories. */
  readonly root: string;
  /** Path below `root`: `/acme/pay.git/info/refs`. */
  readonly path: string;
  readonly query: string;
}

/** Answers one request of a git client from the repositories under `root`. */
export function answerGit(
  request: IncomingMessage,
  response: ServerResponse,
  { root, path, query }: GitAnswerOptions,
): Promise<void> {
  const header = (name: string) => String(request.headers[name] ?? "");
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_COUNT: "3",
      GIT_CONFIG_KEY_0: "uploadpack.allowFilter",
      GIT_CONFIG_VALUE_0: "true",
      GIT_CONFIG_KEY_1: "uploadpack.allowAnySHA1InWant",
      GIT_CONFIG_VALUE_1: "true",
      GIT_CONFIG_KEY_2: "safe.directory",
      GIT_CONFIG_VALUE_2: "*",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: header("content-type"),
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      GIT_PROTOCOL: header("git-protocol"),
      REMOTE_ADDR: "127.0.0.1",
      REMOTE_USER: "reader",
    },
  });
  child.stdin.on("error", () => undefined);
  request.pipe(child.stdin);
  response.once("close", () => child.kill());
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    let isHeadSent = false;
    child.once("error", reject);
    child.stdout.on("data", (piece: Buffer) => {
      if (isHeadSent) return void response.write(piece);
      head = Buffer.concat([head, piece]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      sendHead(response, head.subarray(0, end).toString("latin1"));
      isHeadSent = true;
      response.write(head.subarray(end + 4));
    });
    child.once("close", () => {
      if (!isHeadSent) response.writeHead(500);
      response.end();
      resolve();
    });
  });
}

/** CGI: the status is a header of its own. */
function sendHead(response: ServerResponse, text: string): void {
  const headers = text
    .split("\r\n")
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as const);
  const status = Number(headers.find(([name]) => name.toLowerCase() === "status")?.[1].split(" ")[0] ?? 200);
  response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name.toLowerCase() !== "status")));
}
