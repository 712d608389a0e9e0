CREATE TABLE "account" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "username" VARCHAR,
  "name" VARCHAR,
  "email" VARCHAR,
  "email_is_verified" BOOLEAN,
  "kind_category" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "is_active" BOOLEAN,
  "created_at" TIMESTAMPTZ,
  "canonical_key" VARCHAR NOT NULL
);

CREATE TABLE "account_decision" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "account_id" VARCHAR NOT NULL,
  "person_id" VARCHAR,
  "kind_category" VARCHAR,
  "kind" VARCHAR
);

CREATE TABLE "account_group" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "full_name" VARCHAR NOT NULL,
  "parent_group_id" VARCHAR,
  "canonical_key" VARCHAR NOT NULL
);

CREATE TABLE "account_group_member" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "account_group_id" VARCHAR NOT NULL,
  "account_id" VARCHAR NOT NULL,
  "role_category" VARCHAR NOT NULL,
  "role" VARCHAR
);

CREATE TABLE "account_person" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "account_id" VARCHAR NOT NULL,
  "person_id" VARCHAR NOT NULL,
  "evidence_category" VARCHAR NOT NULL,
  "evidence" VARCHAR,
  "confidence" DOUBLE NOT NULL,
  "decided_by" VARCHAR
);

CREATE TABLE "alert" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "incident_id" VARCHAR,
  "service_id" VARCHAR,
  "title" VARCHAR,
  "severity_category" VARCHAR,
  "severity" VARCHAR,
  "status_category" VARCHAR,
  "status" VARCHAR,
  "created_at" TIMESTAMPTZ NOT NULL,
  "resolved_at" TIMESTAMPTZ,
  "is_suppressed" BOOLEAN
);

CREATE TABLE "artifact" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "type_category" VARCHAR,
  "type" VARCHAR,
  "location" VARCHAR,
  "tag" VARCHAR,
  "digest" VARCHAR,
  "created_at" TIMESTAMPTZ
);

CREATE TABLE "artifact_use" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "artifact_id" VARCHAR NOT NULL,
  "pipeline_run_id" VARCHAR,
  "deployment_id" VARCHAR,
  "direction_category" VARCHAR NOT NULL,
  "direction" VARCHAR,
  "occurred_at" TIMESTAMPTZ
);

CREATE TABLE "assistant_usage" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "account_id" VARCHAR NOT NULL,
  "tool" VARCHAR NOT NULL,
  "day" DATE NOT NULL,
  "model" VARCHAR,
  "has_seat" BOOLEAN,
  "is_active" BOOLEAN,
  "session_count" BIGINT,
  "request_count" BIGINT,
  "suggestion_count" BIGINT,
  "acceptance_count" BIGINT,
  "error_count" BIGINT,
  "suggested_lines" BIGINT,
  "accepted_lines" BIGINT,
  "committed_lines" BIGINT,
  "input_token_count" BIGINT,
  "output_token_count" BIGINT,
  "cached_token_count" BIGINT,
  "cost_usd" DOUBLE
);

CREATE TABLE "board" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "kind_category" VARCHAR,
  "kind" VARCHAR,
  "project_ids" VARCHAR[],
  "points_field" VARCHAR,
  "canonical_key" VARCHAR NOT NULL
);

CREATE TABLE "calendar" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "timezone" VARCHAR NOT NULL,
  "opens" VARCHAR NOT NULL,
  "closes" VARCHAR NOT NULL,
  "weekdays" VARCHAR NOT NULL,
  "holidays" JSON NOT NULL
);

CREATE TABLE "calendar_day" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "calendar_id" VARCHAR NOT NULL,
  "day" DATE NOT NULL,
  "is_working" BOOLEAN NOT NULL,
  "opens_at" TIMESTAMPTZ,
  "closes_at" TIMESTAMPTZ,
  "working_seconds" DOUBLE NOT NULL,
  "seconds_before" DOUBLE NOT NULL
);

CREATE TABLE "change_request" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "number" VARCHAR NOT NULL,
  "title" VARCHAR,
  "type_category" VARCHAR,
  "type" VARCHAR,
  "state_category" VARCHAR NOT NULL,
  "state" VARCHAR,
  "result_category" VARCHAR,
  "result" VARCHAR,
  "risk_category" VARCHAR,
  "risk" VARCHAR,
  "priority_category" VARCHAR,
  "priority" VARCHAR,
  "service_id" VARCHAR,
  "service" VARCHAR,
  "environment" VARCHAR,
  "created_at" TIMESTAMPTZ,
  "planned_start_at" TIMESTAMPTZ,
  "planned_end_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ,
  "finished_at" TIMESTAMPTZ,
  "closed_at" TIMESTAMPTZ,
  "assignee_account_id" VARCHAR,
  "requester_account_id" VARCHAR
);

