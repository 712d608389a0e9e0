CREATE TABLE "account" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "username" text,
  "name" text,
  "email" text,
  "email_is_verified" boolean,
  "kind_category" text NOT NULL,
  "kind" text,
  "is_active" boolean,
  "created_at" timestamptz,
  "canonical_key" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "account" ("integration_id");

CREATE TABLE "account_decision" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "account_id" text NOT NULL,
  "person_id" text,
  "kind_category" text,
  "kind" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "account_decision" ("integration_id");
CREATE INDEX ON "account_decision" ("account_id");
CREATE INDEX ON "account_decision" ("person_id");

CREATE TABLE "account_group" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "full_name" text NOT NULL,
  "parent_group_id" text,
  "canonical_key" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "account_group" ("integration_id");

CREATE TABLE "account_group_member" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "account_group_id" text NOT NULL,
  "account_id" text NOT NULL,
  "role_category" text NOT NULL,
  "role" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "account_group_member" ("integration_id");
CREATE INDEX ON "account_group_member" ("account_group_id");
CREATE INDEX ON "account_group_member" ("account_id");

CREATE TABLE "account_person" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "account_id" text NOT NULL,
  "person_id" text NOT NULL,
  "evidence_category" text NOT NULL,
  "evidence" text,
  "confidence" double precision NOT NULL,
  "decided_by" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "account_person" ("integration_id");
CREATE INDEX ON "account_person" ("account_id");
CREATE INDEX ON "account_person" ("person_id");

CREATE TABLE "alert" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "incident_id" text,
  "service_id" text,
  "title" text,
  "severity_category" text,
  "severity" text,
  "status_category" text,
  "status" text,
  "created_at" timestamptz NOT NULL,
  "resolved_at" timestamptz,
  "is_suppressed" boolean,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "alert" ("integration_id");
CREATE INDEX ON "alert" ("incident_id");

CREATE TABLE "artifact" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "type_category" text,
  "type" text,
  "location" text,
  "tag" text,
  "digest" text,
  "created_at" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "artifact" ("integration_id");

CREATE TABLE "artifact_use" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "artifact_id" text NOT NULL,
  "pipeline_run_id" text,
  "deployment_id" text,
  "direction_category" text NOT NULL,
  "direction" text,
  "occurred_at" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "artifact_use" ("integration_id");
CREATE INDEX ON "artifact_use" ("artifact_id");
CREATE INDEX ON "artifact_use" ("pipeline_run_id");
CREATE INDEX ON "artifact_use" ("deployment_id");

CREATE TABLE "assistant_usage" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "account_id" text NOT NULL,
  "tool" text NOT NULL,
  "day" date NOT NULL,
  "model" text,
  "has_seat" boolean,
  "is_active" boolean,
  "session_count" bigint,
  "request_count" bigint,
  "suggestion_count" bigint,
  "acceptance_count" bigint,
  "error_count" bigint,
  "suggested_lines" bigint,
  "accepted_lines" bigint,
  "committed_lines" bigint,
  "input_token_count" bigint,
  "output_token_count" bigint,
  "cached_token_count" bigint,
  "cost_usd" double precision,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "assistant_usage" ("integration_id");
CREATE INDEX ON "assistant_usage" ("account_id");

CREATE TABLE "board" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "kind_category" text,
  "kind" text,
  "project_ids" text[],
  "points_field" text,
  "canonical_key" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "board" ("integration_id");

CREATE TABLE "calendar" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "timezone" text NOT NULL,
  "opens" text NOT NULL,
  "closes" text NOT NULL,
  "weekdays" text NOT NULL,
  "holidays" jsonb NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "calendar" ("integration_id");

CREATE TABLE "calendar_day" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "calendar_id" text NOT NULL,
  "day" date NOT NULL,
  "is_working" boolean NOT NULL,
  "opens_at" timestamptz,
  "closes_at" timestamptz,
  "working_seconds" double precision NOT NULL,
  "seconds_before" double precision NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "calendar_day" ("integration_id");

