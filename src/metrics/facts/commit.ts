import { count, fact, idOf, text, time, yes } from "../fact.ts";

export const factCommit = fact({
  name: "fact_commit",
  subject: "commit",
  label: "Commits",
  grain: "One distinct commit hash (forks and second repositories collapse to the oldest non-fork)",
  members: { by: ["author_id"], at: "authored_at" },
  feeds: {
    commit: "e.id = f.id",
    commit_issue: "e.commit_id = f.id",
    pull_request_commit:
      "e.repository_id = f.repository_id and exists (select 1 from commit as c where c.id = f.id and c.sha = e.sha)",
  },
  settings: ["people.excluded_kinds", "work_type"],
  columns: {
    repository_id: idOf("repository", "Repository"),
    author_id: idOf("person", "Author"),
    author_kind: text("Kind of author"),
    work_type: text("Work type"),
    assistant: text("Assistant"),
    is_eligible: yes("Counted by default"),
    is_merge: yes("Merge commit"),
    is_on_default: yes("On the default branch"),
    is_direct: yes("Without a pull request"),
    has_issue: yes("Names a work item"),
    authored_at: time("Authored"),
    committed_at: time("Committed"),
    additions: count("Lines added"),
    deletions: count("Lines deleted"),
    lines_changed: count("Lines changed"),
    files_count: count("Files changed"),
  },
});
