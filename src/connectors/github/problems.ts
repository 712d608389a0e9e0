import type { Instant } from "../../domain/instant.ts";
import { DataError, FatalError, RetryableError, SkippableError } from "../../ingest/errors.ts";

/* What GitHub says no with, in our words. https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api */

export const credentialRefused = (said: string) =>
  new FatalError({
    code: "github_credential_refused",
    what: `GitHub refused the credential (401${said ? `: ${said}` : ""}).`,
    rule: "A token or private key must be valid: not expired, not revoked, and made on the host of the integration's address.",
    next: "Make a new one and put it into the settings of the integration; reading goes on where it stopped.",
    status: 401,
  });

export const singleSignOnRequired = (request: string, url: string | null) =>
  new SkippableError({
    code: "github_single_sign_on_required",
    what: `GitHub refused ${request} (403): the organisation protects it with single sign-on.`,
    rule: "A token must be authorised for each organisation that uses SAML single sign-on.",
    next: url
      ? `Open ${url} and authorise the token. Everything else was read.`
      : "Authorise the token for the organisation under Settings, Developer settings.",
    status: 403,
  });

export const permissionMissing = (request: string, said: string, needed: string | null) =>
  new SkippableError({
    code: "github_permission_missing",
    what: `GitHub refused ${request} (403${said ? `: ${said}` : ""}).`,
    rule: needed ? `The credential lacks one of: ${needed}.` : "The credential lacks a permission that this needs.",
    next: "Add the permission, or take the repository out of the integration. Everything else was read.",
    status: 403,
  });

export const notFound = (what: string) =>
  new SkippableError({
    code: "github_not_found",
    what: `GitHub does not know ${what}, or hides it from this credential.`,
    rule: "What a credential may not see, what was deleted and what never was look alike at GitHub.",
    next: "Check that it still exists and that the credential may read it. Everything else was read.",
    status: 404,
  });

export const switchedOff = (request: string, said: string) =>
  new SkippableError({
    code: "github_switched_off",
    what: `GitHub does not offer ${request} (${said}).`,
    rule: "A repository may have issues or Actions switched off, or be empty or blocked.",
    next: "Nothing to do if that is meant. Everything else was read.",
    status: 404,
  });

export const rateLimited = (kind: "primary" | "secondary", retryAt: Instant | null) =>
  new RetryableError(
    {
      code: "github_rate_limited",
      what: `GitHub asked to wait${retryAt ? ` until ${retryAt}` : ""} (${kind} rate limit).`,
      rule:
        kind === "primary"
          ? "Every credential may spend so much per hour."
          : "GitHub slows down calls that come too many at once.",
      next: "Nothing to do: reading goes on by itself. A GitHub App has a larger budget than a token.",
      status: 429,
    },
    { retryAt },
  );

export const answeredInPart = (said: string) =>
  new RetryableError(
    {
      code: "github_answered_in_part",
      what: `GitHub answered a query only in part: ${said}`,
      rule: "A query must fit GitHub's time and resource limits; smaller pages do.",
      next: "Nothing to do: it is asked again with smaller pages.",
    },
    { smallerPageMayHelp: true },
  );

export const queryRefused = (said: string) =>
  new SkippableError({
    code: "github_query_refused",
    what: `GitHub did not accept a query: ${said}`,
    rule: "A query may only ask what the host's version knows.",
    next: "Read the list of scopes again, so that the host's version is asked anew; if it stays, report it with that version.",
  });

export const notGitHub = () =>
  new FatalError({
    code: "github_not_github",
    what: "The address answered, but not as GitHub does.",
    rule: "The address must be https://github.com, or that of an Enterprise Server as you open it in a browser, without /api/v3.",
    next: "Correct the address, and check whether a proxy or single sign-on stands in between.",
  });

export const installationUnclear = (count: number, names: readonly string[]) =>
  new FatalError({
    code: "github_installation_unclear",
    what: count
      ? `The GitHub App is installed ${count} times (${names.join(", ")}).`
      : "The GitHub App is not installed anywhere.",
    rule: "One integration reads one installation.",
    next: count
      ? "Give the installation id; add one integration per installation."
      : "Install the App in your organisation, then try again.",
  });

export const privateKeyUnreadable = () =>
  new FatalError({
    code: "github_private_key_unreadable",
    what: "The private key of the GitHub App could not be read.",
    rule: "It is the whole .pem file that GitHub offers once, with its first and last line.",
    next: "Paste it again, or generate a new private key on the App's settings page.",
  });

export const repositoryReplaced = (name: string) =>
  new SkippableError({
    code: "github_repository_replaced",
    what: `The name ${name} now belongs to another repository.`,
    rule: "Repositories are known by their number; the one that was chosen has been renamed or moved.",
    next: "Read the list of scopes again; the repository is then found under its new name.",
    status: 404,
  });

export const windowStuck = (name: string, at: Instant) =>
  new SkippableError({
    code: "github_window_stuck",
    what: `More than 1,000 workflow runs of ${name} were created at ${at}.`,
    rule: "GitHub lists at most 1,000 runs of one window, and a second cannot be divided.",
    next: "Read up to that instant and from the next second on. Everything else was read.",
  });

export const listLoops = (list: string) =>
  new SkippableError({
    code: "github_list_loops",
    what: `GitHub answered the same page of ${list} twice.`,
    rule: "Every page must lead to one that was not read before.",
    next: "The stream was stopped, what was read is kept; it is tried again with the next task.",
  });

export const deliveryNotUnderstood = (event: string, where: string) =>
  new DataError({
    code: "github_delivery_not_understood",
    what: `A delivery of the event ${event} does not have the form that GitHub documents${where && `: ${where}`}.`,
    rule: "What is not understood is kept as a dead letter and never guessed at.",
    next: "Nothing is lost: the next reading finds what it announced. Replay it once the connector was updated.",
  });

export const hooksHidden = () =>
  new SkippableError({
    code: "github_hooks_hidden",
    what: "The credential may not list webhooks, so GitHub cannot be asked which deliveries failed.",
    rule: "That needs a GitHub App, the scope admin:org_hook, or admin:repo_hook for webhooks of single repositories.",
    next: "Nothing to do: what failed deliveries announced is found by the next reading.",
    status: 403,
  });