CREATE TABLE "commit" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "repository_id" VARCHAR NOT NULL,
  "sha" VARCHAR NOT NULL,
  "title" VARCHAR,
  "message" VARCHAR,
  "author_account_id" VARCHAR,
  "committer_account_id" VARCHAR,
  "authored_at" TIMESTAMPTZ NOT NULL,
  "committed_at" TIMESTAMPTZ NOT NULL,
  "authored_offset_minutes" BIGINT,
  "additions" BIGINT,
  "deletions" BIGINT,
  "files_count" BIGINT,
  "parent_count" BIGINT,
  "is_merge" BOOLEAN NOT NULL,
  "is_on_default" BOOLEAN,
  "issue_keys" VARCHAR[],
  "reverts_sha" VARCHAR,
  "co_author_emails" VARCHAR[],
  "assistant" VARCHAR
);

CREATE TABLE "commit_file" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "repository_id" VARCHAR NOT NULL,
  "sha" VARCHAR NOT NULL,
  "path" VARCHAR NOT NULL,
  "previous_path" VARCHAR,
  "change_category" VARCHAR NOT NULL,
  "change" VARCHAR,
  "additions" BIGINT,
  "deletions" BIGINT,
  "is_binary" BOOLEAN,
  "is_generated" BOOLEAN
);

CREATE TABLE "commit_issue" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "commit_id" VARCHAR NOT NULL,
  "issue_key" VARCHAR NOT NULL,
  "issue_id" VARCHAR,
  "evidence_category" VARCHAR NOT NULL,
  "evidence" VARCHAR,
  "confidence" DOUBLE NOT NULL
);

CREATE TABLE "commit_parent" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "repository_id" VARCHAR NOT NULL,
  "sha" VARCHAR NOT NULL,
  "parent_sha" VARCHAR NOT NULL,
  "position" BIGINT NOT NULL
);

CREATE TABLE "custom_table" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "columns" JSON NOT NULL,
  "key_columns" VARCHAR[],
  "time_column" VARCHAR,
  "team_column" VARCHAR,
  "person_column" VARCHAR,
  "mode_category" VARCHAR NOT NULL,
  "mode" VARCHAR,
  "version" BIGINT NOT NULL
);

CREATE TABLE "deployment" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "service_id" VARCHAR,
  "service" VARCHAR,
  "environment_category" VARCHAR,
  "environment" VARCHAR,
  "kind_category" VARCHAR,
  "kind" VARCHAR,
  "status_category" VARCHAR NOT NULL,
  "status" VARCHAR,
  "repository_id" VARCHAR,
  "head_sha" VARCHAR,
  "tag" VARCHAR,
  "version" VARCHAR,
  "pipeline_id" VARCHAR,
  "pipeline_run_id" VARCHAR,
  "pipeline_job_id" VARCHAR,
  "change_request_key" VARCHAR,
  "actor_account_id" VARCHAR,
  "created_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ,
  "finished_at" TIMESTAMPTZ,
  "is_change_failure" BOOLEAN
);

CREATE TABLE "deployment_commit" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "deployment_id" VARCHAR NOT NULL,
  "repository_id" VARCHAR NOT NULL,
  "sha" VARCHAR NOT NULL,
  "is_head" BOOLEAN NOT NULL,
  "is_new" BOOLEAN NOT NULL,
  "evidence_category" VARCHAR NOT NULL,
  "evidence" VARCHAR,
  "confidence" DOUBLE NOT NULL
);

CREATE TABLE "deployment_lineage" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "deployment_id" VARCHAR NOT NULL,
  "application_id" VARCHAR NOT NULL,
  "repository_id" VARCHAR,
  "head_sha" VARCHAR,
  "head_evidence_category" VARCHAR NOT NULL,
  "head_evidence" VARCHAR,
  "previous_deployment_id" VARCHAR,
  "relation_category" VARCHAR NOT NULL,
  "relation" VARCHAR,
  "new_commit_count" BIGINT
);

CREATE TABLE "duplicate" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "entity" VARCHAR NOT NULL,
  "duplicate_id" VARCHAR NOT NULL,
  "of_id" VARCHAR NOT NULL
);