CREATE TABLE "change_request" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "number" text NOT NULL,
  "title" text,
  "type_category" text,
  "type" text,
  "state_category" text NOT NULL,
  "state" text,
  "result_category" text,
  "result" text,
  "risk_category" text,
  "risk" text,
  "priority_category" text,
  "priority" text,
  "service_id" text,
  "service" text,
  "environment" text,
  "created_at" timestamptz,
  "planned_start_at" timestamptz,
  "planned_end_at" timestamptz,
  "started_at" timestamptz,
  "finished_at" timestamptz,
  "closed_at" timestamptz,
  "assignee_account_id" text,
  "requester_account_id" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "change_request" ("integration_id");

CREATE TABLE "commit" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "repository_id" text NOT NULL,
  "sha" text NOT NULL,
  "title" text,
  "message" text,
  "author_account_id" text,
  "committer_account_id" text,
  "authored_at" timestamptz NOT NULL,
  "committed_at" timestamptz NOT NULL,
  "authored_offset_minutes" bigint,
  "additions" bigint,
  "deletions" bigint,
  "files_count" bigint,
  "parent_count" bigint,
  "is_merge" boolean NOT NULL,
  "is_on_default" boolean,
  "issue_keys" text[],
  "reverts_sha" text,
  "co_author_emails" text[],
  "assistant" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "commit" ("integration_id");
CREATE INDEX ON "commit" ("repository_id");

CREATE TABLE "commit_file" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "repository_id" text NOT NULL,
  "sha" text NOT NULL,
  "path" text NOT NULL,
  "previous_path" text,
  "change_category" text NOT NULL,
  "change" text,
  "additions" bigint,
  "deletions" bigint,
  "is_binary" boolean,
  "is_generated" boolean,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "commit_file" ("integration_id");
CREATE INDEX ON "commit_file" ("repository_id");

CREATE TABLE "commit_issue" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "commit_id" text NOT NULL,
  "issue_key" text NOT NULL,
  "issue_id" text,
  "evidence_category" text NOT NULL,
  "evidence" text,
  "confidence" double precision NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "commit_issue" ("integration_id");
CREATE INDEX ON "commit_issue" ("commit_id");
CREATE INDEX ON "commit_issue" ("issue_id");

CREATE TABLE "commit_parent" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "repository_id" text NOT NULL,
  "sha" text NOT NULL,
  "parent_sha" text NOT NULL,
  "position" bigint NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "commit_parent" ("integration_id");
CREATE INDEX ON "commit_parent" ("repository_id");

CREATE TABLE "custom_table" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "columns" jsonb NOT NULL,
  "key_columns" text[],
  "time_column" text,
  "team_column" text,
  "person_column" text,
  "mode_category" text NOT NULL,
  "mode" text,
  "version" bigint NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "custom_table" ("integration_id");

CREATE TABLE "deployment" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "service_id" text,
  "service" text,
  "environment_category" text,
  "environment" text,
  "kind_category" text,
  "kind" text,
  "status_category" text NOT NULL,
  "status" text,
  "repository_id" text,
  "head_sha" text,
  "tag" text,
  "version" text,
  "pipeline_id" text,
  "pipeline_run_id" text,
  "pipeline_job_id" text,
  "change_request_key" text,
  "actor_account_id" text,
  "created_at" timestamptz,
  "started_at" timestamptz,
  "finished_at" timestamptz,
  "is_change_failure" boolean,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "deployment" ("integration_id");
CREATE INDEX ON "deployment" ("repository_id");
CREATE INDEX ON "deployment" ("pipeline_id");
CREATE INDEX ON "deployment" ("pipeline_run_id");

CREATE TABLE "deployment_commit" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "deployment_id" text NOT NULL,
  "repository_id" text NOT NULL,
  "sha" text NOT NULL,
  "is_head" boolean NOT NULL,
  "is_new" boolean NOT NULL,
  "evidence_category" text NOT NULL,
  "evidence" text,
  "confidence" double precision NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "deployment_commit" ("integration_id");
CREATE INDEX ON "deployment_commit" ("deployment_id");
CREATE INDEX ON "deployment_commit" ("repository_id");

CREATE TABLE "deployment_lineage" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "deployment_id" text NOT NULL,
  "application_id" text NOT NULL,
  "repository_id" text,
  "head_sha" text,
  "head_evidence_category" text NOT NULL,
  "head_evidence" text,
  "previous_deployment_id" text,
  "relation_category" text NOT NULL,
  "relation" text,
  "new_commit_count" bigint,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "deployment_lineage" ("integration_id");
