import { defaultProfile } from "../../src/domain/profile.ts";
import type { RowOf } from "../../src/domain/tables.ts";
import type { House } from "../../src/server/compose.ts";
import { systemActor } from "../../src/server/session-service.ts";
import { createIntegration, setLifecycle } from "../../src/workspace/integrations.ts";
import { everything } from "../../src/workspace/selection.ts";
import { createProject, mapIntegrations } from "../../src/workspace/projects.ts";
import { type Entities, insertEntities } from "../entities.ts";

const hour = 3_600_000;
const day = 24 * hour;
const integrationId = "acme-plan";
const at = (ms: number) => new Date(ms).toISOString();

const statuses = {
  todo: { toId: "1", toName: "To do", toCategory: "todo" },
  doing: { toId: "2", toName: "In progress", toCategory: "in_progress" },
  review: { toId: "3", toName: "Review", toCategory: "in_progress" },
  done: { toId: "4", toName: "Done", toCategory: "done" },
} as const;
type Status = keyof typeof statuses;
type Issue = Partial<RowOf<"issue">> & { id: string };

const people = ["Ann Example", "Bob Example", "Cem Example", "Dia Example"];
const labels = [["growth"], ["platform"], ["keep-running"], []];

/** The same numbers in every run; what is relative to now moves with the day. */
function dice(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

class Plan {
  readonly rows = {
    issue: [] as Issue[],
    issue_transition: [] as Partial<RowOf<"issue_transition">>[],
  };
  readonly #roll = dice(7);

  /** An issue that was created, perhaps worked on and finished: hours between the steps. */
  issue(createdAt: number, steps: readonly [status: Status, hours: number][]): Issue {
    const number = this.rows.issue.length + 1;
    const id = `github:acme-plan:issue:${number}`;
    let [time, from]: [number, Status] = [createdAt, "todo"];
    for (const [status, hours] of steps) {
      time += hours * hour;
      const [before, after] = [statuses[from], statuses[status]];
      this.rows.issue_transition.push({
        id: `${id}/${this.rows.issue_transition.length}`,
        issueId: id,
        fieldCategory: "status",
        occurredAt: at(time),
        sequence: this.rows.issue_transition.length,
        fromId: before.toId,
        fromName: before.toName,
        fromCategory: before.toCategory,
        ...after,
        integrationId,
      });
      from = status;
    }
    const issue: Issue = {
      id,
      integrationId,
      key: `PAY-${number}`,
      number,
      url: `https://plan.acme.example/browse/PAY-${number}`,
      projectId: "project-pay",
      typeCategory: number % 5 === 0 ? "bug" : "task",
      type: number % 5 === 0 ? "Bug" : "Story",
      statusCategory: statuses[from].toCategory,
      status: statuses[from].toName,
      statusId: statuses[from].toId,
      points: number % 11 === 0 ? null : [1, 2, 3, 5, 8][this.#roll(5)]!,
      assigneeAccountId: number % 9 === 0 ? null : `account-${this.#roll(people.length)}`,
      descriptionLength: number % 4 === 0 ? 0 : 200,
      labels: labels[this.#roll(labels.length)]!,
      createdAt: at(createdAt),
    };
    this.rows.issue.push(issue);
    return issue;
  }

  roll = (below: number) => this.#roll(below);

  /** Came into a sprint, and perhaps left it, as the history tells. */
  member(issue: Issue, sprintId: string, addedAt: number, removedAt: number | null = null): void {
    this.#moved(issue, addedAt, { toId: sprintId });
    if (removedAt !== null) this.#moved(issue, removedAt, { fromId: sprintId });
  }

  #moved(issue: Issue, time: number, ends: { toId?: string; fromId?: string }): void {
    const sequence = this.rows.issue_transition.length;
    const of = { id: `${issue.id}/${sequence}`, issueId: issue.id, integrationId, sequence };
    this.rows.issue_transition.push({ ...of, fieldCategory: "sprint", occurredAt: at(time), ...ends });
  }
}

/** Work of one sprint: what it began with, what came in, what went out, what was done. */
function fillSprint(plan: Plan, { id, start, now }: { id: string; start: number; now: number }): void {
  const { roll } = plan;
  for (let index = 0; index < 14; index += 1) {
    const isLate = index > 10;
    const begin = (isLate ? 48 + roll(120) : 2 + roll(150)) + 24;
    const steps: [Status, number][] = [
      ["doing", begin],
      ["review", 6 + roll(60)],
      ["done", 4 + roll(40)],
    ];
    let time = start - day;
    const past = steps.filter(([, hours]) => (time += hours * hour) < now);
    const issue = plan.issue(start - day, index % 6 === 5 ? past.slice(0, 1) : past);
    const isRemoved = index === 5 && start + 4 * day < now;
    const added = isLate ? start + 30 * hour : start - 12 * hour;
    if (added < now) plan.member(issue, id, added, isRemoved ? start + 4 * day : null);
  }
}

/** Six closed sprints of two weeks, one that runs, one whose members have no dates, and older work that is stuck. */
export function workOf(now: number): Entities {
  const plan = new Plan();
  const today = Math.floor(now / day) * day;
  const starts = [0, 1, 2, 3, 4, 5, 6].map((index) => today - 7 * day - (6 - index) * 14 * day + 9 * hour);
  const sprints = starts.map((start, index) => {
    const isClosed = start + 14 * day < now;
    fillSprint(plan, { id: `sprint-${index + 1}`, start, now });
    return { id: `sprint-${index + 1}`, name: `Sprint ${index + 1}`, start, isClosed };
  });
  // In the sprint today although their history says that they left it before it began: since when is not known.
  for (let index = 0; index < 4; index += 1) {
    const issue = plan.issue(today - 50 * day, []);
    issue.sprintIds = ["sprint-undated"];
    plan.member(issue, "sprint-undated", today - 40 * day, today - 39 * day);
  }
  for (let index = 0; index < 6; index += 1)
    plan.issue(today - (120 - 10 * index) * day, [[index % 2 ? "review" : "doing", 24 * (20 + 9 * index)]]);
  const dates = (start: number) => ({ startsAt: at(start), endsAt: at(start + 14 * day), startedAt: at(start) });
  const ofBoard = { boardId: "board-pay", projectId: "project-pay", integrationId };
  return {
    ...plan.rows,
    project: [{ id: "project-pay", name: "Payments platform", integrationId }],
    board: [{ id: "board-pay", name: "Payments board", integrationId }],
    account: people.map((name, index) => ({ id: `account-${index}`, name, integrationId })),
    sprint: [
      ...sprints.map(({ id, name, start, isClosed }) => ({
        ...ofBoard,
        ...dates(start),
        id,
        name,
        stateCategory: isClosed ? ("closed" as const) : ("active" as const),
        completedAt: isClosed ? at(start + 14 * day) : null,
      })),
      {
        ...ofBoard,
        ...dates(today - 30 * day),
        id: "sprint-undated",
        name: "Imported sprint",
        completedAt: at(today - 16 * day),
      },
    ],
  };
}

/** Categories as people rank them in the profile; what has none of the labels matches nothing. */
const categories = [
  { name: "New capability", filter: ["has", "labels", ["growth"]] },
  { name: "Platform", filter: ["has", "labels", ["platform"]] },
  { name: "Keep the lights on", filter: ["has", "labels", ["keep-running"]] },
];

/** A paused integration of a project, with months of planned work behind it, past any connector. */
export async function seedWork({ context }: House, url: string): Promise<void> {
  const { workspace, warehouse, facts } = context;
  const integration = await createIntegration(workspace, systemActor, {
    connector: "github",
    name: integrationId,
    description: null,
    tags: [],
    config: { url },
    secrets: { token: "none" },
    backfillSince: null,
    everySeconds: 86_400,
    selection: everything,
  });
  await setLifecycle(workspace, systemActor, { id: integration.id, lifecycle: "paused" });
  await createProject(workspace, systemActor, { key: "payments", name: "Payments" });
  await mapIntegrations(workspace, systemActor, { key: "payments", integrations: [integration.id] });
  await context.publish();
  await workspace.db
    .updateTable("profile")
    .set({ settings: JSON.stringify({ ...defaultProfile, "investment.categories": categories }) })
    .execute();
  await context.publish();
  await insertEntities(warehouse, workOf(Date.now()));
  await facts.refresh();
}
