import { startGithubSimulator } from "../src/simulators/index.ts";

const simulator = await startGithubSimulator(JSON.parse(process.argv[2]!));
process.send!({ url: simulator.url, token: simulator.token });
process.on("message", (message) => {
  if (message === "calls") process.send!(simulator.calls());
  if (message === "clear") {
    simulator.clearCalls();
    process.send!("cleared");
  }
  if (message === "stop") void simulator.stop().then(() => process.exit(0));
});
process.on("disconnect", () => process.exit(0));
