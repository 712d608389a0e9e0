import type { GithubSimulatorOptions } from "./github/index.ts";
import { notStarted, unknownFault, unknownVendor } from "./problems.ts";
import { simulators, type Simulator } from "./vendors.ts";

export type SimulateOptions = GithubSimulatorOptions;

export interface Simulation {
  readonly simulator: Simulator;
  /** What to tell the person who started it, line by line. */
  readonly lines: readonly string[];
}

/** Starts the simulator of a vendor for `leadline simulate`; the caller prints the lines and stops it in the end. */
export async function simulate(vendor: string, options: SimulateOptions = {}): Promise<Simulation> {
  const found = simulators[vendor];
  if (!found) throw unknownVendor(vendor, Object.keys(simulators));
  for (const fault of options.faults ?? [])
    if (!((fault.split(":")[0] ?? "") in found.faults)) throw unknownFault(fault, Object.keys(found.faults));
  const simulator = await found.start(options).catch((error: unknown) => {
    throw notStarted(found.label, options.recording !== undefined, error);
  });
  const source = options.recording
    ? `the recording in ${options.recording}`
    : `the simulated organisation, seed ${options.seed ?? 1}`;
  return {
    simulator,
    lines: [
      `${found.label} simulator on ${simulator.url}, serving ${source} (${simulator.organisation}).`,
      `Token: ${simulator.token}`,
      ...(options.faults?.length ? [`Faults: ${options.faults.join(", ")}`] : []),
      `Connect: ${found.connect(simulator)}`,
    ],
  };
}