CREATE INDEX ON "deployment_lineage" ("deployment_id");
CREATE INDEX ON "deployment_lineage" ("repository_id");

CREATE TABLE "duplicate" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "entity" text NOT NULL,
  "duplicate_id" text NOT NULL,
  "of_id" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "duplicate" ("integration_id");

CREATE TABLE "fact_build" (
  "fact" text NOT NULL,
  "profile_id" text NOT NULL,
  "profile_version" bigint NOT NULL,
  "rule_version" bigint NOT NULL,
  "row_count" bigint NOT NULL,
  "built_at" timestamptz NOT NULL,
  "data_through" timestamptz,
  "seconds" double precision NOT NULL,
  PRIMARY KEY ("fact", "profile_id")
);

CREATE TABLE "git_ref" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "repository_id" text NOT NULL,
  "name" text NOT NULL,
  "type_category" text NOT NULL,
  "type" text,
  "sha" text,
  "is_default" boolean,
  "is_protected" boolean,
  "created_at" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "git_ref" ("integration_id");
CREATE INDEX ON "git_ref" ("repository_id");

CREATE TABLE "incident" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "number" text,
  "title" text,
  "status_category" text NOT NULL,
  "status" text,
  "priority_category" text,
  "priority" text,
  "severity_category" text,
  "severity" text,
  "urgency_category" text,
  "urgency" text,
  "service_id" text,
  "service" text,
  "environment" text,
  "created_at" timestamptz NOT NULL,
  "started_at" timestamptz,
  "acknowledged_at" timestamptz,
  "resolved_at" timestamptz,
  "closed_at" timestamptz,
  "assignee_account_id" text,
  "reporter_account_id" text,
  "assignment_group" text,
  "escalation_count" bigint,
  "reassignment_count" bigint,
  "reopen_count" bigint,
  "alert_count" bigint,
  "is_major" boolean,
  "caused_by_key" text,
  "close_code" text,
  "custom_fields" jsonb,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "incident" ("integration_id");

CREATE TABLE "incident_deployment" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "incident_id" text NOT NULL,
  "deployment_id" text NOT NULL,
  "evidence_category" text NOT NULL,
  "evidence" text,
  "confidence" double precision NOT NULL,
  "seconds_between" double precision,
  "is_primary" boolean NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "incident_deployment" ("integration_id");
CREATE INDEX ON "incident_deployment" ("incident_id");
CREATE INDEX ON "incident_deployment" ("deployment_id");

CREATE TABLE "incident_event" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "incident_id" text NOT NULL,
  "kind_category" text NOT NULL,
  "kind" text,
  "occurred_at" timestamptz NOT NULL,
  "actor_account_id" text,
  "from_value" text,
  "to_value" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "incident_event" ("integration_id");
CREATE INDEX ON "incident_event" ("incident_id");

CREATE TABLE "ingestion_task" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "kind" text NOT NULL,
  "stream" text,
  "scope_id" text,
  "status" text NOT NULL,
  "scan_from" timestamptz,
  "scan_to" timestamptz,
  "scheduled_at" timestamptz NOT NULL,
  "started_at" timestamptz,
  "finished_at" timestamptz,
  "next_attempt_at" timestamptz,
  "attempts" bigint NOT NULL,
  "retries" bigint NOT NULL,
  "requests" bigint NOT NULL,
  "records" bigint NOT NULL,
  "entities" bigint NOT NULL,
  "unchanged" bigint NOT NULL,
  "skipped" bigint NOT NULL,
  "quarantined" bigint NOT NULL,
  "tombstoned" bigint NOT NULL,
  "waited_seconds" double precision NOT NULL,
  "points" double precision,
  "way" text,
  "first_change_at" timestamptz,
  "last_change_at" timestamptz,
  "error_code" text,
  "error_message" text,
  PRIMARY KEY ("id")
);

CREATE TABLE "integration" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "connector" text NOT NULL,
  "name" text NOT NULL,
  "base_url" text,
  "timezone" text,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "integration" ("integration_id");

CREATE TABLE "integration_mapping" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "project_key" text NOT NULL,
  "mapped_integration_id" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "integration_mapping" ("integration_id");

