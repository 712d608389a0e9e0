import type { Instant } from "../../domain/instant.ts";
import { DataError, FatalError, RetryableError, SkippableError } from "../../ingest/errors.ts";

/* What Azure DevOps says no with, in our words. */

export const credentialRefused = (status: number, said: string) =>
  new FatalError({
    code: "azure_credential_refused",
    what: `Azure DevOps did not accept the credential (${status}${said ? `: ${said}` : ", a page to sign in"}).`,
    rule: "A token must be valid and of this organisation: not expired, not revoked, not barred by a policy of the organisation.",
    next: "Make a new one and put it into the settings of the integration; reading goes on where it stopped.",
    status: 401,
  });

export const signInRefused = (said: string) =>
  new FatalError({
    code: "azure_sign_in_refused",
    what: `Microsoft Entra refused the service principal (${said || "no reason given"}).`,
    rule: "Tenant, client id and secret must belong together, and the secret must not have expired.",
    next: "Correct them in the settings of the integration; reading goes on where it stopped.",
    status: 401,
  });

export const rateLimited = (retryAt: Instant | null) =>
  new RetryableError(
    {
      code: "azure_rate_limited",
      what: `Azure DevOps asked to wait${retryAt ? ` until ${retryAt}` : ""}.`,
      rule: "An identity may use 200 throughput units within five minutes.",
      next: "Nothing to do: reading goes on by itself. An identity of its own, with Basic + Test Plans access, may use more.",
      status: 429,
    },
    { retryAt },
  );

export const tookTooLong = (said: string) =>
  new RetryableError(
    {
      code: "azure_took_too_long",
      what: `Azure DevOps gave up answering: ${said}`,
      rule: "A query must end within 30 seconds; smaller pages do.",
      next: "Nothing to do: it is asked again with smaller pages.",
    },
    { smallerPageMayHelp: true },
  );

export const permissionMissing = (request: string, said: string) =>
  new SkippableError({
    code: "azure_permission_missing",
    what: `Azure DevOps refused ${request} (403${said ? `: ${said}` : ""}).`,
    rule: "The credential lacks a permission that this needs.",
    next: "Add the permission, or take the project or repository out of the integration. Everything else was read.",
    status: 403,
  });

export const notFound = (request: string, said: string) =>
  new SkippableError({
    code: "azure_not_found",
    what: `Azure DevOps does not know what ${request} asks for, or hides it${said ? ` (${said})` : ""}.`,
    rule: "What a credential may not see, what was deleted and what never was look alike.",
    next: "Check that it still exists and that the credential may read it. Everything else was read.",
    status: 404,
  });

export const refused = (request: string, said: string) =>
  new SkippableError({
    code: "azure_request_refused",
    what: `Azure DevOps did not accept ${request}: ${said}`,
    rule: "A call may only ask what the host's version knows.",
    next: "Check the API version in the settings of the integration. Everything else was read.",
  });

export const feedWithoutToken = (project: string) =>
  new SkippableError({
    code: "azure_feed_without_token",
    what: `The feed of work items of ${project} said that there is more, but not where it goes on.`,
    rule: "Every batch but the last carries a continuation token.",
    next: "What was read is kept; it is tried again with the next task.",
  });

export const deliveryUnclear = () =>
  new DataError({
    code: "azure_delivery_unclear",
    what: "A delivery of a service hook could not be understood.",
    rule: "It is a JSON object with eventType and resource, as Azure DevOps sends it.",
    next: "Set resource details to send to All in the subscription.",
  });
