import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Flavour, JiraState, Json, SimulatedIssue } from "./state.ts";

type Row = Json & { id?: unknown; key?: unknown; name?: unknown };

/** A folder of recorded payloads, whatever its files are called: what a list holds tells what it is. See README.md. */
export async function loadRecording(
  folder: string,
  { flavour, zone, now }: { flavour: Flavour | null; zone: string; now: () => number },
): Promise<JiraState> {
  const found = new Found();
  for (const name of (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".json")).toSorted())
    found.take(JSON.parse(await readFile(join(folder, name), "utf8")) as unknown, name);
  if (found.issues.size === 0) throw new Error(`${folder} holds no issues`);
  let last = 990_000_000;
  return {
    flavour: flavour ?? found.flavour(),
    zone,
    organisation: "recording",
    now,
    issues: found.issues,
    projects: found.projectList(),
    boards: [...found.boards.values()],
    sprints: found.sprints,
    configurations: found.configurations,
    versions: [...found.versions.values()],
    fields: found.fieldList(),
    statuses: found.statusList(),
    users: [...found.users.values()],
    me: { accountId: "recording", displayName: "Recording", active: true },
    filters: new Map(
      [...found.configurations].map(([id, { filter }]) => [String((filter as Row | undefined)?.id ?? id), found.filterOf(id)]),
    ),
    truth: null,
    nextId: () => ++last,
  };
}

const time = (value: unknown): number => Date.parse(String(value).replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));

/** Sorts what stands in the files. */
class Found {
  readonly issues = new Map<string, SimulatedIssue>();
  readonly fields = new Map<string, Row>();
  readonly statuses = new Map<string, Row>();
  readonly projects = new Map<string, Row>();
  readonly boards = new Map<string, Row>();
  readonly versions = new Map<string, Row>();
  readonly users = new Map<string, Row>();
  readonly sprints = new Map<string, Row[]>();
  readonly configurations = new Map<string, Row>();
  /** Names of fields that a search told beside its issues, or that history mentions. */
  readonly #named = new Map<string, string>();
  #deployment: string | null = null;

  take(value: unknown, file: string): void {
    if (Array.isArray(value)) return value.forEach((each) => this.#row(each as Row, file));
    if (typeof value !== "object" || value === null) return;
    const given = value as Json;
    if (typeof given.deploymentType === "string") this.#deployment = given.deploymentType;
    for (const [id, name] of Object.entries((given.names ?? {}) as Json)) this.#named.set(id, String(name));
    const lists = [given.issues, given.values, given.issueChangeLogs, given.histories].filter(Array.isArray);
    if (lists.length === 0 || given.fields !== undefined) return this.#row(given, file);
    for (const list of lists) for (const each of list as Row[]) this.#row(each, file);
  }

  flavour = (): Flavour => {
    const { users, issues } = this;
    if (this.#deployment !== null) return this.#deployment.toLowerCase() === "cloud" ? "cloud" : "server";
    const people = [
      ...users.values(),
      ...[...issues.values()].flatMap(({ fields }) => [fields.reporter, fields.creator, fields.assignee]),
    ];
    return people.some((person) => typeof (person as Row | null | undefined)?.accountId === "string") ? "cloud" : "server";
  };

  #row(row: Row, file: string) {
    if (typeof row !== "object" || row === null) return;
    const id = String(row.id);
    if (row.fields !== undefined && row.key !== undefined) this.#issue(row);
    else if (row.issueId !== undefined && Array.isArray(row.changeHistories))
      this.#histories(String(row.issueId), row.changeHistories as Json[]);
    else if (Array.isArray(row.items) && row.created !== undefined)
      this.#histories(/([A-Z][A-Z0-9]*-\d+|\d{3,})/.exec(file)?.[1] ?? "", [row]);
    else if (row.statusCategory !== undefined) this.statuses.set(id, row);
    else if (
      row.columnConfig !== undefined ||
      row.estimation !== undefined ||
      (row.filter !== undefined && row.type !== undefined)
    )
      this.configurations.set(id, row);
    else if (row.originBoardId !== undefined || (row.state !== undefined && row.startDate !== undefined)) this.#sprint(row, file);
    else if (row.type !== undefined && row.name !== undefined && /board/i.test(`${file}${String(row.self)}`))
      this.boards.set(id, row);
    else if (row.accountId !== undefined || row.displayName !== undefined)
      this.users.set(String(row.accountId ?? row.key ?? row.name), row);
    else if (row.projectId !== undefined && row.released !== undefined) this.versions.set(id, row);
    else if (row.projectTypeKey !== undefined || /project/i.test(file)) this.projects.set(id, row);
    else if (row.schema !== undefined || /field/i.test(file)) this.fields.set(id, row);
  }

  #issue(row: Row) {
    const fields = row.fields as Json;
    const { histories = [] } = (row.changelog ?? {}) as { histories?: Json[] };
    const id = String(row.id);
    const known = this.issues.get(id);
    const merged = new Map([...(known?.histories ?? []), ...histories].map((entry) => [String(entry.id), entry]));
    this.issues.set(id, {
      id,
      key: String(row.key),
      previousKeys: previousKeys([...merged.values()]),
      fields: { ...known?.fields, ...fields },
      histories: inOrder([...merged.values()]),
      createdAt: time(fields.created ?? known?.fields.created),
      updatedAt: time(fields.updated ?? fields.created ?? known?.fields.updated),
      hidesHistory: false,
      stale: null,
    });
  }