CREATE TABLE "issue" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "project_id" text NOT NULL,
  "key" text NOT NULL,
  "previous_keys" text[],
  "number" bigint,
  "title" text,
  "description_length" bigint,
  "type_category" text NOT NULL,
  "type" text,
  "type_id" text,
  "hierarchy_level" bigint,
  "is_subtask" boolean NOT NULL,
  "status_category" text NOT NULL,
  "status" text,
  "status_id" text,
  "resolution_category" text,
  "resolution" text,
  "priority_category" text,
  "priority" text,
  "severity_category" text,
  "severity" text,
  "parent_id" text,
  "epic_id" text,
  "points" double precision,
  "estimate_seconds" double precision,
  "remaining_seconds" double precision,
  "spent_seconds" double precision,
  "reporter_account_id" text,
  "assignee_account_id" text,
  "created_at" timestamptz NOT NULL,
  "resolved_at" timestamptz,
  "closed_at" timestamptz,
  "due_on" date,
  "labels" text[],
  "components" text[],
  "sprint_ids" text[],
  "area_path" text,
  "environment" text,
  "comment_count" bigint,
  "custom_fields" jsonb,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "issue" ("integration_id");

CREATE TABLE "issue_comment" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "issue_id" text NOT NULL,
  "author_account_id" text,
  "created_at" timestamptz NOT NULL,
  "is_internal" boolean,
  "body_length" bigint,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "issue_comment" ("integration_id");
CREATE INDEX ON "issue_comment" ("issue_id");

CREATE TABLE "issue_link" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "source_issue_id" text NOT NULL,
  "target_issue_id" text,
  "target_key" text,
  "kind_category" text NOT NULL,
  "kind" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "issue_link" ("integration_id");

CREATE TABLE "issue_release" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "issue_id" text NOT NULL,
  "release_id" text NOT NULL,
  "role_category" text NOT NULL,
  "role" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "issue_release" ("integration_id");
CREATE INDEX ON "issue_release" ("issue_id");

CREATE TABLE "issue_sprint" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "issue_id" text NOT NULL,
  "sprint_id" text NOT NULL,
  "added_at" timestamptz,
  "removed_at" timestamptz,
  "evidence_category" text NOT NULL,
  "evidence" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "issue_sprint" ("integration_id");
CREATE INDEX ON "issue_sprint" ("issue_id");
CREATE INDEX ON "issue_sprint" ("sprint_id");

CREATE TABLE "issue_transition" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "issue_id" text NOT NULL,
  "field_category" text NOT NULL,
  "field" text,
  "occurred_at" timestamptz NOT NULL,
  "sequence" bigint NOT NULL,
  "actor_account_id" text,
  "from_id" text,
  "from_name" text,
  "from_category" text,
  "to_id" text,
  "to_name" text,
  "to_category" text,
  "from_number" double precision,
  "to_number" double precision,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "issue_transition" ("integration_id");
CREATE INDEX ON "issue_transition" ("issue_id");

CREATE TABLE "link_decision" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "link" text NOT NULL,
  "from_id" text NOT NULL,
  "to_id" text NOT NULL,
  "is_linked" boolean NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "link_decision" ("integration_id");

CREATE TABLE "metric_snapshot" (
  "metric" text NOT NULL,
  "scope_key" text NOT NULL,
  "grain" text NOT NULL,
  "statistic" text NOT NULL,
  "rule_version" bigint NOT NULL,
  "profile_id" text NOT NULL,
  "profile_version" bigint NOT NULL,
  "bucket" date,
  "value" double precision,
  "n" bigint NOT NULL,
  "taken_at" timestamptz NOT NULL
);

CREATE TABLE "missing_record" (
  "entity" text NOT NULL,
  "entity_id" text NOT NULL,
  "missing_since" timestamptz NOT NULL,
  "sweeps" bigint NOT NULL,
  "last_missed_at" timestamptz NOT NULL,
  "integration_id" text NOT NULL,
  "scope_id" text NOT NULL,
  "stream" text NOT NULL,
  "native_key" text NOT NULL,
  PRIMARY KEY ("entity", "entity_id")
);