CREATE TABLE "fact_build" (
  "fact" VARCHAR NOT NULL,
  "profile_id" VARCHAR NOT NULL,
  "profile_version" BIGINT NOT NULL,
  "rule_version" BIGINT NOT NULL,
  "row_count" BIGINT NOT NULL,
  "built_at" TIMESTAMPTZ NOT NULL,
  "data_through" TIMESTAMPTZ,
  "seconds" DOUBLE NOT NULL
);

CREATE TABLE "git_ref" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "repository_id" VARCHAR NOT NULL,
  "name" VARCHAR NOT NULL,
  "type_category" VARCHAR NOT NULL,
  "type" VARCHAR,
  "sha" VARCHAR,
  "is_default" BOOLEAN,
  "is_protected" BOOLEAN,
  "created_at" TIMESTAMPTZ
);

CREATE TABLE "incident" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "number" VARCHAR,
  "title" VARCHAR,
  "status_category" VARCHAR NOT NULL,
  "status" VARCHAR,
  "priority_category" VARCHAR,
  "priority" VARCHAR,
  "severity_category" VARCHAR,
  "severity" VARCHAR,
  "urgency_category" VARCHAR,
  "urgency" VARCHAR,
  "service_id" VARCHAR,
  "service" VARCHAR,
  "environment" VARCHAR,
  "created_at" TIMESTAMPTZ NOT NULL,
  "started_at" TIMESTAMPTZ,
  "acknowledged_at" TIMESTAMPTZ,
  "resolved_at" TIMESTAMPTZ,
  "closed_at" TIMESTAMPTZ,
  "assignee_account_id" VARCHAR,
  "reporter_account_id" VARCHAR,
  "assignment_group" VARCHAR,
  "escalation_count" BIGINT,
  "reassignment_count" BIGINT,
  "reopen_count" BIGINT,
  "alert_count" BIGINT,
  "is_major" BOOLEAN,
  "caused_by_key" VARCHAR,
  "close_code" VARCHAR,
  "custom_fields" JSON
);

CREATE TABLE "incident_deployment" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "incident_id" VARCHAR NOT NULL,
  "deployment_id" VARCHAR NOT NULL,
  "evidence_category" VARCHAR NOT NULL,
  "evidence" VARCHAR,
  "confidence" DOUBLE NOT NULL,
  "seconds_between" DOUBLE,
  "is_primary" BOOLEAN NOT NULL
);

CREATE TABLE "incident_event" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "incident_id" VARCHAR NOT NULL,
  "kind_category" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "occurred_at" TIMESTAMPTZ NOT NULL,
  "actor_account_id" VARCHAR,
  "from_value" VARCHAR,
  "to_value" VARCHAR
);

CREATE TABLE "ingestion_task" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "kind" VARCHAR NOT NULL,
  "stream" VARCHAR,
  "scope_id" VARCHAR,
  "status" VARCHAR NOT NULL,
  "scan_from" TIMESTAMPTZ,
  "scan_to" TIMESTAMPTZ,
  "scheduled_at" TIMESTAMPTZ NOT NULL,
  "started_at" TIMESTAMPTZ,
  "finished_at" TIMESTAMPTZ,
  "next_attempt_at" TIMESTAMPTZ,
  "attempts" BIGINT NOT NULL,
  "retries" BIGINT NOT NULL,
  "requests" BIGINT NOT NULL,
  "records" BIGINT NOT NULL,
  "entities" BIGINT NOT NULL,
  "unchanged" BIGINT NOT NULL,
  "skipped" BIGINT NOT NULL,
  "quarantined" BIGINT NOT NULL,
  "tombstoned" BIGINT NOT NULL,
  "waited_seconds" DOUBLE NOT NULL,
  "points" DOUBLE,
  "way" VARCHAR,
  "first_change_at" TIMESTAMPTZ,
  "last_change_at" TIMESTAMPTZ,
  "error_code" VARCHAR,
  "error_message" VARCHAR
);

CREATE TABLE "integration" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "connector" VARCHAR NOT NULL,
  "name" VARCHAR NOT NULL,
  "base_url" VARCHAR,
  "timezone" VARCHAR,
  "created_at" TIMESTAMPTZ NOT NULL
);

CREATE TABLE "integration_mapping" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "project_key" VARCHAR NOT NULL,
  "mapped_integration_id" VARCHAR NOT NULL
);

