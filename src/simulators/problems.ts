import { Problem } from "../domain/problem.ts";

/** A name that is no vendor. */
export const unknownVendor = (vendor: string, known: readonly string[]) =>
  new Problem({
    code: "unknown_simulator",
    what: `There is no simulator for "${vendor}".`,
    rule: `Simulators: ${known.join(", ")}.`,
    next: "Give one of these names.",
  });

/** A name that is no fault. */
export const unknownFault = (fault: string, known: readonly string[]) =>
  new Problem({
    code: "unknown_fault",
    what: `There is no fault "${fault}".`,
    rule: `Faults: ${known.join(", ")}; NAME:RATE makes one occasional.`,
    next: "Give one of these names.",
  });

/** The port is taken, or the recording cannot be read. */
export const notStarted = (label: string, isRecording: boolean, cause: unknown) => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const next = isRecording
    ? "Check that the folder holds the files its README lists."
    : "Choose another port, or leave --port out.";
  return new Problem(
    {
      code: "simulator_not_started",
      what: `The ${label} simulator did not start: ${reason}.`,
      rule: "It listens on a free port of 127.0.0.1.",
      next,
    },
    { cause },
  );
};
