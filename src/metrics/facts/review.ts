import { count, fact, idOf, seconds, text, time, yes } from "../fact.ts";

const isReviewer = (account: string) =>
  `(f.id = f.pull_request_id || '/' || ${account} or exists (select 1 from account_person as a where a.account_id = ${account} and a.person_id = f.reviewer_id and a.deleted_at is null))`;

export const factReview = fact({
  name: "fact_review",
  subject: "review",
  label: "Reviews",
  grain: "One person (or bot) asked to review or reviewing one pull request, not its author",
  members: { by: ["reviewer_id"], at: "responded_at" },
  feeds: {
    pull_request: "e.id = f.pull_request_id",
    pull_request_review: `e.pull_request_id = f.pull_request_id and ${isReviewer("e.reviewer_account_id")}`,
    pull_request_comment: `e.pull_request_id = f.pull_request_id and ${isReviewer("e.author_account_id")}`,
    pull_request_event: `e.pull_request_id = f.pull_request_id and ${isReviewer("e.subject_account_id")}`,
  },
  settings: ["people.excluded_kinds"],
  columns: {
    pull_request_id: idOf("pull_request", "Pull request"),
    repository_id: idOf("repository", "Repository"),
    reviewer_id: idOf("person", "Reviewer"),
    reviewer_kind: text("Kind of reviewer"),
    author_id: idOf("person", "Author"),
    verdict: text("Verdict"),
    is_eligible: yes("Counted by default"),
    was_requested: yes("Was asked"),
    is_cross_team: yes("From another team"),
    requested_at: time("Asked"),
    responded_at: time("Answered"),
    approved_at: time("Approved"),
    waiting_until: time("Waiting until"),
    response_seconds: seconds("Asked to answered", "reviewed_in_draft", "answered_before_asked"),
    response_working_seconds: seconds("Asked to answered, working time", "reviewed_in_draft", "answered_before_asked"),
    review_count: count("Reviews"),
    comment_count: count("Comments"),
  },
});