CREATE TABLE "issue" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "project_id" VARCHAR NOT NULL,
  "key" VARCHAR NOT NULL,
  "previous_keys" VARCHAR[],
  "number" BIGINT,
  "title" VARCHAR,
  "description_length" BIGINT,
  "type_category" VARCHAR NOT NULL,
  "type" VARCHAR,
  "type_id" VARCHAR,
  "hierarchy_level" BIGINT,
  "is_subtask" BOOLEAN NOT NULL,
  "status_category" VARCHAR NOT NULL,
  "status" VARCHAR,
  "status_id" VARCHAR,
  "resolution_category" VARCHAR,
  "resolution" VARCHAR,
  "priority_category" VARCHAR,
  "priority" VARCHAR,
  "severity_category" VARCHAR,
  "severity" VARCHAR,
  "parent_id" VARCHAR,
  "epic_id" VARCHAR,
  "points" DOUBLE,
  "estimate_seconds" DOUBLE,
  "remaining_seconds" DOUBLE,
  "spent_seconds" DOUBLE,
  "reporter_account_id" VARCHAR,
  "assignee_account_id" VARCHAR,
  "created_at" TIMESTAMPTZ NOT NULL,
  "resolved_at" TIMESTAMPTZ,
  "closed_at" TIMESTAMPTZ,
  "due_on" DATE,
  "labels" VARCHAR[],
  "components" VARCHAR[],
  "sprint_ids" VARCHAR[],
  "area_path" VARCHAR,
  "environment" VARCHAR,
  "comment_count" BIGINT,
  "custom_fields" JSON
);

CREATE TABLE "issue_comment" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "issue_id" VARCHAR NOT NULL,
  "author_account_id" VARCHAR,
  "created_at" TIMESTAMPTZ NOT NULL,
  "is_internal" BOOLEAN,
  "body_length" BIGINT
);

CREATE TABLE "issue_link" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "source_issue_id" VARCHAR NOT NULL,
  "target_issue_id" VARCHAR,
  "target_key" VARCHAR,
  "kind_category" VARCHAR NOT NULL,
  "kind" VARCHAR
);

CREATE TABLE "issue_release" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "issue_id" VARCHAR NOT NULL,
  "release_id" VARCHAR NOT NULL,
  "role_category" VARCHAR NOT NULL,
  "role" VARCHAR
);

CREATE TABLE "issue_sprint" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "issue_id" VARCHAR NOT NULL,
  "sprint_id" VARCHAR NOT NULL,
  "added_at" TIMESTAMPTZ,
  "removed_at" TIMESTAMPTZ,
  "evidence_category" VARCHAR NOT NULL,
  "evidence" VARCHAR
);

CREATE TABLE "issue_transition" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "issue_id" VARCHAR NOT NULL,
  "field_category" VARCHAR NOT NULL,
  "field" VARCHAR,
  "occurred_at" TIMESTAMPTZ NOT NULL,
  "sequence" BIGINT NOT NULL,
  "actor_account_id" VARCHAR,
  "from_id" VARCHAR,
  "from_name" VARCHAR,
  "from_category" VARCHAR,
  "to_id" VARCHAR,
  "to_name" VARCHAR,
  "to_category" VARCHAR,
  "from_number" DOUBLE,
  "to_number" DOUBLE
);

CREATE TABLE "link_decision" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "link" VARCHAR NOT NULL,
  "from_id" VARCHAR NOT NULL,
  "to_id" VARCHAR NOT NULL,
  "is_linked" BOOLEAN NOT NULL
);

CREATE TABLE "metric_snapshot" (
  "metric" VARCHAR NOT NULL,
  "scope_key" VARCHAR NOT NULL,
  "grain" VARCHAR NOT NULL,
  "statistic" VARCHAR NOT NULL,
  "rule_version" BIGINT NOT NULL,
  "profile_id" VARCHAR NOT NULL,
  "profile_version" BIGINT NOT NULL,
  "bucket" DATE,
  "value" DOUBLE,
  "n" BIGINT NOT NULL,
  "taken_at" TIMESTAMPTZ NOT NULL
);

CREATE TABLE "missing_record" (
  "entity" VARCHAR NOT NULL,
  "entity_id" VARCHAR NOT NULL,
  "missing_since" TIMESTAMPTZ NOT NULL,
  "sweeps" BIGINT NOT NULL,
  "last_missed_at" TIMESTAMPTZ NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "scope_id" VARCHAR NOT NULL,
  "stream" VARCHAR NOT NULL,
  "native_key" VARCHAR NOT NULL
);

