import type { PullRequest, Repository } from "../organisation/index.ts";
import { hookEvent, type HookEvent, type ServiceHooks } from "./hooks.ts";
import { categoriesOf } from "./processes.ts";
import { fieldsOf } from "./routes-boards.ts";
import type { Json } from "./wire.ts";
import { revise } from "./work-items.ts";
import type { Snapshot, WorkItem } from "./model.ts";
import { findProject, repositoryId, requestNumber, sprintsOf, type Project, type World } from "./model.ts";

export type AzureEdits = ReturnType<typeof createEdits>;

/** Changes the world as users of Azure DevOps would; each returns the service hook's event that it causes. */
export function createEdits(world: World, hooks: ServiceHooks) {
  const itemOf = (id: number): WorkItem => world.items.get(id) ?? gone(`work item ${id}`);
  const send = (event: HookEvent): HookEvent => {
    hooks.publish(event);
    return event;
  };

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
    const { project, at } = item.revisions.at(-1)!;
    const fields = fieldsOf(item, rev, { withReferences: false, withLongTexts: false });
    return send(hookEvent(name, { id: item.id, workItemId: item.id, rev, revision: { id: item.id, rev, fields } }, project, at));
  }

  return {
    createWorkItem(projectName: string, { title = "Something new", type }: { title?: string; type?: string } = {}): HookEvent {
      const project = projectNamed(world, projectName);
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
      const project = projectNamed(world, to);
      const { type } = itemOf(id).revisions.at(-1)!;
      const known = type in project.process.states ? type : (categoriesOf(project.process)[2]!.workItemTypes[0]?.name ?? type);
      const state = project.process.states[known]![0]![0];
      return change(id, "workitem.updated", { project, type: known, state, iteration: null, area: project.areas[0]!.id });
    },
    /** Every revision shows the new name, since places are kept by number. */
    renameArea(projectName: string, from: string, to: string): void {
      for (const area of projectNamed(world, projectName).areas) if (area.name === from) area.name = to;
    },
    commentRequest: (name: string, number: number, body = "A remark.") =>
      editRequest(name, number, "ms.vss-code.git-pullrequest-comment-event", (request, at) =>
        request.comments.push({ id: newId(), author: request.author, body, createdAt: at, updatedAt: at }),
      ),
    vote: (name: string, number: number, vote: 10 | -5) =>
      editRequest(name, number, "git.pullrequest.updated", (request, at) => {
        const verdict = vote === 10 ? ("APPROVED" as const) : ("CHANGES_REQUESTED" as const);
        const sha = request.commits.at(-1)!.sha;
        request.reviews.push({
          id: newId(),
          author: reviewerFor(request),
          state: verdict,
          verdict,
          body: "",
          submittedAt: at,
          sha,
          comments: [],
        });
      }),
    abandon: (name: string, number: number) =>
      editRequest(name, number, "git.pullrequest.updated", (request, at) => {
        Object.assign(request, { state: "closed", closedAt: at });
        request.events.push({ id: newId(), kind: "closed", at, actor: request.author });
      }),
    complete: (name: string, number: number) =>
      editRequest(name, number, "git.pullrequest.merged", (request, at) => {
        Object.assign(request, {
          state: "merged",
          closedAt: at,
          mergedAt: at,
          mergedBy: request.author,
          mergeSha: request.commits.at(-1)!.sha,
        });
        request.events.push({ id: newId(), kind: "merged", at, actor: request.author });
      }),
    /** Ends a run that is under way, or the last one again. */
    finishRun(name: string, conclusion: "success" | "failure" = "success"): HookEvent {
      const { project, repository } = repositoryNamed(world, name);
      const history = repository.history();
      const run =
        history.runs.find(({ attempts }) => attempts.at(-1)!.status !== "completed") ?? history.runs.at(-1) ?? gone("a run");
      const at = world.now();
      run.attempts[run.attempts.length - 1] = { ...run.attempts.at(-1)!, status: "completed", conclusion, updatedAt: at };
      history.version++;
      return send(hookEvent("build.complete", { id: run.id, status: conclusion }, project, at));
    },
  };

  function editRequest(
    name: string,
    number: number,
    event: string,
    how: (request: PullRequest, at: number) => unknown,
  ): HookEvent {
    const { project, repository } = repositoryNamed(world, name);
    const history = repository.history();
    const request =
      history.pullRequests.find((one) => requestNumber(project, repository, one) === number) ?? gone(`request ${number}`);
    const at = world.now();
    how(request, at);
    request.updatedAt = at;
    history.version++;
    const where = { id: repositoryId(repository), name: repository.name, project: { id: project.id, name: project.name } };
    const about: Json = { pullRequestId: number, repository: where };
    return send(hookEvent(event, event.endsWith("comment-event") ? { comment: {}, pullRequest: about } : about, project, at));
  }
}

let counter = 9_000_000_000;
const newId = (): number => counter++;

const reviewerFor = (request: PullRequest) => request.requestedReviewers[0] ?? request.reviews[0]?.author ?? request.author;

function gone(what: string): never {
  throw new RangeError(`there is no ${what}`);
}

const projectNamed = (world: World, name: string): Project => findProject(world, name) ?? gone(`project ${name}`);

function repositoryNamed({ projects }: World, name: string): { project: Project; repository: Repository } {
  for (const project of projects)
    for (const repository of project.repositories) if (repository.name === name) return { project, repository };
  return gone(`repository ${name}`);
}
