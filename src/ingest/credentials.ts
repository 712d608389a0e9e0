import type { Budget } from "./budget.ts";
import type { ClientSpec, CredentialSpec } from "./connector.ts";
import type { FatalError } from "./errors.ts";
import type { Charge } from "./limits.ts";

/** What an integration may call with: one credential, or several that see the same. */
export interface Credentials {
  readonly all: readonly CredentialSpec[];
  /** The one that can go first, and among those the one that has most left. */
  choose(budgetOf: (credential: CredentialSpec) => Budget, charge: Charge): CredentialSpec;
  /** Leaves a credential out that the provider refused; false when there is no other. */
  leaveOut(credential: CredentialSpec, why: FatalError): boolean;
  /** Those that were left out, and why. */
  readonly leftOut: ReadonlyMap<CredentialSpec, FatalError>;
}

export function createCredentials({ credentialKey, headers, authorize, more = [] }: ClientSpec): Credentials {
  const first: CredentialSpec = {
    label: "the first credential",
    credentialKey,
    ...(headers ? { headers } : {}),
    ...(authorize ? { authorize } : {}),
  };
  const all = [first, ...more];
  const leftOut = new Map<CredentialSpec, FatalError>();
  const usable = () => all.filter((credential) => !leftOut.has(credential));
  return {
    all,
    leftOut,
    choose(budgetOf, charge) {
      const ranked = usable().map((credential) => ({ credential, rank: rankOf(budgetOf(credential), charge) }));
      return ranked.reduce((best, each) => (isBetter(each.rank, best.rank) ? each : best)).credential;
    },
    leaveOut(credential, why) {
      const isOnly = usable().every((each) => each === credential);
      if (!isOnly) leftOut.set(credential, why);
      return !isOnly;
    },
  };
}

/** Less is better, the first difference decides: the wait, whether a place is free, what was used up, who stands in line. */
function rankOf(budget: Budget, charge: Charge): readonly number[] {
  const { limit, remaining, concurrency, active, waiting } = budget.state;
  const used = limit === null || remaining === null ? 0 : 1 - remaining / limit;
  return [budget.wait(charge), active < concurrency ? 0 : 1, used, active + waiting];
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index >= 0 && a[index]! < b[index]!;
}
