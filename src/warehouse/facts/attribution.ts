import type { Attribution } from "../../domain/profile.ts";
import { PART } from "./files.ts";
import { instantLiteral, textLiteral } from "./literal.ts";
import type { RenderContext } from "./render.ts";

/** How the rows of one fact find teams (`metrics.md` §2.1). */
interface Attributed {
  /** SELECT of (row_id, person_id), for facts whose persons are in a column and for those where they are elsewhere. */
  readonly persons: string;
  /** The instant at which teams are read, over `f`; NULL: still open. */
  readonly instant: string;
  /** Columns of `f` that hold the id of each subject a `team_scope` may filter, or the issue whose boards count. */
  readonly subjects: Readonly<Record<string, string | { readonly boardsOf: string }>>;
  /** A team has the row when its members have at least half of these `id`s of `row_id`, instead of any. */
  readonly half?: string;
  /** Column of `f` that names what `path_touch` knows, where paths decide. */
  readonly touched?: string;
}

const own = (fact: string, column: string) =>
  `select f.id as row_id, f.${column} as person_id from ${fact} as f where f.profile_id = {{profile_id}} and f.${column} is not null`;
const ofRequest = { pull_request: "pull_request_id", repository: "repository_id" };
const ofIssue = { issue: "issue_id", project: "project_id", board: { boardsOf: "issue_id" } };
const ofSprintIssue = { issue: "issue_id", project: "project_id", board: "board_id" };

/** Every fact that has team rows, under the word that `fact_team.fact` and `attribution.<fact>` use. */
export const attributed: Readonly<Record<string, Attributed>> = {
  pull_request: {
    persons: own("fact_pull_request", "author_id"),
    instant: "closed_at",
    subjects: { pull_request: "id", repository: "repository_id" },
    touched: "id",
  },
  review: {
    persons: own("fact_review", "reviewer_id"),
    instant: "responded_at",
    subjects: ofRequest,
    touched: "pull_request_id",
  },
  change: { persons: own("fact_change", "author_id"), instant: "merged_at", subjects: ofRequest, touched: "change_id" },
  commit: {
    persons: own("fact_commit", "author_id"),
    instant: "authored_at",
    subjects: { repository: "repository_id" },
    touched: "id",
  },
  deployment: {
    persons: `select c.deployment_id as row_id, c.author_id as person_id from fact_change as c
      where c.profile_id = {{profile_id}} and c.deployment_id is not null and c.author_id is not null`,
    instant: "finished_at",
    subjects: { deployment: "id", service: "service_id", pipeline: "pipeline_id", repository: "repository_id" },
  },
  incident: {
    persons: own("fact_incident", "assignee_id"),
    instant: "started_at",
    subjects: { incident: "id", service: "service_id" },
  },
  pipeline_run: {
    persons: own("fact_pipeline_run", "actor_id"),
    instant: "finished_at",
    subjects: { pipeline: "pipeline_id", repository: "repository_id" },
  },
  pipeline_job: {
    persons: `select f.id as row_id, r.actor_id as person_id from fact_pipeline_job as f join pipeline_job as j on j.id = f.id
      join fact_pipeline_run as r on r.id = j.pipeline_run_id and r.profile_id = f.profile_id where f.profile_id = {{profile_id}} and r.actor_id is not null`,
    instant: "finished_at",
    subjects: { pipeline: "pipeline_id", repository: "repository_id" },
  },
  issue: {
    persons: own("fact_issue", "assignee_id"),
    instant: "ended_at",
    subjects: { issue: "id", project: "project_id", board: { boardsOf: "id" } },
  },
  issue_stage: { persons: own("fact_issue_stage", "assignee_id"), instant: "left_at", subjects: ofIssue },
  issue_assignment: { persons: own("fact_issue_assignment", "assignee_id"), instant: "left_at", subjects: ofIssue },
  effort: { persons: own("fact_effort", "person_id"), instant: "day", subjects: ofIssue },
  worklog: { persons: own("fact_worklog", "person_id"), instant: "started_at", subjects: ofIssue },
  sprint_issue: { persons: own("fact_sprint_issue", "assignee_id"), instant: "ended_at", subjects: ofSprintIssue },
  sprint_event: { persons: own("fact_sprint_event", "assignee_id"), instant: "occurred_at", subjects: ofSprintIssue },
  sprint: {
    persons: `select i.sprint_id as row_id, i.assignee_id as person_id, i.id from fact_sprint_issue as i where i.profile_id = {{profile_id}} and i.is_counted`,
    half: `select i.sprint_id as row_id, count(*) as total from fact_sprint_issue as i where i.profile_id = {{profile_id}} and i.is_counted group by i.sprint_id`,
    instant: "ended_at",
    subjects: { board: "board_id", project: "project_id" },
  },
};