CREATE TABLE "person" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "email" text,
  "manager_person_id" text,
  "role" text,
  "sub_role" text,
  "department" text,
  "site" text,
  "timezone" text,
  "started_on" date,
  "ended_on" date,
  "origin_category" text NOT NULL,
  "origin" text,
  "attributes" jsonb,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "person" ("integration_id");

CREATE TABLE "pipeline" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "full_name" text NOT NULL,
  "kind_category" text,
  "kind" text,
  "repository_id" text,
  "project" text,
  "instance" text,
  "is_active" boolean,
  "canonical_key" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pipeline" ("integration_id");
CREATE INDEX ON "pipeline" ("repository_id");

CREATE TABLE "pipeline_job" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "pipeline_run_id" text NOT NULL,
  "name" text NOT NULL,
  "kind_category" text NOT NULL,
  "kind" text,
  "parent_job_id" text,
  "state_category" text,
  "state" text,
  "result_category" text,
  "result" text,
  "queued_at" timestamptz,
  "started_at" timestamptz,
  "finished_at" timestamptz,
  "duration_seconds" double precision,
  "environment_category" text,
  "environment" text,
  "runner" text,
  "failure_reason" text,
  "may_fail" boolean,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pipeline_job" ("integration_id");
CREATE INDEX ON "pipeline_job" ("pipeline_run_id");

CREATE TABLE "pipeline_run" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "pipeline_id" text NOT NULL,
  "run_key" text NOT NULL,
  "number" bigint,
  "attempt" bigint NOT NULL,
  "name" text,
  "state_category" text NOT NULL,
  "state" text,
  "result_category" text,
  "result" text,
  "trigger_category" text,
  "trigger" text,
  "repository_id" text,
  "branch" text,
  "tag" text,
  "head_sha" text,
  "pull_request_number" bigint,
  "actor_account_id" text,
  "queued_at" timestamptz,
  "started_at" timestamptz,
  "finished_at" timestamptz,
  "duration_seconds" double precision,
  "queue_seconds" double precision,
  "environment_category" text,
  "environment" text,
  "parent_run_id" text,
  "retry_of_id" text,
  "tests_passed_count" bigint,
  "tests_failed_count" bigint,
  "tests_skipped_count" bigint,
  "is_change_failure" boolean,
  "parameters" jsonb,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pipeline_run" ("integration_id");
CREATE INDEX ON "pipeline_run" ("pipeline_id");
CREATE INDEX ON "pipeline_run" ("repository_id");

CREATE TABLE "pipeline_run_commit" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "pipeline_run_id" text NOT NULL,
  "sha" text NOT NULL,
  "repository_id" text,
  "repository_url" text,
  "is_head" boolean NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pipeline_run_commit" ("integration_id");
CREATE INDEX ON "pipeline_run_commit" ("pipeline_run_id");
CREATE INDEX ON "pipeline_run_commit" ("repository_id");

CREATE TABLE "profile" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "profile_id" text NOT NULL,
  "name" text NOT NULL,
  "version" bigint NOT NULL,
  "settings" jsonb NOT NULL,
  "valid_from" timestamptz,
  "valid_to" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "profile" ("integration_id");

CREATE TABLE "progress" (
  "integration_id" text NOT NULL,
  "scope_id" text NOT NULL,
  "stream" text NOT NULL,
  "cursor" jsonb,
  "cursor_at" timestamptz,
  "covered_from" timestamptz,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("integration_id", "scope_id", "stream")
);

CREATE TABLE "project" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "key" text,
  "name" text NOT NULL,
  "kind" text,
  "lead_account_id" text,
  "repository_id" text,
  "is_archived" boolean,
  "canonical_key" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "project" ("integration_id");
CREATE INDEX ON "project" ("repository_id");

CREATE TABLE "pull_request" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "repository_id" text NOT NULL,
  "number" bigint NOT NULL,
  "title" text,
  "description_length" bigint,
  "state_category" text NOT NULL,
  "state" text,
  "is_draft" boolean,
  "author_account_id" text,
  "merged_by_account_id" text,
  "closed_by_account_id" text,
  "assignee_account_ids" text[],
  "source_branch" text,
  "target_branch" text,
  "is_from_fork" boolean,
  "head_sha" text,
  "base_sha" text,
  "merge_sha" text,
  "merge_method_category" text,
  "merge_method" text,
  "opened_at" timestamptz NOT NULL,
  "merged_at" timestamptz,
  "closed_at" timestamptz,
  "additions" bigint,
  "deletions" bigint,
  "files_count" bigint,
  "commit_count" bigint,
  "comment_count" bigint,
  "required_approval_count" bigint,
  "labels" text[],
  "milestone" text,
  "title_issue_keys" text[],
  "branch_issue_keys" text[],
  "body_issue_keys" text[],
  "reverts_number" bigint,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pull_request" ("integration_id");