CREATE TABLE "person" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "email" VARCHAR,
  "manager_person_id" VARCHAR,
  "role" VARCHAR,
  "sub_role" VARCHAR,
  "department" VARCHAR,
  "site" VARCHAR,
  "timezone" VARCHAR,
  "started_on" DATE,
  "ended_on" DATE,
  "origin_category" VARCHAR NOT NULL,
  "origin" VARCHAR,
  "attributes" JSON
);

CREATE TABLE "pipeline" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "full_name" VARCHAR NOT NULL,
  "kind_category" VARCHAR,
  "kind" VARCHAR,
  "repository_id" VARCHAR,
  "project" VARCHAR,
  "instance" VARCHAR,
  "is_active" BOOLEAN,
  "canonical_key" VARCHAR NOT NULL
);

CREATE TABLE "pipeline_job" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "pipeline_run_id" VARCHAR NOT NULL,
  "name" VARCHAR NOT NULL,
  "kind_category" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "parent_job_id" VARCHAR,
  "state_category" VARCHAR,
  "state" VARCHAR,
  "result_category" VARCHAR,
  "result" VARCHAR,
  "queued_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ,
  "finished_at" TIMESTAMPTZ,
  "duration_seconds" DOUBLE,
  "environment_category" VARCHAR,
  "environment" VARCHAR,
  "runner" VARCHAR,
  "failure_reason" VARCHAR,
  "may_fail" BOOLEAN
);

CREATE TABLE "pipeline_run" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "pipeline_id" VARCHAR NOT NULL,
  "run_key" VARCHAR NOT NULL,
  "number" BIGINT,
  "attempt" BIGINT NOT NULL,
  "name" VARCHAR,
  "state_category" VARCHAR NOT NULL,
  "state" VARCHAR,
  "result_category" VARCHAR,
  "result" VARCHAR,
  "trigger_category" VARCHAR,
  "trigger" VARCHAR,
  "repository_id" VARCHAR,
  "branch" VARCHAR,
  "tag" VARCHAR,
  "head_sha" VARCHAR,
  "pull_request_number" BIGINT,
  "actor_account_id" VARCHAR,
  "queued_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ,
  "finished_at" TIMESTAMPTZ,
  "duration_seconds" DOUBLE,
  "queue_seconds" DOUBLE,
  "environment_category" VARCHAR,
  "environment" VARCHAR,
  "parent_run_id" VARCHAR,
  "retry_of_id" VARCHAR,
  "tests_passed_count" BIGINT,
  "tests_failed_count" BIGINT,
  "tests_skipped_count" BIGINT,
  "is_change_failure" BOOLEAN,
  "parameters" JSON
);

CREATE TABLE "pipeline_run_commit" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "pipeline_run_id" VARCHAR NOT NULL,
  "sha" VARCHAR NOT NULL,
  "repository_id" VARCHAR,
  "repository_url" VARCHAR,
  "is_head" BOOLEAN NOT NULL
);

CREATE TABLE "profile" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "profile_id" VARCHAR NOT NULL,
  "name" VARCHAR NOT NULL,
  "version" BIGINT NOT NULL,
  "settings" JSON NOT NULL,
  "valid_from" TIMESTAMPTZ,
  "valid_to" TIMESTAMPTZ
);

CREATE TABLE "progress" (
  "integration_id" VARCHAR NOT NULL,
  "scope_id" VARCHAR NOT NULL,
  "stream" VARCHAR NOT NULL,
  "cursor" JSON,
  "cursor_at" TIMESTAMPTZ,
  "covered_from" TIMESTAMPTZ,
  "updated_at" TIMESTAMPTZ NOT NULL
);

CREATE TABLE "project" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "key" VARCHAR,
  "name" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "lead_account_id" VARCHAR,
  "repository_id" VARCHAR,
  "is_archived" BOOLEAN,
  "canonical_key" VARCHAR NOT NULL
);

