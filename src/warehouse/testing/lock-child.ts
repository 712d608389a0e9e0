import { lockHome } from "../lock.ts";

/* Takes the data folder named by the first argument and keeps it until it is killed. */
lockHome(process.argv[2]!, { role: "server", address: "http://127.0.0.1:4400" }).then(
  ({ owner }) => process.send!({ owner }),
  (error: { code?: string; message: string }) => process.send!({ code: error.code ?? error.message }),
);
setInterval(() => {}, 1000);
