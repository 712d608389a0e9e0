import type { PlanChange, PlanIssue, PlanProject, PlanSprint, Person, StatusName } from "../organisation/index.ts";
import { planStatuses } from "../organisation/index.ts";
import type { Flavour, Json, SimulatedIssue } from "./state.ts";
import { jiraTime } from "./time.ts";

/** Ids of custom fields; every site has others. */
export const FIELD = {
  points: "customfield_10016",
  sprint: "customfield_10020",
  epic: "customfield_10014",
  flagged: "customfield_10021",
  team: "customfield_10001",
  start: "customfield_10015",
} as const;

const categories = {
  todo: { id: 2, key: "new", colorName: "blue-gray", name: "To Do" },
  in_progress: { id: 4, key: "indeterminate", colorName: "yellow", name: "In Progress" },
  done: { id: 3, key: "done", colorName: "green", name: "Done" },
  none: { id: 1, key: "undefined", colorName: "medium-gray", name: "No Category" },
} as const;

const levels: Readonly<Record<string, { id: string; level: number }>> = {
  Epic: { id: "10000", level: 1 },
  Story: { id: "10001", level: 0 },
  Task: { id: "10002", level: 0 },
  Bug: { id: "10004", level: 0 },
  "Sub-task": { id: "10003", level: -1 },
};
const priorities: Readonly<Record<string, string>> = { Highest: "1", High: "2", Medium: "3", Low: "4" };
const resolutions: Readonly<Record<string, string>> = { Done: "10000", "Won't Do": "10001" };

/** How one site writes things. */
export class Renderer {
  readonly flavour: Flavour;
  readonly zone: string;

  constructor(flavour: Flavour, zone: string) {
    this.flavour = flavour;
    this.zone = zone;
  }

  time = (at: number): string => jiraTime(at, this.zone);

  /** Cloud hides most addresses; on Data Center people have a key and a name. */
  user(person: Person | null): Json | null {
    if (!person) return null;
    const common = { displayName: person.name ?? person.login, active: person.id % 11 !== 3, timeZone: this.zone };
    if (this.flavour === "server")
      return { ...common, key: `JIRAUSER${person.id}`, name: person.login, emailAddress: person.email ?? undefined };
    const email = person.id % 3 === 0 && person.email ? { emailAddress: person.email } : {};
    return { ...common, ...email, accountId: `557058:${person.id}`, accountType: person.kind === "Bot" ? "app" : "atlassian" };
  }

  userKey = (person: Person | null): string | null =>
    person && (this.flavour === "server" ? `JIRAUSER${person.id}` : `557058:${person.id}`);

  status(name: StatusName): Json {
    const { id, category } = planStatuses.find((status) => status.name === name)!;
    return { id: String(id), name, description: "", statusCategory: categories[category] };
  }

  type(name: string): Json {
    const { id, level } = levels[name]!;
    return { id, name, subtask: level < 0, description: "", ...(this.flavour === "cloud" ? { hierarchyLevel: level } : {}) };
  }

  project = ({ id, key, name }: PlanProject): Json => ({
    id: String(id),
    key,
    name,
    projectTypeKey: "software",
    simplified: false,
  });

  text = (words: string): unknown =>
    this.flavour === "server"
      ? words
      : { type: "doc", version: 1, content: [{ type: "paragraph", content: [{ type: "text", text: words }] }] };

  sprint(sprint: PlanSprint): Json {
    const state = sprint.completedAt ? "closed" : sprint.startedAt ? "active" : "future";
    return {
      id: sprint.id,
      state,
      name: sprint.name,
      goal: "",
      startDate: new Date(sprint.startsAt).toISOString(),
      endDate: new Date(sprint.endsAt).toISOString(),
      ...(sprint.startedAt ? { activatedDate: new Date(sprint.startedAt).toISOString() } : {}),
      ...(sprint.completedAt ? { completeDate: new Date(sprint.completedAt).toISOString() } : {}),
      originBoardId: sprint.board.id,
    };
  }

