import { bigint, boolean, category, date, double, json, orNull, text, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One login at one provider. */
export const account = table({
  name: "account",
  kind: "E",
  key: "provider user id, or git:<lower-case e-mail> for a commit author without a login",
  columns: {
    /** login; display name; NULL when hidden */
    username: orNull(text),
    name: orNull(text),
    /** lower case; NULL when the provider hides it */
    email: orNull(text),
    /** provider says the address is verified; NULL when it does not say */
    emailIsVerified: orNull(boolean),
    /** what acts behind it ; raw is the provider's type word plus `bot` flag if any */
    kindCategory: category("human", "bot", "agent", "service", "other"),
    kind: orNull(text),
    /** login enabled */
    isActive: orNull(boolean),
    /** sign-up time */
    createdAt: orNull(timestamp),
    /** §2; for `git:` accounts `git/<e-mail>` */
    canonicalKey: text,
  },
});

/** One group of accounts as a provider keeps it (GitHub team, GitLab group). Teams are suggested from it. */
export const accountGroup = table({
  name: "account_group",
  kind: "E",
  key: "provider group id",
  columns: {
    name: text,
    /** the group's handle in addresses: `acme/payments` */
    fullName: text,
    parentGroupId: orNull(text),
    canonicalKey: text,
  },
});

/** One account's direct membership of one provider group, as of now. */
export const accountGroupMember = table({
  name: "account_group_member",
  kind: "E",
  key: "<group>/<account>",
  columns: {
    accountGroupId: text,
    accountId: text,
    roleCategory: category("member", "lead", "other"),
    role: orNull(text),
  },
});

/** One human being. */
export const person = table({
  name: "person",
  kind: "S",
  key: "uuid, or account/<account id> when discovered (then written by the link step)",
  columns: {
    /** display name (a discovered person takes the account's name, username or e-mail) */
    name: text,
    /** primary address, lower case, unique among undeleted persons */
    email: orNull(text),
    /** NULL at the top */
    managerPersonId: orNull(text),
    /** free attributes from the directory */
    role: orNull(text),
    subRole: orNull(text),
    department: orNull(text),
    site: orNull(text),
    /** IANA name; NULL ⇒ that of the primary team, then of the default calendar */
    timezone: orNull(text),
    /** employment; NULL = unbounded */
    startedOn: orNull(date),
    endedOn: orNull(date),
    originCategory: category("directory", "csv", "api", "manual", "discovered", "other"),
    origin: orNull(text),
    /** any further directory columns by name */
    attributes: orNull(json),
  },
});

/** What people decided about one account; wins over every rule and survives every rebuild. */
export const accountDecision = table({
  name: "account_decision",
  kind: "S",
  key: "<account id>",
  columns: {
    accountId: text,
    /** the person behind it; NULL = decide by rule */
    personId: orNull(text),
    /** its kind; NULL = decide by rule */
    kindCategory: orNull(category("human", "bot", "agent", "service", "other")),
    kind: orNull(text),
  },
});

/** Which person acts through an account; at most one undeleted row per account. */
export const accountPerson = table({
  name: "account_person",
  kind: "L",
  key: "<account id>",
  columns: {
    /** the two ends */
    accountId: text,
    personId: text,
    /** strongest evidence (§6.1); raw is the matched value, e.g. the address */
    evidenceCategory: category("manual", "import", "sso", "email", "noreply", "authorship", "username", "name", "other"),
    evidence: orNull(text),
    /** §6.1 */
    confidence: double,
    /** user who confirmed; NULL when automatic */
    decidedBy: orNull(text),
  },
});

/** One unit of measurement; teams form trees. */
export const team = table({
  name: "team",
  kind: "S",
  key: "uuid",
  columns: {
    name: text,
    /** `org` (derived from the directory), `ad_hoc`, `service` (owners of services), `other` */
    kindCategory: category("org", "ad_hoc", "service", "other"),
    kind: orNull(text),
    /** tree and parent; NULL parent = root */
    orgTreeId: orNull(text),
    parentTeamId: orNull(text),
    managerPersonId: orNull(text),
    /** NULL ⇒ inherited from the parent, at the root from the workspace default */
    timezone: orNull(text),
    calendarId: orNull(text),
    profileId: orNull(text),
    /** life of the team */
    validFrom: orNull(timestamp),
    validTo: orNull(timestamp),
  },
});

/** One person's membership of one team during one period. */
export const teamMember = table({
  name: "team_member",
  kind: "S",
  key: "uuid",
  columns: {
    /** a person may be in many teams at once */
    teamId: text,
    personId: text,
    /** `member`, `lead`, `shared` (added by hand from elsewhere), `other` */
    roleCategory: category("member", "lead", "shared", "other"),
    role: orNull(text),
    /** share of working time, default 1; decides the primary team */
    allocationShare: double,
    /** half-open; NULL = unbounded. Periods of one (team, person) never overlap */
    validFrom: orNull(timestamp),
    validTo: orNull(timestamp),
  },
});

/** One filter that says which things belong to a team; rows of one team and subject are OR-ed. */
export const teamScope = table({
  name: "team_scope",
  kind: "S",
  key: "uuid",
  columns: {
    /** filters sit on leaves or parents; a parent also owns what its descendants own */
    teamId: text,
    /** one of `repository project board issue pull_request pipeline service deployment incident quality_project` */
    subject: text,
    /** filter (grammar in `metrics.md` §7.2) over the subject table's columns */
    filter: json,
    /** monorepo: only changes touching files under it; NULL = all */
    pathPrefix: orNull(text),
    validFrom: orNull(timestamp),
    validTo: orNull(timestamp),
  },
});

/** Closure of `parent_team_id`, including each team with itself at depth 0. */
export const teamTree = table({
  name: "team_tree",
  kind: "L",
  key: "<ancestor>/<team>",
  columns: {
    ancestorTeamId: text,
    teamId: text,
    /** 0 = itself */
    depth: bigint,
  },
});
