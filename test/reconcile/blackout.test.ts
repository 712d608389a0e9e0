import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { findRepository } from "../../src/simulators/github/state.ts";
import { type Acme, openAcme } from "./acme.ts";

/* Every webhook of a day is lost, and nobody looked meanwhile: what the next look and the nightly comparison bring back. */

const HOUR_SECONDS = 3600;

interface Thing {
  readonly number: number;
  readonly title: string;
  readonly isOpen: boolean;
  /** Made on that day. */
  readonly comments: number;
}

describe("a day whose webhooks are lost", { timeout: 120_000 }, () => {
  let acme: Acme;
  const deleted: number[] = [];
  /** Seconds of the vendor's clock. */
  let began = 0;
  const history = () => findRepository(acme.github.state, acme.repository)!.repository.history();

  beforeAll(async () => {
    acme = await openAcme({ streams: ["issues", "pull_requests"] });
    const { edit } = acme.github;
    for (let task = 0; task < 60; task++) edit.openIssue(acme.repository, { title: `Task ${task}` });
    expect(await acme.ingest()).toMatchObject({ fatal: null, totals: { failed: 0 } });
    began = acme.github.state.now();
    for (let hour = 0; hour < 24; hour++) oneHour(hour);
  }, 120_000);
  afterAll(() => acme.close());

  function oneHour(hour: number): void {
    const { edit } = acme.github;
    const { repository: name } = acme;
    acme.github.advance(HOUR_SECONDS);
    edit.openPullRequest(name, { title: `Opened at ${hour}` });
    edit.openIssue(name, { title: `Asked at ${hour}` });
    edit.updatePullRequest(name, history().pullRequests[hour % 7]!.number, { title: `Renamed at ${hour}` });
    const open = history().pullRequests.filter(({ state }) => state === "open");
    edit.addComment(name, open[0]!.number);
    if (hour % 3 === 2) edit.merge(name, open[1]!.number);
    const asked = history().issues.filter(({ state }) => state === "open");
    edit.closeIssue(name, asked[0]!.number);
    if (hour % 8 !== 0) return;
    deleted.push(asked[1]!.number);
    edit.deleteIssue(name, asked[1]!.number);
  }

  const stored = async (table: "pull_request" | "issue"): Promise<readonly Thing[]> => {
    const [whole, open] = table === "issue" ? ["project_id", "closed_at is null"] : ["repository_id", "state_category = 'open'"];
    const rows = await acme.rows<{ number: number; title: string; is_open: boolean; comments: number }>(
      `select t.number, t.title, ${open} as is_open,
              (select count(*) from ${table}_comment as c where c.${table}_id = t.id and c.deleted_at is null and c.created_at > $2) as comments
       from ${table} as t where t.deleted_at is null and t.${whole} like $1 order by t.number`,
      [`%:${findRepository(acme.github.state, acme.repository)!.repository.id}`, new Date(began * 1000).toISOString()],
    );
    return rows.map(({ number, title, is_open: isOpen, comments }) => ({ number, title, isOpen, comments: Number(comments) }));
  };

  type Known = { number: number; title: string; state: string; comments: readonly { createdAt: number }[] };
  const atGithub = (things: readonly Known[]): Thing[] =>
    things
      .map(({ number, title, state, comments }) => ({
        number,
        title,
        isOpen: state === "open",
        comments: comments.filter(({ createdAt }) => createdAt > began).length,
      }))
      .toSorted((a, b) => a.number - b.number);

  it("is whole again after the next look, but for what was deleted; that is gone after the second comparison", async () => {
    expect(await stored("pull_request")).not.toEqual(atGithub(history().pullRequests));
    // A comparison that comes first leaves to the look what is newer than the last one, and concludes nothing.
    expect(await acme.reconcile()).toMatchObject({ outcome: "succeeded", totals: { failed: 0, missing: 0, tombstoned: 0 } });
    expect(await acme.ingest()).toMatchObject({ outcome: "succeeded" });
    expect(await stored("pull_request")).toEqual(atGithub(history().pullRequests));
    const alive = (await stored("issue")).filter(({ number }) => !deleted.includes(number));
    expect(alive).toEqual(atGithub(history().issues));
    acme.github.advance(24 * HOUR_SECONDS);
    expect((await acme.reconcile()).totals).toMatchObject({ missing: 0, stale: 0, tombstoned: deleted.length });
    expect(await stored("issue")).toEqual(atGithub(history().issues));
  });
});
