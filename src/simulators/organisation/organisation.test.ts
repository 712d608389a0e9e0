import { describe, expect, test } from "vitest";

import { createOrganisation, type History, type TruthPullRequest } from "./index.ts";

const now = Date.parse("2026-06-15T12:00:00Z") / 1000;
const YEAR = 31_536_000;

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const demo = createOrganisation({ now, size: "demo" });
const truth = demo.truth.all();
const requests = truth.flatMap((entry) => entry.pullRequests);
const deployments = truth.flatMap((entry) => entry.deployments);

describe("determinism", () => {
  const facts = (seed: number) => {
    const made = createOrganisation({ now, size: "tiny", seed });
    return JSON.stringify([
      made.truth.all(),
      made.repositories.map((entry) => entry.history().landed.map((commit) => commit.sha)),
    ]);
  };

  test("the same seed and end give the same organisation, another seed another one", () => {
    expect(facts(7)).toBe(facts(7));
    expect(facts(7)).not.toBe(facts(8));
  });

  test("a repository does not depend on which other was opened first", () => {
    const made = createOrganisation({ now, size: "tiny", seed: 3 });
    const last = made.repositories
      .at(-1)!
      .history()
      .pullRequests.map((entry) => entry.title);
    const again = createOrganisation({ now, size: "tiny", seed: 3 });
    again.truth.all();
    expect(
      again.repositories
        .at(-1)!
        .history()
        .pullRequests.map((entry) => entry.title),
    ).toEqual(last);
  });
});

describe("commit graphs", () => {
  const histories = demo.repositories.map((entry): [string, History] => [entry.name, entry.history()]);

  test.each(histories)("%s: every parent exists and the default branch reaches exactly what landed", (_, history) => {
    const reached = new Set([history.branches[0]!.sha]);
    for (const sha of reached) for (const parent of history.commits.get(sha)!.parents) reached.add(parent);
    for (const commit of history.commits.values())
      for (const parent of commit.parents) expect(history.commits.has(parent)).toBe(true);
    expect(new Set(history.landed.map((commit) => commit.sha))).toEqual(reached);
  });

  test.each(histories)("%s: a merged request has landed, an unmerged one has not", (_, history) => {
    const landed = new Set(history.landed.map((commit) => commit.sha));
    for (const request of history.pullRequests)
      expect(request.mergeSha !== null && landed.has(request.mergeSha)).toBe(request.state === "merged");
  });

  test.each(histories)("%s: requests and issues share one row of numbers, in order of creation", (_, history) => {
    const all = [...history.pullRequests, ...history.issues].sort((a, b) => a.number - b.number);
    expect(all.map((entry) => entry.number)).toEqual(all.map((__, index) => index + 1));
    expect(all.map((entry) => entry.createdAt)).toEqual(all.map((entry) => entry.createdAt).toSorted((a, b) => a - b));
  });

  test.each(histories)("%s: nothing has happened after now", (_, history) => {
    const times = [
      ...history.pullRequests.flatMap((entry) => [
        entry.createdAt,
        entry.mergedAt ?? 0,
        ...entry.events.map((event) => event.at),
        ...entry.reviews.map((review) => review.submittedAt),
      ]),
      ...history.landed.map((commit) => commit.committer.at),
      ...history.runs.flatMap((run) => run.attempts.map((attempt) => attempt.updatedAt)),
      ...history.deployments.flatMap((entry) => entry.statuses.map((status) => status.at)),
    ];
    expect(Math.max(...times)).toBeLessThanOrEqual(now + 5);
  });
});

