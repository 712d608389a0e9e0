import type { EventKind, TimelineEvent } from "../organisation/index.ts";
import { recorded, seconds, type Json, type Loading } from "./recorded.ts";

/** Adds recorded events to the issues and requests that are recorded too; the others are served by the repository-wide list. */
export async function addEvents(loading: Loading) {
  const { history } = loading;
  const things = new Map([...history.issues, ...history.pullRequests].map((entry) => [entry.number, entry]));
  for (const json of await loading.files("issue_events")) {
    const event = loadEvent(loading, json);
    history.looseEvents.push(event);
    things.get(Number((json.issue as Json).number))?.events.push(event);
  }
}

function loadEvent({ accounts }: Loading, json: Json): TimelineEvent {
  const label = json.label as Json | undefined;
  const rename = json.rename as Json | undefined;
  const assignee = accounts.of(json.assignee ?? json.requested_reviewer);
  return {
    id: Number(json.id),
    kind: json.event as EventKind,
    at: seconds(json.created_at),
    actor: accounts.of(json.actor),
    ...(label && { label: { id: 0, name: String(label.name), color: String(label.color), description: null } }),
    ...(assignee && { subject: assignee }),
    ...(rename && { before: String(rename.from), after: String(rename.to) }),
    ...(json.event === "head_ref_force_pushed" && json.commit_id
      ? { after: String(json.commit_id) }
      : json.commit_id
        ? { sha: String(json.commit_id) }
        : {}),
    ...(json.state_reason ? { stateReason: String(json.state_reason) } : {}),
    recorded: recorded(json),
  };
}
