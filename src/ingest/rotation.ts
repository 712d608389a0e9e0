import { createHash } from "node:crypto";

import type { ClientSpec } from "./connector.ts";
import { FatalError } from "./errors.ts";
import type { Redactor } from "./redact.ts";
import type { IngestIntegration } from "./request.ts";

export interface RotatingSecret {
  readonly integrationId: string;
  readonly field: string;
  /** As the configuration had it when it was opened: another may be saved by now. */
  readonly given: string;
  /** Typed to be tried: nothing is saved of it. */
  readonly isTried: boolean;
}

export interface SecretKeeper {
  /** Runs one exchange of this secret at a time, among all processes, with what is saved now; resolves when the next one is saved. */
  exchange<Result extends { readonly rotated?: string }>(
    secret: RotatingSecret,
    exchange: (current: string) => Promise<Result>,
  ): Promise<Result>;
}

/** Keeps what followed a secret for as long as the process lives. */
export function memoryKeeper(): SecretKeeper {
  const firstOf = new Map<string, string>();
  const latestOf = new Map<string, string>();
  const running = new Map<string, Promise<unknown>>();
  return {
    exchange({ given }, exchange) {
      const first = firstOf.get(given) ?? given;
      const one = async () => {
        const result = await exchange(latestOf.get(first) ?? first);
        if (result.rotated !== undefined) {
          latestOf.set(first, result.rotated);
          firstOf.set(result.rotated, first);
        }
        return result;
      };
      const answer = (running.get(first) ?? Promise.resolve()).then(one, one);
      running.set(first, answer);
      return answer;
    },
  };
}

/** A client whose exchanges keep the secret that they replace; any other stays as it is. */
export function rotating(
  spec: ClientSpec,
  { integration, redactor, keeper }: { integration: IngestIntegration; redactor: Redactor; keeper: SecretKeeper },
): ClientSpec {
  const { rotating: field, authorize } = spec;
  if (field === undefined || !authorize) return spec;
  const given = (integration.config as Readonly<Record<string, unknown>>)[field];
  if (typeof given !== "string" || given === "") throw nothingToRotate(field);
  const { id: integrationId, isTried = false } = integration;
  const whose = isTried ? createHash("sha256").update(given).digest("hex") : integrationId;
  return {
    ...spec,
    // The secret changes while the credential stays the same, so it cannot be part of its key.
    credentialKey: `${spec.credentialKey}/${whose}`,
    async authorize(ask, { now }) {
      const { headers, expiresAt } = await keeper.exchange({ integrationId, field, given, isTried }, async (current) => {
        redactor.add(current);
        const authorization = await authorize.call(spec, ask, { now, current });
        if (authorization.rotated !== undefined) redactor.add(authorization.rotated);
        return authorization;
      });
      // Only now: were it to fail before, the next secret would be lost.
      return { headers, expiresAt, ...(spec.locate ? { baseUrl: await spec.locate(ask, headers) } : {}) };
    },
  };
}

const nothingToRotate = (field: string) =>
  new FatalError({
    code: "secret_missing",
    what: `The configuration has no ${field}.`,
    rule: "Signing in exchanges it for a token that lasts a short time.",
    next: `Give ${field} in the settings of the integration.`,
  });
