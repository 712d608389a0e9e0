import { Problem } from "../../domain/problem.ts";
import type { Instant } from "../../domain/instant.ts";
import { FatalError, RetryableError, SkippableError } from "../../ingest/errors.ts";

/* What Jira says no with, in our words. */

const remark = (said: string) => (said ? `: ${said}` : "");

export const credentialRefused = (said: string) =>
  new FatalError({
    code: "jira_credential_refused",
    what: `Jira refused the credential (401${remark(said)}).`,
    rule: "An API token belongs to the e-mail of its owner, a personal access token stands alone; both end some day.",
    next: "Make a new one and put it into the settings of the integration; reading goes on where it stopped.",
    status: 401,
  });

export const authorizationEnded = () =>
  new FatalError({
    code: "jira_authorization_ended",
    what: "Atlassian no longer takes the refresh token: it was used elsewhere, revoked, or not used for 90 days.",
    rule: "Every use replaces a refresh token, so each belongs to one integration alone; its owner may withdraw it at any time.",
    next: "Authorise the app again as the help of “OAuth refresh token” says, and put the new refresh token into the settings of the integration; reading goes on where it stopped.",
    status: 403,
  });

export const siteNotGranted = (site: string, granted: readonly string[]) =>
  new FatalError({
    code: "jira_site_not_granted",
    what: `The OAuth app was not given ${site}; it may read ${granted.length === 0 ? "no site" : few(granted)}.`,
    rule: "Whoever authorises the app chooses one site, which must be the address of the integration.",
    next: "Correct the address, or authorise the app again and choose the site.",
    status: 403,
  });

export const captcha = () =>
  new FatalError({
    code: "jira_captcha",
    what: "Jira does not let this user sign in before somebody has solved a CAPTCHA.",
    rule: "After several wrong passwords Jira asks for one, and refuses the API until then.",
    next: "Sign in once with a browser as this user, or use a personal access token.",
    status: 403,
  });

export const signInPage = (request: string) =>
  new FatalError({
    code: "jira_sign_in_page",
    what: `Jira answered ${request} with a sign-in page instead of data.`,
    rule: "The credential must be valid for the API, and no proxy or single sign-on may stand in between.",
    next: "Check address and token; let the API pass the single sign-on.",
    status: 401,
  });

export const rateLimited = (reason: string | null, retryAt: Instant | null) =>
  new RetryableError(
    {
      code: "jira_rate_limited",
      what: `Jira asked to wait${retryAt ? ` until ${retryAt}` : ""}${reason ? ` (${reason})` : ""}.`,
      rule: "A site bears so many calls per second and hour.",
      next: "Nothing to do: reading goes on by itself.",
      status: 429,
    },
    { retryAt },
  );

export const permissionMissing = (request: string, said: string) =>
  new SkippableError({
    code: "jira_permission_missing",
    what: `Jira refused ${request} (403${remark(said)}).`,
    rule: "The user needs Browse projects on every project, and Browse users and groups for people.",
    next: "Add the permission, or take the project out of the integration. Everything else was read.",
    status: 403,
  });

export const notFound = (request: string, said: string) =>
  new SkippableError({
    code: "jira_not_found",
    what: `Jira does not know what ${request} asks for, or hides it from this user${remark(said)}.`,
    rule: "What a user may not see, what was deleted and what is not installed look alike at Jira.",
    next: "Check that it still exists and that the user may see it. Everything else was read.",
    status: 404,
  });

export const gone = (request: string, said: string) =>
  new SkippableError({
    code: "jira_gone",
    what: `Jira no longer offers ${request} (410${remark(said)}).`,
    rule: "Atlassian removes old parts of the API.",
    next: "Update Leadline. Everything else was read.",
    status: 410,
  });

export const jqlRefused = (said: string) =>
  new SkippableError({
    code: "jira_jql_refused",
    what: `Jira did not accept the search${remark(said) || "."}`,
    rule: "The JQL filter must be valid in this instance, and name only what exists and what the user may see.",
    next: "Correct the JQL filter in the settings of the integration, or read the list of projects again. Everything else was read.",
    status: 400,
  });

export const boardWithoutSprints = (request: string) =>
  new SkippableError({
    code: "jira_board_without_sprints",
    what: `Jira has no sprints for ${request}.`,
    rule: "Only Scrum boards have sprints.",
    next: "Nothing to do. Everything else was read.",
    status: 400,
  });

export const requestRefused = (request: string, said: string) =>
  new SkippableError({
    code: "jira_request_refused",
    what: `Jira did not accept ${request} (400${remark(said)}).`,
    rule: "A request may only ask what this version of Jira knows.",
    next: "If it stays, report it with the version of Jira. Everything else was read.",
    status: 400,
  });

export const listLoops = (list: string) =>
  new SkippableError({
    code: "jira_list_loops",
    what: `Jira answered the same page of ${list} twice.`,
    rule: "Every page must lead to one that was not read before.",
    next: "The stream was stopped, what was read is kept; it is tried again with the next task.",
  });

/* Remarks: the page was read, but not all of it. */

const few = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");

export const historyHidden = (keys: readonly string[]) =>
  new Problem({
    code: "jira_history_hidden",
    what: `Jira does not show the history of ${few(keys)}.`,
    rule: "Without history an issue has no times in status and no sprint changes: they stay unknown.",
    next: "Give the user Browse projects without a security level in the way, then read the scope again.",
  });

export const fieldUnknown = (names: readonly string[]) =>
  new Problem({
    code: "jira_field_unknown",
    what: `Jira has no field ${few(names)}.`,
    rule: "A field in the settings must exist in the instance; it may have been deleted or renamed.",
    next: "Choose another field in the settings of the integration. Everything else was read.",
  });

export const estimateUnreadable = (field: string, keys: readonly string[]) =>
  new Problem({
    code: "jira_estimate_unreadable",
    what: `The estimate in ${field} is not a number on ${few(keys)}.`,
    rule: "Story points are a number field; anything else counts as not estimated.",
    next: "Choose the right field in the settings of the integration, or correct the issues.",
  });