CREATE TABLE "pull_request" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "repository_id" VARCHAR NOT NULL,
  "number" BIGINT NOT NULL,
  "title" VARCHAR,
  "description_length" BIGINT,
  "state_category" VARCHAR NOT NULL,
  "state" VARCHAR,
  "is_draft" BOOLEAN,
  "author_account_id" VARCHAR,
  "merged_by_account_id" VARCHAR,
  "closed_by_account_id" VARCHAR,
  "assignee_account_ids" VARCHAR[],
  "source_branch" VARCHAR,
  "target_branch" VARCHAR,
  "is_from_fork" BOOLEAN,
  "head_sha" VARCHAR,
  "base_sha" VARCHAR,
  "merge_sha" VARCHAR,
  "merge_method_category" VARCHAR,
  "merge_method" VARCHAR,
  "opened_at" TIMESTAMPTZ NOT NULL,
  "merged_at" TIMESTAMPTZ,
  "closed_at" TIMESTAMPTZ,
  "additions" BIGINT,
  "deletions" BIGINT,
  "files_count" BIGINT,
  "commit_count" BIGINT,
  "comment_count" BIGINT,
  "required_approval_count" BIGINT,
  "labels" VARCHAR[],
  "milestone" VARCHAR,
  "title_issue_keys" VARCHAR[],
  "branch_issue_keys" VARCHAR[],
  "body_issue_keys" VARCHAR[],
  "reverts_number" BIGINT
);

CREATE TABLE "pull_request_comment" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "pull_request_id" VARCHAR NOT NULL,
  "author_account_id" VARCHAR,
  "kind_category" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "created_at" TIMESTAMPTZ NOT NULL,
  "review_id" VARCHAR,
  "reply_to_id" VARCHAR,
  "path" VARCHAR,
  "body_length" BIGINT,
  "is_resolved" BOOLEAN,
  "resolved_at" TIMESTAMPTZ
);

CREATE TABLE "pull_request_commit" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "pull_request_id" VARCHAR NOT NULL,
  "repository_id" VARCHAR NOT NULL,
  "sha" VARCHAR NOT NULL,
  "author_account_id" VARCHAR,
  "authored_at" TIMESTAMPTZ,
  "committed_at" TIMESTAMPTZ,
  "is_merge" BOOLEAN,
  "position" BIGINT,
  "issue_keys" VARCHAR[],
  "removed_at" TIMESTAMPTZ
);

CREATE TABLE "pull_request_event" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "pull_request_id" VARCHAR NOT NULL,
  "kind_category" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "occurred_at" TIMESTAMPTZ NOT NULL,
  "actor_account_id" VARCHAR,
  "subject_account_id" VARCHAR,
  "subject_team" VARCHAR,
  "sha_before" VARCHAR,
  "sha_after" VARCHAR,
  "value" VARCHAR
);

CREATE TABLE "pull_request_issue" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "pull_request_id" VARCHAR NOT NULL,
  "issue_key" VARCHAR NOT NULL,
  "issue_id" VARCHAR,
  "evidence_category" VARCHAR NOT NULL,
  "evidence" VARCHAR,
  "confidence" DOUBLE NOT NULL,
  "is_primary" BOOLEAN NOT NULL
);

CREATE TABLE "pull_request_review" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "pull_request_id" VARCHAR NOT NULL,
  "reviewer_account_id" VARCHAR,
  "verdict_category" VARCHAR NOT NULL,
  "verdict" VARCHAR,
  "submitted_at" TIMESTAMPTZ,
  "sha" VARCHAR,
  "comment_count" BIGINT,
  "body_length" BIGINT
);

CREATE TABLE "quality_issue" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "quality_project_id" VARCHAR,
  "repository_id" VARCHAR,
  "kind_category" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "severity_category" VARCHAR,
  "severity" VARCHAR,
  "status_category" VARCHAR NOT NULL,
  "status" VARCHAR,
  "rule" VARCHAR,
  "title" VARCHAR,
  "path" VARCHAR,
  "cve" VARCHAR,
  "line" BIGINT,
  "branch_category" VARCHAR NOT NULL,
  "branch" VARCHAR,
  "asset_category" VARCHAR,
  "asset" VARCHAR,
  "author_account_id" VARCHAR,
  "effort_seconds" DOUBLE,
  "created_at" TIMESTAMPTZ NOT NULL,
  "closed_at" TIMESTAMPTZ,
  "due_on" DATE
);