  #sprintField(sprints: readonly PlanSprint[]): unknown {
    if (sprints.length === 0) return null;
    if (this.flavour === "cloud") return sprints.map((sprint) => ({ ...this.sprint(sprint), boardId: sprint.board.id }));
    return sprints.map(
      ({ id, name, board }) =>
        `com.atlassian.greenhopper.service.sprint.Sprint@1f[id=${id},rapidViewId=${board.id},state=ACTIVE,name=${name},goal=]`,
    );
  }

  issue(issue: PlanIssue, nextId: () => number): SimulatedIssue {
    return {
      id: String(issue.id),
      key: issue.key,
      previousKeys: issue.changes.flatMap((change) => (change.field === "project" ? [change.fromKey] : [])),
      fields: this.#fields(issue, nextId),
      histories: issue.changes.map((change) => this.history(change, nextId())),
      createdAt: issue.createdAt,
      updatedAt: issue.updatedAt,
      hidesHistory: issue.hidesHistory,
      stale: null,
    };
  }

  #fields(issue: PlanIssue, nextId: () => number): Json {
    const isCloud = this.flavour === "cloud";
    const above = issue.parent ?? (isCloud ? issue.epic : null);
    const moved = issue.changes.flatMap((change) => (change.field === "status" ? [change.at] : [])).at(-1);
    const reference = (other: PlanIssue) => ({
      id: String(other.id),
      key: other.key,
      fields: { summary: other.title, issuetype: this.type(other.type) },
    });
    return {
      project: this.project(issue.project),
      issuetype: this.type(issue.type),
      status: this.status(issue.status),
      ...(isCloud ? { statuscategorychangedate: this.time(moved ?? issue.createdAt) } : {}),
      created: this.time(issue.createdAt),
      updated: this.time(issue.updatedAt),
      summary: issue.title,
      description: this.text("As written in the title."),
      resolution: issue.resolution ? { id: resolutions[issue.resolution], name: issue.resolution } : null,
      resolutiondate: issue.resolvedAt === null ? null : this.time(issue.resolvedAt),
      priority: { id: priorities[issue.priority], name: issue.priority },
      ...(above ? { parent: reference(above) } : {}),
      reporter: this.user(issue.reporter),
      creator: this.user(issue.reporter),
      assignee: this.user(issue.assignee),
      labels: issue.pullRequest ? ["has-code"] : [],
      components: [],
      fixVersions: issue.version
        ? [{ id: String(issue.version.id), name: issue.version.name, released: issue.version.releasedAt !== null }]
        : [],
      versions: [],
      issuelinks: issue.blocks.map((other) => ({
        id: String(700_000 + issue.id),
        type: { id: "10000", name: "Blocks", inward: "is blocked by", outward: "blocks" },
        outwardIssue: reference(other),
      })),
      duedate: null,
      timeoriginalestimate: null,
      timeestimate: null,
      timespent: issue.worklogs.reduce((sum, { seconds }) => sum + seconds, 0) || null,
      environment: null,
      comment: this.#comments(issue, nextId),
      worklog: this.#worklogs(issue, nextId),
      [FIELD.points]: issue.points,
      [FIELD.sprint]: this.#sprintField(issue.sprints),
      ...(isCloud ? {} : { [FIELD.epic]: issue.epic?.key ?? null }),
      [FIELD.flagged]: issue.isFlagged ? [{ id: "10019", value: "Impediment" }] : null,
    };
  }

  #comments({ comments }: PlanIssue, nextId: () => number): Json {
    const list = comments.map(({ author, at, body }) => ({
      id: String(nextId()),
      author: this.user(author),
      body: this.text(body),
      created: this.time(at),
      updated: this.time(at),
    }));
    return { comments: list, total: list.length, maxResults: list.length, startAt: 0 };
  }

  #worklogs({ id, worklogs }: PlanIssue, nextId: () => number): Json {
    const list = worklogs.map(({ author, at, seconds }) => ({
      id: String(nextId()),
      issueId: String(id),
      author: this.user(author),
      started: this.time(at),
      created: this.time(at),
      updated: this.time(at),
      timeSpentSeconds: seconds,
    }));
    return { worklogs: list, total: list.length, maxResults: 20, startAt: 0 };
  }

  history(change: PlanChange, id: number): Json {
    return {
      id: String(id),
      author: this.user(change.actor) ?? undefined,
      created: this.time(change.at),
      items: this.items(change),
    };
  }

  items(change: PlanChange): Json[] {
    const item = (
      field: string,
      fieldId: string,
      values: readonly [from: string | null, fromString: string | null, to: string | null, toString: string | null],
    ): Json => ({
      field,
      fieldtype: fieldId.startsWith("customfield") ? "custom" : "jira",
      // Data Center knows fields of history by their names alone.
      ...(this.flavour === "cloud" ? { fieldId } : {}),
      from: values[0],
      fromString: values[1],
      to: values[2],
      toString: values[3],
    });
    const text = (value: number | string | null) => (value === null ? null : String(value));
    switch (change.field) {
      case "status":
        return [
          item("status", "status", [
            String(this.status(change.from).id),
            change.from,
            String(this.status(change.to).id),
            change.to,
          ]),
        ];
      case "assignee":
        return [
          item("assignee", "assignee", [
            this.userKey(change.from),
            change.from?.name ?? null,
            this.userKey(change.to),
            change.to?.name ?? null,
          ]),
        ];
      case "sprint": {
        const [ids, names] = [
          (list: readonly PlanSprint[]) => list.map(({ id }) => id).join(", "),
          (list: readonly PlanSprint[]) => list.map(({ name }) => name).join(", "),
        ];
        return [item("Sprint", FIELD.sprint, [ids(change.from), names(change.from), ids(change.to), names(change.to)])];
      }
      case "points":
        return [item("Story Points", FIELD.points, [null, text(change.from), null, text(change.to)])];
      case "priority":
        return [item("priority", "priority", [priorities[change.from]!, change.from, priorities[change.to]!, change.to])];
      case "resolution":
        return [
          item("resolution", "resolution", [
            change.from && resolutions[change.from]!,
            change.from,
            change.to && resolutions[change.to]!,
            change.to,
          ]),
        ];
      case "project":
        return [
          item("project", "project", [String(change.from.id), change.from.name, String(change.to.id), change.to.name]),
          item("Key", "issuekey", [null, change.fromKey, null, change.toKey]),
        ];
      case "flagged":
        return [item("Flagged", FIELD.flagged, [null, change.from ? "Impediment" : "", null, change.to ? "Impediment" : ""])];
      case "description":
        return [item("description", "description", [null, "first words", null, "As written in the title."])];
      case "version":
        return [item("Fix Version", "fixVersions", [null, null, String(change.to.id), change.to.name])];
    }
  }
}
