import { createHmac, randomUUID } from "node:crypto";

import { conformance, type Truth, type Vendor, type VendorStart } from "../../conformance/conformance.ts";
import type { WebhookDelivery } from "../../ingest/connector.ts";
import type { JiraSimulator } from "../../simulators/index.ts";
import { jira } from "./connector.ts";

const SECRET = "conformance-webhook-secret";
const OTHER_TOKEN = "conformance-jira-token-000000000";
const WHOLE_ANSWERS = "Jira answers a call whole, or refuses it";
const ANCHORED = "every page asks anew from the last change seen, so no page is the one after another";

interface SimulatedEvent {
  readonly name: string;
  readonly payload: unknown;
}

const signed = (event: SimulatedEvent): WebhookDelivery => {
  const body = Buffer.from(JSON.stringify(event.payload));
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = {
    "content-type": "application/json; charset=UTF-8",
    "x-atlassian-webhook-identifier": randomUUID(),
    "x-hub-signature": `sha256=${signature}`,
  };
  return { headers, query: {}, body };
};

type Issue = ReturnType<JiraSimulator["state"]["issues"]["get"]> & {};

/** Edits as users make them, each of a random issue. */
function editor({ edit, state }: JiraSimulator) {
  const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)]!;
  const fieldNamed = (name: string) => String(state.fields.find((field) => field["name"] === name)?.["id"]);
  const named = (issue: Issue, field: string) => (issue.fields[field] as { name?: string } | null | undefined)?.name ?? null;
  return (random: () => number): [string, SimulatedEvent] => {
    const issue = pick([...state.issues.values()], random);
    const { key } = issue;
    const points = fieldNamed("Story Points");
    const project = pick(state.projects, random);
    const edits: [string, () => SimulatedEvent][] = [
      [`summary of ${key}`, () => edit.set(key, { summary: `S${random()}` })],
      [`status of ${key}`, () => edit.transition(key, String(pick(state.statuses, random)["name"]))],
      [`remark on ${key}`, () => edit.comment(key, "Looks good.")],
      [
        `points of ${key}`,
        () => {
          const [before, after] = [issue.fields[points] ?? null, 1 + Math.floor(random() * 8)];
          const text = before === null ? null : String(before);
          const item = { field: "Story Points", fieldtype: "custom", fieldId: points };
          return edit.set(key, { [points]: after }, { ...item, from: null, fromString: text, to: null, toString: String(after) });
        },
      ],
      [
        `priority of ${key}`,
        () => {
          const item = {
            field: "priority",
            fieldtype: "jira",
            fieldId: "priority",
            from: "3",
            fromString: named(issue, "priority"),
          };
          return edit.set(key, { priority: { id: "2", name: "High" } }, { ...item, to: "2", toString: "High" });
        },
      ],
      [`new issue in ${String(project["key"])}`, () => edit.create(String(project["key"]), "New")],
      [`move of ${key}`, () => edit.move(key, String(project["key"]))],
      // Only a comparison finds what was deleted, so it is rare.
      ...(random() < 0.3 ? [[`deletion of ${key}`, () => edit.delete(key)] as [string, () => SimulatedEvent]] : []),
    ];
    const [text, make] = pick(edits, random);
    return [text, make()];
  };
}

/** Issues as the simulator keeps them. */
const truthOf = ({ state }: JiraSimulator): Truth[] =>
  [...state.issues.values()].map(({ id, key, fields }) => ({
    table: "issue",
    nativeKey: id,
    columns: {
      key,
      title: String(fields["summary"] ?? ""),
      status: (fields["status"] as { name: string }).name,
      deletedAt: null,
    },
  }));

const start =
  (flavour: "cloud" | "server"): VendorStart["start"] =>
  async ({ seed, now }) => {
    const { startJiraSimulator } = await import("../../simulators/index.ts");
    const size = { projects: 2, issuesPerProject: 25, days: 60 };
    // Data Center writes its index with the issue.
    const reading = { zone: "America/New_York", indexLagMs: flavour === "cloud" ? 20_000 : 0, cutsToMinute: true };
    const simulator = await startJiraSimulator({ seed, now, flavour, size, ...reading });
    const { faults, credentials, url, token } = simulator;
    credentials.more.add(OTHER_TOKEN);
    const configOf = (own: string): Vendor["config"] => ({
      url,
      token: own,
      ...(flavour === "cloud" ? { email: credentials.email } : {}),
    });
    const edit = editor(simulator);
    let waiting: WebhookDelivery[] = [];
    const on = (name: string) => (how: object) => faults.set(name, how);
    return {
      host: new URL(url).host,
      config: configOf(token),
      otherConfig: configOf(OTHER_TOKEN),
      calls: () => simulator.calls().total,
      faults: {
        bad_gateway: on("bad_gateway"),
        timeout: on("timeout"),
        truncated: on("truncated"),
        reset: on("reset"),
        limited: on("rate_limit"),
        html: on("html"),
        missing_field: on("missing_field"),
        wrong_type: on("wrong_type"),
        weird_text: on("weird_text"),
      },
      withoutFaults: { partial: WHOLE_ANSWERS, duplicate_page: ANCHORED, loop_page: ANCHORED },
      calm: () => faults.clear(),
      revoke: () => void credentials.revoked.add(token),
      edit(chance) {
        const [text, event] = edit(chance);
        waiting.push(signed(event));
        return text;
      },
      advance: (seconds) => simulator.advance(seconds),
      deliveries: () => waiting.splice(0),
      webhookSecret: SECRET,
      signsBodies: true,
      strangeDelivery: signed({ name: "user_created", payload: { webhookEvent: "user_created", user: { key: "x" } } }),
      truth: () => truthOf(simulator),
      stop: () => simulator.stop(),
    };
  };

conformance(
  jira,
  [
    { flavour: "Cloud", start: start("cloud") },
    { flavour: "Data Center", start: start("server") },
  ],
  { histories: 3 },
);
