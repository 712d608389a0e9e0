import type { Conclusion, RunStatus, Workflow } from "../organisation/index.ts";
import { recorded, seconds, type Json, type Loading } from "./recorded.ts";

/** Adds recorded runs, the workflows they name, and the recorded jobs, none of which belongs to a recorded run. */
export async function addActions(loading: Loading) {
  const { history, accounts, nodes, repository } = loading;
  const workflows = new Map<number, Workflow>();
  for (const json of await loading.files("workflow_runs")) {
    const id = Number(json.workflow_id);
    const workflow = workflows.get(id) ?? { id, name: String(json.name), path: String(json.path), createdAt: 0 };
    workflows.set(id, workflow);
    const run = {
      id: Number(json.id),
      workflow,
      number: Number(json.run_number),
      title: String(json.display_title ?? json.name),
      event: String(json.event),
      branch: (json.head_branch as string | null) ?? null,
      sha: String(json.head_sha),
      actor: accounts.of(json.actor),
      createdAt: seconds(json.created_at),
      suiteId: Number(json.check_suite_id),
      // Earlier attempts were not recorded: only the last one can be served.
      attempts: [
        {
          number: Number(json.run_attempt),
          startedAt: seconds(json.run_started_at),
          updatedAt: seconds(json.updated_at),
          status: json.status as RunStatus,
          conclusion: (json.conclusion as Conclusion | null) ?? null,
          actor: accounts.of(json.triggering_actor),
          jobs: [],
        },
      ],
      pullRequests: [],
      recorded: recorded(json),
    };
    history.runs.push(run);
    nodes.set(String(json.node_id), { kind: "run", repository, run });
    nodes.set(String(json.check_suite_node_id), { kind: "checkSuite", repository, run });
  }
  history.workflows.push(...workflows.values());
  for (const json of await loading.files("workflow_jobs")) {
    const list: Json[] = history.strayJobs.get(Number(json.run_id)) ?? [];
    history.strayJobs.set(Number(json.run_id), [...list, json]);
  }
}
