import { Problem } from "../domain/problem.ts";
import type { Instant } from "../domain/instant.ts";
import { DataError, FatalError, RetryableError, SkippableError } from "./errors.ts";

/* Every error of this folder, by its code. Texts given to these functions must already be redacted. */

/* ── Addresses ───────────────────────────────────────────────────────────────────────────────────────────────── */

export const addressRefused = (host: string, address: string, why: "never" | "loopback" | "private") =>
  new FatalError({
    code: "address_refused",
    what: host === address ? `The address ${host} may not be called.` : `${host} leads to ${address}, which may not be called.`,
    rule: {
      never: "Link-local, metadata, multicast and unspecified addresses are refused always.",
      loopback: "Addresses of this machine itself are refused outside of the demo.",
      private: "Private and reserved networks are refused unless LEADLINE_ALLOWED_NETWORKS names them.",
    }[why],
    next:
      why === "private"
        ? `If the host is yours, start Leadline with LEADLINE_ALLOWED_NETWORKS=${address}/${address.includes(":") ? 128 : 32} (or its network).`
        : "Give the address of the provider instead.",
  });

export const addressInvalid = (address: string, why: string) =>
  new FatalError({
    code: "address_invalid",
    what: `${address} is not an address that can be called: ${why}.`,
    rule: "The address of a provider begins with https:// or http:// and names a host.",
    next: "Correct the address of the integration.",
  });

export const networkInvalid = (text: string) =>
  new Problem({
    code: "network_invalid",
    what: `"${text}" in LEADLINE_ALLOWED_NETWORKS is not a network.`,
    rule: "Networks are written as CIDR: 10.0.0.0/8 or fd00::/8, separated by commas.",
    next: "Correct the variable and start again.",
  });

/* ── What a provider answers ─────────────────────────────────────────────────────────────────────────────────── */

export const hostUnknown = (host: string) =>
  new RetryableError({
    code: "host_unknown",
    what: `The name ${host} could not be found.`,
    rule: "The name server of this machine has to know the host.",
    next: "Check the spelling of the address and the network of this machine.",
  });

export const unreachable = (host: string, detail: string, smallerPageMayHelp = false) =>
  new RetryableError(
    {
      code: "provider_unreachable",
      what: `${host} did not answer in full (${detail}).`,
      rule: "Such calls are repeated with growing pauses.",
      next: "If it stays so, check that this machine reaches the host.",
    },
    { smallerPageMayHelp },
  );

export const certificateRefused = (host: string, code: string) =>
  new FatalError({
    code: "certificate_refused",
    what: `The certificate of ${host} cannot be trusted (${code}).`,
    rule: "A provider must prove who it is with a certificate that this machine trusts.",
    next: "If your company signs its own, start Leadline with NODE_EXTRA_CA_CERTS naming the file of its authority.",
  });

export const headerInvalid = (host: string) =>
  new FatalError({
    code: "header_invalid",
    what: `The credential for ${host} holds a character that no header may carry.`,
    rule: "Credentials are one line of plain text.",
    next: "Copy the credential again, without line breaks or spaces around it.",
  });

export const foreignOrigin = (host: string, path: string) =>
  new SkippableError({
    code: "foreign_origin",
    what: `${host} pointed to another place for the next page: ${path}.`,
    rule: "Pages are read from the integration's own address.",
    next: "Check the address of the integration: a proxy may give out a wrong public name.",
  });

export const providerFailed = (host: string, status: number, request: string) =>
  new RetryableError(
    {
      code: "provider_failed",
      what: `${host} failed with ${status} on ${request}.`,
      rule: "Such calls are repeated with growing pauses.",
      next: "If it stays so, look at the provider's status page; reading goes on where it stopped.",
    },
    { smallerPageMayHelp: status === 502 || status === 504 },
  );

export const rateLimited = (host: string, request: string, retryAt: Instant | null) =>
  new RetryableError(
    {
      code: "rate_limited",
      what: `${host} asked to wait${retryAt ? ` until ${retryAt}` : ""} before ${request}.`,
      rule: "No call is made while a provider asks to wait.",
      next: "Nothing to do: reading goes on by itself where it stopped.",
      status: 429,
    },
    { retryAt },
  );

