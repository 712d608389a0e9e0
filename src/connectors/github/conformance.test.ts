import { createHmac, randomUUID } from "node:crypto";

import { conformance, type Truth, type Vendor, type VendorStart } from "../../conformance/conformance.ts";
import type { WebhookDelivery } from "../../ingest/connector.ts";
import type { GithubSimulator } from "../../simulators/index.ts";
import { github } from "./connector.ts";

const SECRET = "conformance-webhook-secret";
const OTHER_TOKEN = "ghp_conformance000000000000000000000000";
const DOES_NOT_EXIST = "GitHub never does that to a reader";

interface SimulatedEvent {
  readonly name: string;
  readonly payload: unknown;
}

const signed = (name: string, payload: unknown): WebhookDelivery => {
  const body = Buffer.from(JSON.stringify(payload));
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-github-event": name,
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": `sha256=${signature}`,
  };
  return { headers, query: {}, body };
};

/** Edits as users make them, each on a random repository of those that are read. */
function editor(simulator: GithubSimulator, repositories: readonly string[]) {
  const { edit, state } = simulator;
  const pick = <T>(list: readonly T[], random: () => number): T | undefined => list[Math.floor(random() * list.length)];
  return (random: () => number): [string, SimulatedEvent | null] => {
    const name = pick(repositories, random)!;
    const history = state.repositories.find((each) => `${each.owner.login}/${each.name}` === name)!.history();
    const request = pick(history.pullRequests, random);
    const open = pick(
      history.pullRequests.filter(({ state: now }) => now === "open"),
      random,
    );
    const closed = pick(
      history.pullRequests.filter(({ state: now, mergedAt }) => now === "closed" && mergedAt === null),
      random,
    );
    const issue = pick(
      history.issues.filter(({ state: now }) => now === "open"),
      random,
    );
    const edits: [string, (() => SimulatedEvent) | null][] = [
      [
        `title of ${name}#${request?.number}`,
        request ? () => edit.updatePullRequest(name, request.number, { title: `T${random()}` }) : null,
      ],
      [`remark on ${name}#${request?.number}`, request ? () => edit.addComment(name, request.number) : null],
      [`review of ${name}#${open?.number}`, open ? () => edit.addReview(name, open.number) : null],
      [`new request in ${name}`, () => edit.openPullRequest(name)],
      [`push to ${name}#${open?.number}`, open ? () => edit.push(name, { number: open.number, force: random() < 0.3 }) : null],
      [`merge of ${name}#${open?.number}`, open ? () => edit.merge(name, open.number) : null],
      [`close of ${name}#${open?.number}`, open ? () => edit.close(name, open.number) : null],
      [`reopening of ${name}#${closed?.number}`, closed ? () => edit.reopen(name, closed.number) : null],
      [`new issue in ${name}`, () => edit.openIssue(name)],
      [`end of issue ${name}#${issue?.number}`, issue ? () => edit.closeIssue(name, issue.number) : null],
      [`deletion of issue ${name}#${issue?.number}`, issue && random() < 0.3 ? () => edit.deleteIssue(name, issue.number) : null],
      [`push to ${name}`, () => edit.push(name)],
    ];
    const possible = edits.filter(([, make]) => make !== null);
    const [text, make] = pick(possible, random)!;
    return [text, make!()];
  };
}

/** Requests and issues as the simulator keeps them. */
function truthOf({ state }: GithubSimulator, repositories: readonly string[]): Truth[] {
  return state.repositories
    .filter(({ owner, name }) => repositories.includes(`${owner.login}/${name}`))
    .flatMap((repository): Truth[] => {
      const { pullRequests, issues } = repository.history();
      return [
        ...pullRequests.map(({ number, title, state: now, mergedAt }) => ({
          table: "pull_request" as const,
          nativeKey: `${repository.id}/${number}`,
          columns: { number, title, stateCategory: mergedAt === null ? now : "merged", deletedAt: null },
        })),
        ...issues.map(({ id, title, closedAt }) => ({
          table: "issue" as const,
          nativeKey: String(id),
          columns: {
            title,
            closedAt: closedAt === null ? null : new Date(closedAt * 1000).toISOString().replace(".000", ""),
            deletedAt: null,
          },
        })),
      ];
    });
}

const start =
  (configOf: (simulator: GithubSimulator, token: string) => Vendor["config"]): VendorStart["start"] =>
  async ({ seed, now }) => {
    const { startGithubSimulator } = await import("../../simulators/index.ts");
    const simulator = await startGithubSimulator({ seed, now, size: "tiny" });
    const { faults, credentials } = simulator;
    credentials.issue({
      kind: "classic",
      token: OTHER_TOKEN,
      scopes: ["repo", "read:org", "read:user", "user:email", "read:project"],
      expiresAt: null,
      mayReadActions: true,
    });
    const repositories = simulator.state.repositories.slice(0, 2).map(({ owner, name }) => `${owner.login}/${name}`);
    const random = editor(simulator, repositories);
    let waiting: WebhookDelivery[] = [];
    const on = (name: string) => (how: object) => faults.set(name, { seconds: 0.05, ...how });
    return {
      host: new URL(simulator.url).host,
      config: configOf(simulator, simulator.token),
      otherConfig: configOf(simulator, OTHER_TOKEN),
      scopes: repositories,
      calls: () => simulator.calls().rest + simulator.calls().graphql,
      faults: {
        bad_gateway: on("bad_gateway"),
        timeout: on("timeout"),
        truncated: on("truncated"),
        reset: on("reset"),
        limited: on("secondary_limit"),
        html: on("html"),
        partial: on("partial"),
        duplicate_page: on("duplicate_page"),
        loop_page: on("loop_page"),
        missing_field: on("missing_field"),
        wrong_type: on("wrong_type"),
        weird_text: on("weird_text"),
      },
      withoutFaults: { limited: DOES_NOT_EXIST },
      calm: () => faults.clear(),
      revoke: () => credentials.revoke(simulator.token),
      edit(chance) {
        const [text, event] = random(chance);
        if (event) waiting.push(signed(event.name, event.payload));
        return text;
      },
      advance: (seconds) => simulator.advance(seconds),
      deliveries: () => waiting.splice(0),
      webhookSecret: SECRET,
      strangeDelivery: signed("secret_scanning_alert", { action: "created", alert: { number: 1 } }),
      truth: () => truthOf(simulator, repositories),
      stop: () => simulator.stop(),
    };
  };

conformance(github, [
  { flavour: "by token", start: start(({ url, organisation }, token) => ({ url, token, owner: organisation })) },
]);
