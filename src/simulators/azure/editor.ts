import type { Repository } from "../organisation/index.ts";
import { Random } from "../organisation/random.ts";
import { hookEvent, type HookEvent, type ServiceHooks } from "./hooks.ts";
import { findProject, type Project, type World } from "./model.ts";
import type { Json } from "./wire.ts";

/** What all edits share: finding things, new numbers, telling service hooks. */
export interface Editing {
  readonly world: World;
  project(name: string): Project;
  repository(name: string): { project: Project; repository: Repository };
  newId(): number;
  newSha(): string;
  send(name: string, resource: Json, project: Project): HookEvent;
}

export function editingOf(world: World, hooks: ServiceHooks): Editing {
  const random = new Random("azure edits");
  let counter = 9_000_000_000;
  return {
    world,
    project: (name) => findProject(world, name) ?? gone(`project ${name}`),
    repository(name) {
      for (const project of world.projects)
        for (const repository of project.repositories) if (repository.name === name) return { project, repository };
      return gone(`repository ${name}`);
    },
    newId: () => counter++,
    newSha: () => random.hex(40),
    send(name, resource, project) {
      const event = hookEvent(name, resource, project, world.now());
      hooks.publish(event);
      return event;
    },
  };
}

export function gone(what: string): never {
  throw new RangeError(`there is no ${what}`);
}