CREATE INDEX ON "pull_request" ("repository_id");

CREATE TABLE "pull_request_comment" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "pull_request_id" text NOT NULL,
  "author_account_id" text,
  "kind_category" text NOT NULL,
  "kind" text,
  "created_at" timestamptz NOT NULL,
  "review_id" text,
  "reply_to_id" text,
  "path" text,
  "body_length" bigint,
  "is_resolved" boolean,
  "resolved_at" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pull_request_comment" ("integration_id");
CREATE INDEX ON "pull_request_comment" ("pull_request_id");

CREATE TABLE "pull_request_commit" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "pull_request_id" text NOT NULL,
  "repository_id" text NOT NULL,
  "sha" text NOT NULL,
  "author_account_id" text,
  "authored_at" timestamptz,
  "committed_at" timestamptz,
  "is_merge" boolean,
  "position" bigint,
  "issue_keys" text[],
  "removed_at" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pull_request_commit" ("integration_id");
CREATE INDEX ON "pull_request_commit" ("pull_request_id");
CREATE INDEX ON "pull_request_commit" ("repository_id");

CREATE TABLE "pull_request_event" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "pull_request_id" text NOT NULL,
  "kind_category" text NOT NULL,
  "kind" text,
  "occurred_at" timestamptz NOT NULL,
  "actor_account_id" text,
  "subject_account_id" text,
  "subject_team" text,
  "sha_before" text,
  "sha_after" text,
  "value" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pull_request_event" ("integration_id");
CREATE INDEX ON "pull_request_event" ("pull_request_id");

CREATE TABLE "pull_request_issue" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "pull_request_id" text NOT NULL,
  "issue_key" text NOT NULL,
  "issue_id" text,
  "evidence_category" text NOT NULL,
  "evidence" text,
  "confidence" double precision NOT NULL,
  "is_primary" boolean NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pull_request_issue" ("integration_id");
CREATE INDEX ON "pull_request_issue" ("pull_request_id");
CREATE INDEX ON "pull_request_issue" ("issue_id");

CREATE TABLE "pull_request_review" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "pull_request_id" text NOT NULL,
  "reviewer_account_id" text,
  "verdict_category" text NOT NULL,
  "verdict" text,
  "submitted_at" timestamptz,
  "sha" text,
  "comment_count" bigint,
  "body_length" bigint,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "pull_request_review" ("integration_id");
CREATE INDEX ON "pull_request_review" ("pull_request_id");

CREATE TABLE "quality_issue" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "quality_project_id" text,
  "repository_id" text,
  "kind_category" text NOT NULL,
  "kind" text,
  "severity_category" text,
  "severity" text,
  "status_category" text NOT NULL,
  "status" text,
  "rule" text,
  "title" text,
  "path" text,
  "cve" text,
  "line" bigint,
  "branch_category" text NOT NULL,
  "branch" text,
  "asset_category" text,
  "asset" text,
  "author_account_id" text,
  "effort_seconds" double precision,
  "created_at" timestamptz NOT NULL,
  "closed_at" timestamptz,
  "due_on" date,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "quality_issue" ("integration_id");
CREATE INDEX ON "quality_issue" ("quality_project_id");
CREATE INDEX ON "quality_issue" ("repository_id");

