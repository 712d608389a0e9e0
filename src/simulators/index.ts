export { simulate, type SimulateOptions, type Simulation } from "./simulate.ts";
export { simulators, type Simulator, type VendorSimulator } from "./vendors.ts";
export { startGithubSimulator, type GithubSimulator, type GithubSimulatorOptions } from "./github/index.ts";
