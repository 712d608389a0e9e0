import { createHmac, randomUUID } from "node:crypto";

import { conformance, type Truth, type Vendor, type VendorStart } from "../../conformance/conformance.ts";
import type { WebhookDelivery } from "../../ingest/connector.ts";
import { APP, newKey } from "../../simulators/github/auth.ts";
import { fullName } from "../../simulators/github/state.ts";
import type { GithubSimulator } from "../../simulators/index.ts";
import { github } from "./connector.ts";

const SECRET = "conformance-webhook-secret";
const OTHER_TOKEN = "ghp_conformance000000000000000000000000";
const NARROW_TOKEN = "github_pat_conformance0000000000000000000";

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
function editor(simulator: GithubSimulator, names: () => readonly string[]) {
  const { edit, state } = simulator;
  const pick = <T>(list: readonly T[], random: () => number): T | undefined => list[Math.floor(random() * list.length)];
  return (random: () => number): [string, SimulatedEvent | null] => {
    const name = pick(names(), random)!;
    const history = state.repositories.find((each) => fullName(each) === name)!.history();
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
function truthOf(repository: GithubSimulator["state"]["repositories"][number]): Truth[] {
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
}

/** How a flavour of GitHub is reached. */
interface Flavour {
  /** Version of the Enterprise Server that it is. */
  readonly enterprise?: string;
  /** By tokens, unless by keys of an App. */
  readonly isApp?: boolean;
}

/** Made once: a key pair takes a moment. */
const keys = { first: newKey(), second: newKey() };

function credentialsOf({ credentials, token }: GithubSimulator, isApp: boolean) {
  const scopes = ["repo", "read:org", "read:user", "user:email", "read:project"];
  const issue = (given: string, mayReadActions: boolean) => {
    credentials.issue({
      kind: mayReadActions ? "classic" : "fine-grained",
      token: given,
      scopes,
      expiresAt: null,
      mayReadActions,
    });
    return { token: given };
  };
  const narrow = issue(NARROW_TOKEN, false);
  if (!isApp) return { own: { token }, other: issue(OTHER_TOKEN, true), narrow, revoke: () => credentials.revoke(token) };
  credentials.addKey(keys.first);
  credentials.addKey(keys.second);
  return {
    own: { app_id: String(APP.id), private_key: keys.first },
    other: { app_id: String(APP.id), private_key: keys.second, installation_id: String(APP.installationId) },
    narrow,
    revoke() {
      credentials.deleteKey(keys.first);
      credentials.endInstallationTokens();
    },
    endTokens: () => credentials.endInstallationTokens(),
  };
}

const CALLS_THAT_CHANGE = /^(?:POST|PUT|PATCH|DELETE) (?!\/app\/installations\/\{id\}\/access_tokens$)/;

const start =
  ({ enterprise, isApp = false }: Flavour): VendorStart["start"] =>
  async ({ seed, now, elapsed }): Promise<Vendor> => {
    const { startGithubSimulator } = await import("../../simulators/index.ts");
    const simulator = await startGithubSimulator({ seed, now, elapsed, size: "tiny", ...(enterprise && { enterprise }) });
    const { faults, state, organisation: owner, edit } = simulator;
    const { own, other, narrow, ...acts } = credentialsOf(simulator, isApp);
    // Every name leads to this machine: below ghe.com the API has a host of its own, as that of github.com.
    const { port, host: ownHost } = new URL(simulator.url);
    const host = enterprise ? ownHost : `acme.ghe.com:${port}`;
    const url = `http://${host}`;
    const read = state.repositories.slice(0, 2);
    const names = () => read.map(fullName);
    const random = editor(simulator, names);
    let waiting: WebhookDelivery[] = [];
    const on = (name: string) => (how: object) => faults.set(name, { seconds: 0.05, ...how });
    return {
      host,
      config: { url, owner, ...own },
      otherConfig: { url, owner, ...other },
      get scopes() {
        return names();
      },
      calls: () => simulator.calls().rest + simulator.calls().graphql,
      callsInsideBlock: () => simulator.calls().insideBlock,
      writes: () => sum(Object.entries(simulator.calls().byRoute).filter(([route]) => CALLS_THAT_CHANGE.test(route))),
      idleCalls: isApp ? 6 : 4,
      faults: {
        bad_gateway: on("bad_gateway"),
        timeout: on("timeout"),
        truncated: on("truncated"),
        reset: on("reset"),
        limited: (how) => faults.set("secondary_limit", { seconds: 5, ...how }),
        spent: (how) => faults.set("primary_limit", { seconds: 60, ...how }),
        html: on("html"),
        partial: on("partial"),
        duplicate_page: on("duplicate_page"),
        loop_page: on("loop_page"),
        missing_field: on("missing_field"),
        wrong_type: on("wrong_type"),
        null_field: on("null_field"),
        new_field: on("new_field"),
        weird_text: on("weird_text"),
      },
      calm: () => faults.clear(),
      ...acts,
      narrow: { config: { url, owner, ...narrow }, streams: ["pipelines", "pipeline_runs"] },
      rename() {
        const [name] = names();
        edit.renameRepository(name!, "renamed");
        return `${name} renamed`;
      },
      hide: () => edit.hideRepository(names()[0]!),
      edit(chance) {
        const [text, event] = random(chance);
        if (event) waiting.push(signed(event.name, event.payload));
        return text;
      },
      advance: (seconds) => simulator.advance(seconds),
      deliveries: () => waiting.splice(0),
      webhookSecret: SECRET,
      signsBodies: true,
      strangeDelivery: signed("secret_scanning_alert", { action: "created", alert: { number: 1 } }),
      truth: () => read.flatMap(truthOf),
      stop: () => simulator.stop(),
    };
  };

const sum = (counts: readonly (readonly [string, number])[]): number => counts.reduce((total, [, count]) => total + count, 0);

conformance(github, [
  { flavour: "cloud, by token", histories: 1, start: start({}) },
  { flavour: "Enterprise Server", extent: "brief", histories: 1, start: start({ enterprise: "3.12.4" }) },
  { flavour: "cloud, by App", extent: "brief", histories: 1, start: start({ isApp: true }) },
]);