CREATE TABLE "quality_measure" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "quality_project_id" text NOT NULL,
  "branch_category" text NOT NULL,
  "branch" text,
  "analyzed_at" timestamptz NOT NULL,
  "sha" text,
  "version" text,
  "gate_category" text,
  "gate" text,
  "code_lines" bigint,
  "all_lines" bigint,
  "duplicated_lines" bigint,
  "lines_to_cover" bigint,
  "uncovered_lines" bigint,
  "conditions_to_cover" bigint,
  "uncovered_conditions" bigint,
  "complexity" bigint,
  "cognitive_complexity" bigint,
  "function_count" bigint,
  "file_count" bigint,
  "bug_count" bigint,
  "vulnerability_count" bigint,
  "smell_count" bigint,
  "hotspot_count" bigint,
  "debt_seconds" double precision,
  "reliability_rating" double precision,
  "security_rating" double precision,
  "maintainability_rating" double precision,
  "new_lines_to_cover" bigint,
  "new_uncovered_lines" bigint,
  "new_all_lines" bigint,
  "new_duplicated_lines" bigint,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "quality_measure" ("integration_id");
CREATE INDEX ON "quality_measure" ("quality_project_id");

CREATE TABLE "quality_project" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "key" text NOT NULL,
  "name" text NOT NULL,
  "repository_id" text,
  "main_branch" text,
  "canonical_key" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "quality_project" ("integration_id");
CREATE INDEX ON "quality_project" ("repository_id");

CREATE TABLE "quarantined_record" (
  "hash" text NOT NULL,
  "integration_id" text NOT NULL,
  "scope_id" text NOT NULL,
  "stream" text NOT NULL,
  "native_key" text,
  "error_path" text NOT NULL,
  "error_message" text NOT NULL,
  "seen_at" timestamptz NOT NULL,
  "resolved_at" timestamptz,
  PRIMARY KEY ("integration_id", "scope_id", "stream", "hash")
);

CREATE TABLE "raw_page" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "scope_id" text NOT NULL,
  "stream" text NOT NULL,
  "task_id" text,
  "via" text NOT NULL,
  "request" text,
  "status" bigint,
  "fetched_at" timestamptz NOT NULL,
  "body_hash" text NOT NULL,
  "record_count" bigint NOT NULL,
  PRIMARY KEY ("id")
);

CREATE TABLE "raw_record" (
  "hash" text NOT NULL,
  "integration_id" text NOT NULL,
  "scope_id" text NOT NULL,
  "stream" text NOT NULL,
  "native_key" text NOT NULL,
  "page_id" text NOT NULL,
  "position" bigint NOT NULL,
  "changed_at" timestamptz,
  "first_seen_at" timestamptz NOT NULL,
  "last_seen_at" timestamptz NOT NULL,
  "is_latest" boolean NOT NULL,
  "mapped_version" bigint NOT NULL,
  PRIMARY KEY ("integration_id", "scope_id", "stream", "native_key", "hash")
);
CREATE INDEX ON "raw_record" ("hash");

CREATE TABLE "reference" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "from_entity" text NOT NULL,
  "from_id" text NOT NULL,
  "to_entity" text NOT NULL,
  "to_id" text,
  "to_key" text,
  "to_url" text,
  "relation_category" text NOT NULL,
  "relation" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "reference" ("integration_id");

CREATE TABLE "release" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "repository_id" text,
  "project_id" text,
  "name" text NOT NULL,
  "tag" text,
  "sha" text,
  "state_category" text NOT NULL,
  "state" text,
  "starts_on" date,
  "created_at" timestamptz,
  "released_at" timestamptz,
  "author_account_id" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "release" ("integration_id");
CREATE INDEX ON "release" ("repository_id");

CREATE TABLE "repository" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "full_name" text NOT NULL,
  "owner" text,
  "default_branch" text,
  "visibility_category" text,
  "visibility" text,
  "is_archived" boolean,
  "is_fork" boolean,
  "forked_from_key" text,
  "language" text,
  "created_at" timestamptz,
  "pushed_at" timestamptz,
  "canonical_key" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "repository" ("integration_id");

CREATE TABLE "schema_migration" (
  "number" bigint NOT NULL,
  "name" text NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamptz NOT NULL,
  PRIMARY KEY ("number")
);

CREATE TABLE "service" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "kind" text,
  "tier_category" text,
  "tier" text,
  "owner_team_key" text,
  "canonical_key" text NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "service" ("integration_id");

CREATE TABLE "service_map" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "service_id" text NOT NULL,
  "same_as_service_id" text,
  "repository_id" text,
  "pipeline_id" text,
  "path_prefix" text,
  "environment" text,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "service_map" ("integration_id");
