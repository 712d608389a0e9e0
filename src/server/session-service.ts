import { timingSafeEqual } from "node:crypto";

import { useToken } from "../workspace/api-tokens.ts";
import type { Workspace } from "../workspace/open.ts";
import { hashToken } from "../workspace/secret-box.ts";
import { closeSession, makeSignInLink, openSession, SESSION_SECONDS, userOfSession } from "../workspace/sessions.ts";
import type { User } from "../workspace/users.ts";
import { permissionsOf, type Actor } from "./access.ts";
import { version } from "./version.ts";
import { linkUsedUp } from "./problems.ts";
import type { Services } from "./services.ts";

const asActor = ({ id, name, role }: User): Actor => ({ kind: "user", id, name, role });

/** The command line on this machine: whoever can read the data folder owns it anyway. */
const localActor: Actor = { kind: "cli", id: "cli", name: "Command line", role: "owner" };
export const systemActor: Actor = { kind: "system", id: "leadline", name: "Leadline", role: "owner" };

export interface SessionOptions {
  readonly isDemo: boolean;
  /** The token of the data folder's owner; null when the server is asked only in process. */
  readonly localToken: string | null;
}

export function sessionService(workspace: Workspace, { isDemo, localToken }: SessionOptions): Services["sessions"] {
  const localHash = localToken === null ? null : Buffer.from(hashToken(localToken));
  const visitor: Actor = { kind: "user", id: "owner", name: "Demo visitor", role: "owner" };
  return {
    describe: ({ id, name, role }) => ({ user: { id, name, role }, permissions: [...permissionsOf(role)], isDemo, version }),
    async open(key) {
      const opened = await openSession(workspace, key);
      if (!opened) throw linkUsedUp();
      return { actor: asActor(opened.user), cookie: opened.cookie, maxAgeSeconds: SESSION_SECONDS };
    },
    link: async () => ({ path: `/start?key=${await makeSignInLink(workspace)}` }),
    close: (cookie) => closeSession(workspace, cookie),
    async bySession(cookie) {
      const user = await userOfSession(workspace, cookie);
      return user && asActor(user);
    },
    async byToken(token) {
      if (localHash && timingSafeEqual(Buffer.from(hashToken(token)), localHash)) return localActor;
      const known = await useToken(workspace, token);
      return known && { kind: "token", id: known.id, name: known.name, role: known.role };
    },
    demoVisitor: () => (isDemo ? visitor : null),
  };
}
