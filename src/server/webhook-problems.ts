import { Problem } from "../domain/problem.ts";
import { DataError } from "../ingest/errors.ts";

/** One text for all that is not there, so that nobody learns which integrations exist. */
export const unknownHook = () =>
  new Problem({
    code: "unknown_hook",
    what: "Nothing is received at this address.",
    rule: "The address and the secret are shown on the tab Webhooks of an integration.",
    next: "Copy the address from there.",
    status: 404,
  });

export const badSignature = () =>
  new Problem({
    code: "bad_signature",
    what: "This delivery is not signed with the secret of the integration.",
    rule: "Every delivery must carry a signature over its bytes, made with the secret that was shown when it was created.",
    next: "Put the secret into the vendor's form, or make a new one on the tab Webhooks of the integration.",
    status: 401,
  });

export const deliveryTooLarge = (limitMb: number) =>
  new Problem({
    code: "delivery_too_large",
    what: "The delivery is too large.",
    rule: `A delivery may have ${limitMb} MB.`,
    next: "Nothing to do: what it announced is found by the next reading.",
    status: 413,
  });

export const tooManyAtOnce = () =>
  new Problem({
    code: "too_many_deliveries",
    what: "Too many large deliveries arrive at once.",
    rule: "What is under way must fit into memory.",
    next: "Send it again in a moment.",
    status: 503,
  });

export const bodyNotJson = () =>
  new DataError({
    code: "delivery_not_json",
    what: "The body of the delivery is not JSON in UTF-8.",
    rule: "Deliveries are sent as application/json.",
    next: "Choose the content type application/json in the vendor's form.",
  });

export const connectorGone = (connector: string) =>
  new DataError({
    code: "no_webhooks",
    what: `The connector "${connector}" understands no deliveries.`,
    next: "Remove the webhook at the vendor.",
  });

export const noWebhooks = (label: string) =>
  new Problem({
    code: "no_webhooks",
    what: `${label} does not announce changes by webhook, or we do not understand its deliveries yet.`,
    rule: "Its data is found by reading at intervals.",
    next: "Shorten the interval in the settings if it should come sooner.",
    status: 404,
  });