export const notJson = (host: string, request: string, status: number, kind: string) =>
  new RetryableError({
    code: "answer_not_json",
    what: `${host} answered ${request} with ${kind} (${status}) instead of JSON.`,
    rule: "An API answers in JSON; sign-in pages and proxies answer otherwise.",
    next: "Check the address of the integration, and whether a proxy or single sign-on stands in between.",
  });

export const bodyTooLarge = (host: string, request: string, limit: number) =>
  new SkippableError({
    code: "answer_too_large",
    what: `${host} answered ${request} with more than ${Math.round(limit / 1_048_576)} MiB.`,
    rule: "Larger answers are not read, so that one page cannot fill the memory.",
    next: "Report which stream it was; the other streams were read.",
  });

/** Said beside what went well: other credentials went on. */
export const credentialLeftOut = (label: string, host: string, why: Problem) =>
  new Problem({
    code: "credential_left_out",
    what: `${host} refused ${label} of several: ${why.what}`,
    rule: "A refused credential is left out, and the others go on.",
    next: "Replace it, or remove it from the integration.",
  });

export const credentialRefused = (host: string, request: string) =>
  new FatalError({
    code: "credential_refused",
    what: `${host} refused the credential (401) on ${request}.`,
    rule: "The credential must be valid: not expired, not revoked, and meant for this host.",
    next: "Give the integration a new credential; reading goes on where it stopped.",
    status: 401,
  });

export const notPermitted = (host: string, request: string, said: string) =>
  new SkippableError({
    code: "not_permitted",
    what: `${host} refused ${request} (403)${said ? `: ${said}` : "."}`,
    rule: "The credential needs the permission to read it.",
    next: "Add the permission, or take the scope out of the integration. Everything else was read.",
    status: 403,
  });

export const notFound = (host: string, request: string, status: number) =>
  new SkippableError({
    code: status === 404 ? "not_found_or_hidden" : "gone",
    what: `${host} does not know ${request} (${status}).`,
    rule: "Things that were deleted, moved or are hidden from the credential look like this.",
    next: "Check that the scope still exists and that the credential may see it. Everything else was read.",
    status: 404,
  });

export const requestRefused = (host: string, request: string, answer: { status: number; said: string }) =>
  new SkippableError({
    code: "request_refused",
    what: `${host} did not accept ${request} (${answer.status})${answer.said ? `: ${answer.said}` : "."}`,
    rule: "A request must fit what the provider's version supports.",
    next: "Report the request and the provider's version. Everything else was read.",
  });

export const tooManyRedirects = (host: string, request: string) =>
  new SkippableError({
    code: "too_many_redirects",
    what: `${host} redirected ${request} more than five times.`,
    rule: "At most five redirects are followed.",
    next: "Check the address of the integration.",
  });

/* ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────── */

export const pagingLoop = (request: string, cursor: string) =>
  new SkippableError({
    code: "paging_loop",
    what: `The pages of ${request} lead in a circle: the position ${cursor} came twice.`,
    rule: "Every page must lead to one that was not read before.",
    next: "The stream was stopped, what was read is kept. Report it to the provider of the API.",
  });

export const orderBroken = (place: { stream: string; key: string; order: string }, before: Instant, after: Instant) =>
  new DataError({
    code: "order_broken",
    what: `Stream ${place.stream} is declared ${place.order}, but record ${place.key} of ${after} came after one of ${before}.`,
    rule: "The declared order decides when progress may be saved.",
    next: "Nothing is lost: progress of this pass is saved only at its end. Correct the order that the connector declares.",
  });

export const answerUnexpected = (detail: string, cause: unknown) =>
  new SkippableError(
    {
      code: "answer_unexpected",
      what: `The provider's answer does not have the documented form (${detail}).`,
      rule: "Answers are checked before they are used.",
      next: "Report it with the provider's version. Everything else was read.",
      status: 502,
    },
    { cause },
  );

export const unexpected = (message: string, cause: unknown) =>
  new Problem(
    {
      code: "unexpected",
      what: `Reading failed in an unforeseen way: ${message.replace(/\.$/, "")}.`,
      rule: "This is a defect of Leadline or of the connector.",
      next: "Report it with the log of this moment. Nothing is lost: the next run begins where this one stopped.",
      status: 500,
    },
    { cause },
  );

/* ── Requests to the engine ──────────────────────────────────────────────────────────────────────────────────── */

