/** https://learn.microsoft.com/en-us/azure/devops/boards/work-items/workflow-and-state-categories */
export type StateCategory = "Proposed" | "InProgress" | "Resolved" | "Completed" | "Removed";
type States = readonly (readonly [name: string, category: StateCategory])[];

export interface Process {
  readonly name: string;
  /** Type of the level on which teams plan. */
  readonly requirement: string;
  readonly pointsField: string;
  readonly states: Readonly<Record<string, States>>;
  /** States that work goes through, in order. */
  readonly path: readonly string[];
  /** A state that work was once in and that the process no longer has. */
  readonly formerState: string | null;
}

const portfolio: States = [
  ["New", "Proposed"],
  ["Active", "InProgress"],
  ["Resolved", "Resolved"],
  ["Closed", "Completed"],
  ["Removed", "Removed"],
];
const task: States = [
  ["To Do", "Proposed"],
  ["In Progress", "InProgress"],
  ["Done", "Completed"],
  ["Removed", "Removed"],
];

const scrum: States = [
  ["New", "Proposed"],
  ["Approved", "Proposed"],
  ["Committed", "InProgress"],
  ["Done", "Completed"],
  ["Removed", "Removed"],
];
const cmmi: States = [
  ["Proposed", "Proposed"],
  ["Active", "InProgress"],
  ["Resolved", "Resolved"],
  ["Closed", "Completed"],
];
const basic: States = [
  ["To Do", "Proposed"],
  ["Doing", "InProgress"],
  ["Done", "Completed"],
];

const agile: Process = {
  name: "Agile",
  requirement: "User Story",
  pointsField: "Microsoft.VSTS.Scheduling.StoryPoints",
  states: { Epic: portfolio, Feature: portfolio, "User Story": portfolio, Bug: portfolio.slice(0, 4), Task: portfolio },
  path: ["New", "Active", "Resolved", "Closed"],
  formerState: null,
};

/** The processes that Azure ships, and one that was made from Agile. */
export const processes: readonly Process[] = [
  agile,
  {
    name: "Scrum",
    requirement: "Product Backlog Item",
    pointsField: "Microsoft.VSTS.Scheduling.Effort",
    states: { Epic: scrum, Feature: scrum, "Product Backlog Item": scrum, Bug: scrum, Task: task },
    path: ["New", "Approved", "Committed", "Done"],
    formerState: null,
  },
  {
    ...agile,
    name: "Acme Agile",
    states: Object.fromEntries(
      Object.entries(agile.states).map(([type, states]) => [
        type,
        [states[0]!, ["In Review", "InProgress"] as const, ["Waiting for Customer", "InProgress"] as const, ...states.slice(1)],
      ]),
    ),
    path: ["New", "Active", "In Review", "Closed"],
    formerState: "Triaged",
  },
  {
    name: "CMMI",
    requirement: "Requirement",
    pointsField: "Microsoft.VSTS.Scheduling.Size",
    states: { Epic: cmmi, Feature: cmmi, Requirement: cmmi, Bug: cmmi, Task: cmmi },
    path: ["Proposed", "Active", "Resolved", "Closed"],
    formerState: null,
  },
  {
    name: "Basic",
    requirement: "Issue",
    pointsField: "Microsoft.VSTS.Scheduling.Effort",
    states: { Epic: basic, Issue: basic, Task: basic },
    path: ["To Do", "Doing", "Done"],
    formerState: null,
  },
];

const levelOf = (type: string, { requirement }: Process): string =>
  type === requirement ? "Requirement" : ["Epic", "Feature", "Bug", "Task"].includes(type) ? type : "Other";

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-item-type-categories/list */
export const categoriesOf = (process: Process) => [
  ...["Epic", "Feature", "Requirement", "Bug", "Task"].map((level) => ({
    name: `${level} Category`,
    referenceName: `Microsoft.${level}Category`,
    workItemTypes: Object.keys(process.states)
      .filter((type) => levelOf(type, process) === level)
      .map((name) => ({ name })),
  })),
  {
    name: "Hidden Types Category",
    referenceName: "Microsoft.HiddenCategory",
    workItemTypes: [{ name: process.requirement }, { name: "Shared Steps" }],
  },
];

/** What a state means in a process today; undefined for one that it no longer has. */
export const categoryOf = (process: Process, type: string, state: string): StateCategory | undefined =>
  process.states[type]?.find(([name]) => name === state)?.[1];