CREATE TABLE "quality_measure" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "quality_project_id" VARCHAR NOT NULL,
  "branch_category" VARCHAR NOT NULL,
  "branch" VARCHAR,
  "analyzed_at" TIMESTAMPTZ NOT NULL,
  "sha" VARCHAR,
  "version" VARCHAR,
  "gate_category" VARCHAR,
  "gate" VARCHAR,
  "code_lines" BIGINT,
  "all_lines" BIGINT,
  "duplicated_lines" BIGINT,
  "lines_to_cover" BIGINT,
  "uncovered_lines" BIGINT,
  "conditions_to_cover" BIGINT,
  "uncovered_conditions" BIGINT,
  "complexity" BIGINT,
  "cognitive_complexity" BIGINT,
  "function_count" BIGINT,
  "file_count" BIGINT,
  "bug_count" BIGINT,
  "vulnerability_count" BIGINT,
  "smell_count" BIGINT,
  "hotspot_count" BIGINT,
  "debt_seconds" DOUBLE,
  "reliability_rating" DOUBLE,
  "security_rating" DOUBLE,
  "maintainability_rating" DOUBLE,
  "new_lines_to_cover" BIGINT,
  "new_uncovered_lines" BIGINT,
  "new_all_lines" BIGINT,
  "new_duplicated_lines" BIGINT
);

CREATE TABLE "quality_project" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "key" VARCHAR NOT NULL,
  "name" VARCHAR NOT NULL,
  "repository_id" VARCHAR,
  "main_branch" VARCHAR,
  "canonical_key" VARCHAR NOT NULL
);

CREATE TABLE "quarantined_record" (
  "hash" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "scope_id" VARCHAR NOT NULL,
  "stream" VARCHAR NOT NULL,
  "native_key" VARCHAR,
  "error_path" VARCHAR NOT NULL,
  "error_message" VARCHAR NOT NULL,
  "seen_at" TIMESTAMPTZ NOT NULL,
  "resolved_at" TIMESTAMPTZ
);

CREATE TABLE "raw_page" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "scope_id" VARCHAR NOT NULL,
  "stream" VARCHAR NOT NULL,
  "task_id" VARCHAR,
  "via" VARCHAR NOT NULL,
  "request" VARCHAR,
  "status" BIGINT,
  "fetched_at" TIMESTAMPTZ NOT NULL,
  "body_hash" VARCHAR NOT NULL,
  "record_count" BIGINT NOT NULL
);

CREATE TABLE "raw_record" (
  "hash" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "scope_id" VARCHAR NOT NULL,
  "stream" VARCHAR NOT NULL,
  "native_key" VARCHAR NOT NULL,
  "page_id" VARCHAR NOT NULL,
  "position" BIGINT NOT NULL,
  "changed_at" TIMESTAMPTZ,
  "first_seen_at" TIMESTAMPTZ NOT NULL,
  "last_seen_at" TIMESTAMPTZ NOT NULL,
  "is_latest" BOOLEAN NOT NULL,
  "mapped_version" BIGINT NOT NULL
);

CREATE TABLE "reference" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "from_entity" VARCHAR NOT NULL,
  "from_id" VARCHAR NOT NULL,
  "to_entity" VARCHAR NOT NULL,
  "to_id" VARCHAR,
  "to_key" VARCHAR,
  "to_url" VARCHAR,
  "relation_category" VARCHAR NOT NULL,
  "relation" VARCHAR
);

CREATE TABLE "release" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "repository_id" VARCHAR,
  "project_id" VARCHAR,
  "name" VARCHAR NOT NULL,
  "tag" VARCHAR,
  "sha" VARCHAR,
  "state_category" VARCHAR NOT NULL,
  "state" VARCHAR,
  "starts_on" DATE,
  "created_at" TIMESTAMPTZ,
  "released_at" TIMESTAMPTZ,
  "author_account_id" VARCHAR
);

CREATE TABLE "repository" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "full_name" VARCHAR NOT NULL,
  "owner" VARCHAR,
  "default_branch" VARCHAR,
  "visibility_category" VARCHAR,
  "visibility" VARCHAR,
  "is_archived" BOOLEAN,
  "is_fork" BOOLEAN,
  "forked_from_key" VARCHAR,
  "language" VARCHAR,
  "created_at" TIMESTAMPTZ,
  "pushed_at" TIMESTAMPTZ,
  "canonical_key" VARCHAR NOT NULL
);

CREATE TABLE "schema_migration" (
  "number" BIGINT NOT NULL,
  "name" VARCHAR NOT NULL,
  "checksum" VARCHAR NOT NULL,
  "applied_at" TIMESTAMPTZ NOT NULL
);

CREATE TABLE "service" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "tier_category" VARCHAR,
  "tier" VARCHAR,
  "owner_team_key" VARCHAR,
  "canonical_key" VARCHAR NOT NULL
);