describe("planted answers", () => {
  test("every phase, ending and kind of change occurs", () => {
    for (const phase of ["coding", "drafting", "pickup", "review", "mergeWait", "unreviewed", "cycle", "lead"] as const)
      expect(requests.filter((entry) => (entry[phase] ?? 0) > 0).length).toBeGreaterThan(50);
    expect(new Set(requests.map((entry) => entry.state))).toEqual(new Set(["open", "closed", "merged"]));
    expect(new Set(requests.map((entry) => entry.kind))).toEqual(
      new Set(["feature", "bug", "chore", "dependency", "agent", "outside", "hotfix", "revert"]),
    );
    expect(new Set(deployments.map((entry) => entry.evidence))).toEqual(new Set(["rollback", "hotfix", "revert", null]));
    expect(deployments.some((entry) => !entry.isSuccess && entry.finishedAt !== null)).toBe(true);
  });

  test("a change ships at most once, and only after it was merged", () => {
    const shipped = deployments.flatMap((entry) => entry.ships.map((number) => `${entry.repository}#${number}`));
    expect(new Set(shipped).size).toBe(shipped.length);
    for (const entry of requests) if (entry.deployedAt !== null) expect(entry.deployedAt).toBeGreaterThan(entry.mergedAt!);
  });

  test("what ships is what the new head reaches and no earlier head did", () => {
    for (const { name, deployments: list } of truth) {
      const history = demo.repositories.find((entry) => `acme/${entry.name}` === name)!.history();
      const seen = new Set<string>();
      for (const deployment of list.filter((entry) => entry.isSuccess && entry.id !== null)) {
        const fresh = new Set<string>();
        const queue = [deployment.sha];
        for (let sha = queue.pop(); sha; sha = queue.pop()) {
          if (seen.has(sha)) continue;
          seen.add(sha);
          fresh.add(sha);
          queue.push(...history.commits.get(sha)!.parents);
        }
        const found = history.pullRequests
          .filter((request) => request.state === "merged" && fresh.has(request.mergeSha!))
          .map((request) => request.number);
        expect(found.toSorted((a, b) => a - b)).toEqual([...deployment.ships].sort((a, b) => a - b));
      }
    }
  });

  test("the first deployment of a repository never goes wrong: what it brings is before history", () => {
    for (const { deployments: list } of truth) expect(list.find((entry) => entry.isSuccess)?.evidence ?? null).toBeNull();
  });

  test("phases of a request add up to its cycle when none is missing", () => {
    const whole = requests.filter(
      (entry) => entry.state === "merged" && entry.coding !== null && entry.pickup !== null && entry.mergeWait !== null,
    );
    for (const entry of whole)
      expect(entry.coding! + entry.drafting! + entry.pickup! + entry.review! + entry.mergeWait!).toBe(entry.cycle);
    expect(whole.length).toBeGreaterThan(1000);
  });

  test("teams have stories: payments answers faster every year, data slower", () => {
    const pickups = (repositories: readonly string[], isWanted: (entry: TruthPullRequest) => boolean) =>
      median(
        requests
          .filter((entry) => repositories.includes(entry.repository) && isWanted(entry))
          .flatMap((entry) => entry.pickup ?? []),
      );
    const isOld = (entry: TruthPullRequest) => entry.openedAt < now - 1.5 * YEAR;
    const isNew = (entry: TruthPullRequest) => entry.openedAt > now - 0.5 * YEAR;
    const payments = ["acme/pay", "acme/ledger", "acme/checkout"];
    const data = ["acme/pipelines", "acme/warehouse-models", "acme/ml-serving"];
    expect(pickups(payments, isNew)).toBeLessThan(pickups(payments, isOld) / 2);
    expect(pickups(data, isNew)).toBeGreaterThan(pickups(data, isOld) * 1.5);
  });

  test("weekends are quiet", () => {
    const day = (at: number) => new Date(at * 1000).getUTCDay();
    const human = requests.filter((entry) => entry.isHumanAuthor);
    const weekend = human.filter((entry) => day(entry.openedAt) === 0 || day(entry.openedAt) === 6);
    expect(weekend.length / human.length).toBeLessThan(0.05);
  });
});

test("a large organisation starts without making its histories, forgets them in turn, and makes the same again", () => {
  const large = createOrganisation({ now, size: { repositories: 1000, pullRequestsPerRepository: 40 }, keptPullRequests: 200 });
  expect(large.repositories).toHaveLength(1000);
  const [first, ...others] = large.repositories;
  const before = first!.history();
  expect(first!.history()).toBe(before);
  for (const entry of others.slice(0, 10)) entry.history();
  const again = first!.history();
  expect(again).not.toBe(before);
  expect(again.landed.map((commit) => commit.sha)).toEqual(before.landed.map((commit) => commit.sha));
});

test("an edited history is never forgotten", () => {
  const large = createOrganisation({ now, size: { repositories: 10, pullRequestsPerRepository: 40 }, keptPullRequests: 50 });
  const edited = large.repositories[0]!.history();
  edited.version++;
  for (const entry of large.repositories) entry.history();
  expect(large.repositories[0]!.history()).toBe(edited);
});