export const unknownName = (kind: "stream" | "scope" | "way", name: string, known: readonly string[]) =>
  new Problem({
    code: `unknown_${kind}`,
    what: `There is no ${kind} named "${name}".`,
    rule: known.length
      ? `Known are: ${known.slice(0, 20).join(", ")}${known.length > 20 ? " …" : ""}.`
      : `No ${kind} is chosen yet.`,
    next: `Give one of them.`,
    status: 404,
  });

export const badInstant = (name: string, value: string) =>
  new Problem({
    code: "bad_instant",
    what: `${name} is "${value}", which is not an instant.`,
    rule: "Instants are ISO 8601 with Z or an offset: 2026-01-31T00:00:00Z.",
    next: "Correct it and ask again.",
  });

export const sinceInFuture = (since: Instant, now: Instant) =>
  new Problem({
    code: "since_in_future",
    what: `Reading was to begin at ${since}, but it is ${now}.`,
    rule: "Only the past can be read.",
    next: "Give an earlier instant.",
  });

export const sinceBeforeProvider = (since: Instant, label: string, launchedOn: string) =>
  new Problem({
    code: "since_before_provider",
    what: `Reading was to begin at ${since}, but ${label} exists since ${launchedOn}.`,
    rule: "History cannot begin before the provider did.",
    next: `Give ${launchedOn} or later, or leave the beginning out to read everything.`,
  });

export const rangeEmpty = (since: Instant, until: Instant) =>
  new Problem({
    code: "range_empty",
    what: `The range from ${since} until ${until} is empty.`,
    rule: "A range begins before it ends.",
    next: "Exchange the two, or correct one.",
  });

/* ── Archive ─────────────────────────────────────────────────────────────────────────────────────────────────── */

export const archiveMissing = (file: string) =>
  new Problem({
    code: "archive_missing",
    what: `The archived page ${file} is not there.`,
    rule: "Every page that the warehouse names must be in the archive.",
    next: "Restore the file from a backup, or read the range again with `leadline ingest --since`.",
    status: 500,
  });

export const archiveDamaged = (file: string, cause: unknown) =>
  new Problem(
    {
      code: "archive_damaged",
      what: `The archived page ${file} is damaged: its content does not match its name.`,
      rule: "Archived pages are named by the SHA-256 of their content and never change.",
      next: "Restore the file from a backup, or read the range again with `leadline ingest --since`.",
      status: 500,
    },
    { cause },
  );

export const archiveFull = (folder: string, cause: unknown) =>
  new FatalError(
    {
      code: "disk_full",
      what: `There is no space left to archive pages in ${folder}.`,
      rule: "Every page is archived before it is used, so reading stops when the disk is full.",
      next: "Free some space; reading goes on where it stopped.",
      status: 507,
    },
    { cause },
  );

export const archiveNotWritable = (folder: string, cause: unknown) =>
  new FatalError(
    {
      code: "archive_not_writable",
      what: `Pages cannot be archived in ${folder}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      rule: "The data folder must be writable by the user who runs Leadline.",
      next: "Correct the folder's owner or permissions; reading goes on where it stopped.",
      status: 500,
    },
    { cause },
  );

export const archivedPageUnreadable = (page: string, position: number) =>
  new Problem({
    code: "archived_record_missing",
    what: `Record ${position} of the archived page ${page} cannot be found.`,
    rule: "Every record that the warehouse names must be in the archive.",
    next: "Run `leadline doctor`; then read the range again with `leadline ingest --since`.",
    status: 500,
  });

export const unknownConnector = (connector: string, integration: string) =>
  new Problem({
    code: "unknown_connector",
    what: `Integration ${integration} was read by the connector "${connector}", which is not installed.`,
    rule: "Stored records are mapped by the connector that read them.",
    next: "Install a version of Leadline that has the connector.",
    status: 500,
  });

export const nothingToReconcile = () =>
  new Problem({
    code: "reconciliation_not_here",
    what: "The records cannot be compared with the provider's lists from here.",
    rule: "Only what holds the warehouse can say what is stored; a satellite cannot.",
    next: "Ask the server to reconcile the integration.",
    status: 409,
  });

export const checkFailed = (sentence: string) =>
  new FatalError({
    code: "credential_check_failed",
    what: `The credential did not pass its check: ${sentence}`,
    rule: "Lists are compared only with a credential that sees what it should: a lost permission looks like a deletion.",
    next: "Correct the credential in the settings of the integration, then reconcile again.",
  });