  #histories(name: string, entries: readonly Json[]) {
    const issue = this.issues.get(name) ?? [...this.issues.values()].find(({ key }) => key === name);
    if (!issue) return void this.issues.set(name, { ...blank, id: name, histories: inOrder(entries) });
    const merged = new Map([...issue.histories, ...entries].map((entry) => [String(entry.id), entry]));
    this.issues.set(issue.id, { ...issue, histories: inOrder([...merged.values()]) });
  }

  #sprint(row: Row, file: string) {
    const board = String(row.originBoardId ?? /\d+/.exec(file)?.[0] ?? "1");
    const list = this.sprints.get(board) ?? [];
    if (!list.some(({ id }) => id === row.id)) this.sprints.set(board, [...list, row]);
  }

  /** Projects, statuses and filters that no file lists are those the issues speak of. */
  projectList(): Row[] {
    for (const { fields } of this.issues.values()) {
      const project = fields.project as Row | undefined;
      if (project && !this.projects.has(String(project.id))) this.projects.set(String(project.id), project);
    }
    return [...this.projects.values()];
  }

  /** Fields that no file lists, from names beside a search and from history; Jira's own kinds are known by their names. */
  fieldList(): Row[] {
    for (const { histories } of this.issues.values())
      for (const { field, fieldId } of histories.flatMap(({ items }) => items as Json[]))
        if (typeof fieldId === "string" && !this.#named.has(fieldId)) this.#named.set(fieldId, String(field));
    const kinds: Record<string, Json> = {
      Sprint: { type: "array", custom: "com.pyxis.greenhopper.jira:gh-sprint" },
      "Epic Link": { type: "any", custom: "com.pyxis.greenhopper.jira:gh-epic-link" },
      "Story Points": { type: "number", custom: "com.atlassian.jira.plugin.system.customfieldtypes:float" },
      "Story point estimate": { type: "number", custom: "com.pyxis.greenhopper.jira:jsw-story-points" },
    };
    for (const [id, name] of this.#named)
      if (id.startsWith("customfield_") && !this.fields.has(id))
        this.fields.set(id, { id, name, custom: true, schema: kinds[name] });
    return [...this.fields.values()];
  }

  statusList(): Row[] {
    for (const { fields } of this.issues.values()) {
      const status = fields.status as Row | undefined;
      if (status && !this.statuses.has(String(status.id))) this.statuses.set(String(status.id), status);
    }
    return [...this.statuses.values()];
  }

  filterOf(board: string): string {
    const location = this.boards.get(board)?.location as Row | undefined;
    const ids = location?.projectId === undefined ? this.projectList().map(({ id }) => String(id)) : [String(location.projectId)];
    return `project in (${ids.join(", ")})`;
  }
}

const blank: Omit<SimulatedIssue, "id" | "histories"> = {
  key: "",
  previousKeys: [],
  fields: {},
  createdAt: 0,
  updatedAt: 0,
  hidesHistory: false,
  stale: null,
};

/** Bulk answers speak of milliseconds; what is served elsewhere is text. */
const inOrder = (entries: readonly Json[]): Json[] =>
  entries
    .map((entry) =>
      typeof entry.created === "number"
        ? { ...entry, created: new Date(entry.created).toISOString().replace("Z", "+0000") }
        : entry,
    )
    .toSorted((a, b) => time(a.created) - time(b.created) || Number(a.id) - Number(b.id));

const previousKeys = (entries: readonly Json[]): string[] =>
  entries.flatMap(({ items }) =>
    (items as Json[]).filter(({ field }) => field === "Key").map(({ fromString }) => String(fromString)),
  );