/** One SELECT of (row_id, team_id, basis) for one fact, placeholders not yet filled. */
export function teamsOfFact(fact: string, { settings, now }: RenderContext): string {
  const rule = (settings as Record<string, unknown>)[`attribution.${fact}`] as Attribution;
  const bases = [
    ["then", `coalesce(cast(f.${attributed[fact]!.instant} as timestamptz), ${instantLiteral(now)})`],
    ["now", instantLiteral(now)],
  ] as const;
  return bases
    .map(
      ([
        basis,
        instant,
      ]) => `select ${textLiteral(fact)} as fact, {{profile_id}} as profile_id, x.row_id, x.team_id, '${basis}' as basis
from (${combined(rule, { person: personTeams(fact, instant), scope: scopeTeams(fact, instant), scoped: scopedTeams(fact) })}) as x`,
    )
    .join(PART);
}

function combined(rule: Attribution, { person, scope, scoped }: { person: string; scope: string; scoped: string }): string {
  if (rule === "person") return person;
  if (rule === "scope") return scope;
  if (rule === "both") return `${person} intersect ${scope}`;
  if (rule === "either") return `${person} union ${scope}`;
  return `${scope} union select p.row_id, p.team_id from (${person}) as p where p.team_id not in (${scoped})`;
}

const within = (period: string, instant: string) =>
  `(${period}.valid_from is null or ${period}.valid_from <= ${instant}) and (${period}.valid_to is null or ${period}.valid_to > ${instant})`;

const personTeams = (fact: string, instant: string) =>
  attributed[fact]!.half
    ? `select h.row_id, h.team_id from (${holdings(fact, instant, "f.id as row_id, m.team_id, count(distinct w.id) as held")}
group by f.id, m.team_id) as h join (${attributed[fact]!.half}) as a on a.row_id = h.row_id where 2 * h.held >= a.total`
    : holdings(fact, instant, "distinct f.id as row_id, m.team_id");

const holdings = (fact: string, instant: string, columns: string) => `select ${columns}
from fact_${fact} as f
join (${attributed[fact]!.persons}) as w on w.row_id = f.id
join team_member as m on m.person_id = w.person_id and m.deleted_at is null
join team as t on t.id = m.team_id and t.deleted_at is null
where f.profile_id = {{profile_id}} and ${within("m", instant)}`;

const scopeTeams = (fact: string, instant: string) =>
  `select distinct x.row_id, x.team_id from (${Object.entries(attributed[fact]!.subjects)
    .map(
      ([subject, place]) => `select f.id as row_id, s.team_id
from fact_${fact} as f
${typeof place === "string" ? "" : `join issue_board as n on n.issue_id = f.${place.boardsOf}\n`}join team_scope_match as s on s.subject = '${subject}' and s.entity_id = ${typeof place === "string" ? `f.${place}` : "n.board_id"}
join team as t on t.id = s.team_id and t.deleted_at is null
${touchedPath(fact)}
where f.profile_id = {{profile_id}} and ${within("s", instant)}${attributed[fact]!.touched ? " and (s.path_prefix is null or k.entity_id is not null)" : ""}`,
    )
    .join("\nunion all\n")}) as x`;

const touchedPath = (fact: string) =>
  attributed[fact]!.touched
    ? `left join path_touch as k on k.entity_id = f.${attributed[fact]!.touched} and k.path_prefix = s.path_prefix`
    : "";

/** Teams that have, or whose descendants have, a scope for the fact's subjects: `auto` gives them nothing by person. */
const scopedTeams = (fact: string) => `select t.ancestor_team_id from team_tree as t
join team_scope as s on s.team_id = t.team_id and s.deleted_at is null
where t.deleted_at is null and s.subject in (${Object.keys(attributed[fact]!.subjects).map(textLiteral).join(", ")})`;