CREATE INDEX ON "service_map" ("repository_id");
CREATE INDEX ON "service_map" ("pipeline_id");

CREATE TABLE "sighting" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "part" text NOT NULL,
  "raw_hash" text NOT NULL,
  "ingested_at" timestamptz NOT NULL,
  "content" jsonb
);
CREATE INDEX ON "sighting" ("id");

CREATE TABLE "source_count" (
  "integration_id" text NOT NULL,
  "scope_id" text NOT NULL,
  "entity" text NOT NULL,
  "counted_at" timestamptz NOT NULL,
  "source_count" bigint,
  "stored_count" bigint NOT NULL,
  "stream" text,
  "missing_count" bigint,
  "healed_count" bigint,
  "stale_count" bigint,
  "candidate_count" bigint,
  "tombstoned_count" bigint,
  "outside_count" bigint,
  "highest_number" bigint,
  "gone_numbers" text,
  "remark" text,
  "task_id" text,
  PRIMARY KEY ("integration_id", "scope_id", "entity", "counted_at")
);

CREATE TABLE "sprint" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "board_id" text,
  "project_id" text,
  "name" text NOT NULL,
  "goal" text,
  "state_category" text NOT NULL,
  "state" text,
  "starts_at" timestamptz,
  "ends_at" timestamptz,
  "started_at" timestamptz,
  "completed_at" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "sprint" ("integration_id");

CREATE TABLE "team" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "name" text NOT NULL,
  "kind_category" text NOT NULL,
  "kind" text,
  "org_tree_id" text,
  "parent_team_id" text,
  "manager_person_id" text,
  "timezone" text,
  "calendar_id" text,
  "profile_id" text,
  "valid_from" timestamptz,
  "valid_to" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "team" ("integration_id");

CREATE TABLE "team_member" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "team_id" text NOT NULL,
  "person_id" text NOT NULL,
  "role_category" text NOT NULL,
  "role" text,
  "allocation_share" double precision NOT NULL,
  "valid_from" timestamptz,
  "valid_to" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "team_member" ("integration_id");
CREATE INDEX ON "team_member" ("team_id");
CREATE INDEX ON "team_member" ("person_id");

CREATE TABLE "team_scope" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "team_id" text NOT NULL,
  "subject" text NOT NULL,
  "filter" jsonb NOT NULL,
  "path_prefix" text,
  "valid_from" timestamptz,
  "valid_to" timestamptz,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "team_scope" ("integration_id");
CREATE INDEX ON "team_scope" ("team_id");

CREATE TABLE "team_tree" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "ancestor_team_id" text NOT NULL,
  "team_id" text NOT NULL,
  "depth" bigint NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "team_tree" ("integration_id");
CREATE INDEX ON "team_tree" ("team_id");

CREATE TABLE "tombstone" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "entity" text NOT NULL,
  "at" timestamptz NOT NULL,
  "raw_hash" text NOT NULL
);
CREATE INDEX ON "tombstone" ("id");

CREATE TABLE "unfinished_record" (
  "integration_id" text NOT NULL,
  "scope_id" text NOT NULL,
  "stream" text NOT NULL,
  "native_key" text NOT NULL,
  "first_seen_at" timestamptz NOT NULL,
  "next_read_at" timestamptz NOT NULL,
  "attempts" bigint NOT NULL,
  PRIMARY KEY ("integration_id", "scope_id", "stream", "native_key")
);

CREATE TABLE "workflow_status" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "project_id" text,
  "status_id" text NOT NULL,
  "name" text NOT NULL,
  "status_category" text NOT NULL,
  "status" text,
  "position" bigint,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "workflow_status" ("integration_id");

CREATE TABLE "worklog" (
  "id" text NOT NULL,
  "integration_id" text NOT NULL,
  "native_id" text NOT NULL,
  "url" text,
  "source_updated_at" timestamptz,
  "ingested_at" timestamptz NOT NULL,
  "deleted_at" timestamptz,
  "raw_hash" text,
  "issue_id" text NOT NULL,
  "author_account_id" text,
  "started_at" timestamptz NOT NULL,
  "seconds" double precision NOT NULL,
  PRIMARY KEY ("id")
);
CREATE INDEX ON "worklog" ("integration_id");
CREATE INDEX ON "worklog" ("issue_id");
