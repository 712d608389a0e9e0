import { gone, type Editing } from "./editor.ts";
import type { HookEvent } from "./hooks.ts";
import { sprintsOf, type LinkChange, type Snapshot, type WorkItem } from "./model.ts";
import { categoriesOf } from "./processes.ts";
import { fieldsOf } from "./routes-boards.ts";
import { revise } from "./work-items.ts";

/** Work items and the links between them. */
export function itemEdits(editing: Editing) {
  const { world } = editing;
  const itemOf = (id: number): WorkItem => world.items.get(id) ?? gone(`work item ${id}`);

  /** Two edits within one second are a second apart, as revisions of one work item always are. */
  function change(id: number, name: string, what: Partial<Snapshot>): HookEvent {
    const item = itemOf(id);
    const last = item.revisions.at(-1)!;
    const at = Math.max(world.now(), last.at + 1);
    revise(item, { at, by: last.by, ...what }, at);
    return announce(item, name);
  }

  function announce(item: WorkItem, name: string): HookEvent {
    const rev = item.revisions.length;
    world.feed.push({ item, rev });
    const fields = fieldsOf(item, rev, { withReferences: false, withLongTexts: false });
    const resource = { id: item.id, workItemId: item.id, rev, revision: { id: item.id, rev, fields } };
    return editing.send(name, resource, item.revisions.at(-1)!.project);
  }

  /** A link is a revision of the work item that it begins at. */
  function link(source: number, target: number, how: Pick<LinkChange, "operation" | "type">): HookEvent {
    const { by } = itemOf(source).revisions.at(-1)!;
    const told = change(source, "workitem.updated", {});
    world.links.push({ source, target, at: itemOf(source).revisions.at(-1)!.at, by, ...how });
    return told;
  }

  return {
    createWorkItem(projectName: string, { title = "Something new", type }: { title?: string; type?: string } = {}): HookEvent {
      const project = editing.project(projectName);
      const like = [...world.items.values()].find(({ revisions }) => revisions[0]!.project === project) ?? gone("a work item");
      const id = Math.max(...world.items.keys()) + 1;
      const wanted = type ?? project.process.requirement;
      const state = project.process.states[wanted]![0]![0];
      const first = { ...like.revisions[0]!, at: world.now(), type: wanted, title, state, parent: null };
      const item: WorkItem = { id, createdBy: first.by, revisions: [first] };
      world.items.set(id, item);
      return announce(item, "workitem.created");
    },
    setState: (id: number, state: string, reason = `Moved to state ${state}`) =>
      change(id, "workitem.updated", { state, reason }),
    setTitle: (id: number, title: string) => change(id, "workitem.updated", { title }),
    setPoints: (id: number, points: unknown) => change(id, "workitem.updated", { points }),
    /** Into the sprint of that number, or back to the backlog. */
    setSprint: (id: number, sprint: number | null) => {
      const { project } = itemOf(id).revisions.at(-1)!;
      return change(id, "workitem.updated", { iteration: sprint === null ? null : (sprintsOf(project)[sprint] ?? null) });
    },
    comment: (id: number, text = "A remark.") => change(id, "workitem.commented", { comment: text }),
    deleteWorkItem: (id: number) => change(id, "workitem.deleted", { isDeleted: true }),
    restoreWorkItem: (id: number) => change(id, "workitem.restored", { isDeleted: false }),
    moveWorkItem: (id: number, to: string) => {
      const project = editing.project(to);
      const { type } = itemOf(id).revisions.at(-1)!;
      const known = type in project.process.states ? type : (categoriesOf(project.process)[2]!.workItemTypes[0]?.name ?? type);
      const state = project.process.states[known]![0]![0];
      return change(id, "workitem.updated", { project, type: known, state, iteration: null, area: project.areas[0]!.id });
    },
    relate: (source: number, target: number) => link(source, target, { operation: "create", type: "Related" }),
    unrelate: (source: number, target: number) => link(source, target, { operation: "remove", type: "Related" }),
    /** Every revision shows the new name, since places are kept by number. */
    renameArea(projectName: string, from: string, to: string): void {
      for (const area of editing.project(projectName).areas) if (area.name === from) area.name = to;
    },
  };
}