CREATE TABLE "service_map" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "service_id" VARCHAR NOT NULL,
  "same_as_service_id" VARCHAR,
  "repository_id" VARCHAR,
  "pipeline_id" VARCHAR,
  "path_prefix" VARCHAR,
  "environment" VARCHAR
);

CREATE TABLE "sighting" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "part" VARCHAR NOT NULL,
  "raw_hash" VARCHAR NOT NULL,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "content" JSON
);

CREATE TABLE "source_count" (
  "integration_id" VARCHAR NOT NULL,
  "scope_id" VARCHAR NOT NULL,
  "entity" VARCHAR NOT NULL,
  "counted_at" TIMESTAMPTZ NOT NULL,
  "source_count" BIGINT,
  "stored_count" BIGINT NOT NULL,
  "stream" VARCHAR,
  "missing_count" BIGINT,
  "healed_count" BIGINT,
  "stale_count" BIGINT,
  "candidate_count" BIGINT,
  "tombstoned_count" BIGINT,
  "outside_count" BIGINT,
  "highest_number" BIGINT,
  "gone_numbers" VARCHAR,
  "remark" VARCHAR,
  "task_id" VARCHAR
);

CREATE TABLE "sprint" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "board_id" VARCHAR,
  "project_id" VARCHAR,
  "name" VARCHAR NOT NULL,
  "goal" VARCHAR,
  "state_category" VARCHAR NOT NULL,
  "state" VARCHAR,
  "starts_at" TIMESTAMPTZ,
  "ends_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ,
  "completed_at" TIMESTAMPTZ
);

CREATE TABLE "team" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "name" VARCHAR NOT NULL,
  "kind_category" VARCHAR NOT NULL,
  "kind" VARCHAR,
  "org_tree_id" VARCHAR,
  "parent_team_id" VARCHAR,
  "manager_person_id" VARCHAR,
  "timezone" VARCHAR,
  "calendar_id" VARCHAR,
  "profile_id" VARCHAR,
  "valid_from" TIMESTAMPTZ,
  "valid_to" TIMESTAMPTZ
);

CREATE TABLE "team_member" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "team_id" VARCHAR NOT NULL,
  "person_id" VARCHAR NOT NULL,
  "role_category" VARCHAR NOT NULL,
  "role" VARCHAR,
  "allocation_share" DOUBLE NOT NULL,
  "valid_from" TIMESTAMPTZ,
  "valid_to" TIMESTAMPTZ
);

CREATE TABLE "team_scope" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "team_id" VARCHAR NOT NULL,
  "subject" VARCHAR NOT NULL,
  "filter" JSON NOT NULL,
  "path_prefix" VARCHAR,
  "valid_from" TIMESTAMPTZ,
  "valid_to" TIMESTAMPTZ
);

CREATE TABLE "team_tree" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "ancestor_team_id" VARCHAR NOT NULL,
  "team_id" VARCHAR NOT NULL,
  "depth" BIGINT NOT NULL
);

CREATE TABLE "tombstone" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "entity" VARCHAR NOT NULL,
  "at" TIMESTAMPTZ NOT NULL,
  "raw_hash" VARCHAR NOT NULL
);

CREATE TABLE "unfinished_record" (
  "integration_id" VARCHAR NOT NULL,
  "scope_id" VARCHAR NOT NULL,
  "stream" VARCHAR NOT NULL,
  "native_key" VARCHAR NOT NULL,
  "first_seen_at" TIMESTAMPTZ NOT NULL,
  "next_read_at" TIMESTAMPTZ NOT NULL,
  "attempts" BIGINT NOT NULL
);

CREATE TABLE "workflow_status" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "project_id" VARCHAR,
  "status_id" VARCHAR NOT NULL,
  "name" VARCHAR NOT NULL,
  "status_category" VARCHAR NOT NULL,
  "status" VARCHAR,
  "position" BIGINT
);

CREATE TABLE "worklog" (
  "id" VARCHAR NOT NULL,
  "integration_id" VARCHAR NOT NULL,
  "native_id" VARCHAR NOT NULL,
  "url" VARCHAR,
  "source_updated_at" TIMESTAMPTZ,
  "ingested_at" TIMESTAMPTZ NOT NULL,
  "deleted_at" TIMESTAMPTZ,
  "raw_hash" VARCHAR,
  "issue_id" VARCHAR NOT NULL,
  "author_account_id" VARCHAR,
  "started_at" TIMESTAMPTZ NOT NULL,
  "seconds" DOUBLE NOT NULL
);
