import { conformance, type Truth, type Vendor, type VendorStart } from "../../conformance/conformance.ts";
import type { WebhookDelivery } from "../../ingest/connector.ts";
import type { AzureSimulator } from "../../simulators/index.ts";
import { azure } from "./connector.ts";

const SECRET = "conformance-webhook-secret";
const OTHER_TOKEN = "conformance0azure0token00000000000000000000000000000";
const WHOLE_ANSWERS =
  "Azure answers a call whole or refuses it: only what is hidden is left out, which no retry brings back, and the simulator does that for deleted work items";

type Event = ReturnType<AzureSimulator["edit"]["push"]>;
/** Of some edits Azure tells nobody. */
type Edit = readonly [text: string, make: (() => Event | null) | null];
type Random = () => number;

/** Nothing is signed: the secret is the password of basic authentication. */
const delivered = ({ payload }: Pick<Event, "payload">): WebhookDelivery => ({
  headers: {
    "content-type": "application/json; charset=utf-8",
    authorization: `Basic ${Buffer.from(`leadline:${SECRET}`).toString("base64")}`,
  },
  query: {},
  body: Buffer.from(JSON.stringify(payload)),
});

const pick = <T>(list: readonly T[], random: Random): T | undefined => list[Math.floor(random() * list.length)];
/** How long after its end a request is still looked at; what is said later only a service hook tells. */
const A_WEEK = 7 * 86_400;

function itemEdits({ simulator: { edit, world }, projects }: Reach, random: Random): Edit[] {
  const all = [...world.items.values()]
    .map(({ id, revisions }) => ({ id, last: revisions.at(-1)! }))
    .filter(({ last }) => projects.includes(last.project));
  const alive = all.filter(({ last }) => !last.isDeleted);
  const item = pick(alive, random)!;
  const other = pick(alive, random)!;
  const deleted = pick(
    all.filter(({ last }) => last.isDeleted),
    random,
  );
  const { project, type } = item.last;
  const [state] = pick(project.process.states[type]!, random)!;
  const elsewhere = projects.find((one) => one !== project)?.name;
  const link = world.links.findLast(({ type: of }) => of === "Related");
  const isLinked = link?.operation === "create" && !world.items.get(link.source)!.revisions.at(-1)!.isDeleted;
  return [
    [`#${item.id} becomes ${state}`, () => edit.setState(item.id, state)],
    [`title of #${item.id}`, () => edit.setTitle(item.id, `T${random()}`)],
    [`points of #${item.id}`, () => edit.setPoints(item.id, Math.floor(random() * 13))],
    [`sprint of #${item.id}`, () => edit.setSprint(item.id, random() < 0.3 ? null : Math.floor(random() * 4))],
    [`remark on #${item.id}`, () => edit.comment(item.id)],
    [`new work item in ${project.name}`, () => edit.createWorkItem(project.name)],
    [`deletion of #${item.id}`, random() < 0.5 ? () => edit.deleteWorkItem(item.id) : null],
    [`restoration of #${deleted?.id}`, deleted ? () => edit.restoreWorkItem(deleted.id) : null],
    [`move of #${item.id} to ${elsewhere}`, elsewhere === undefined ? null : () => edit.moveWorkItem(item.id, elsewhere)],
    [`link from #${item.id} to #${other.id}`, item === other ? null : () => edit.relate(item.id, other.id)],
    [`end of the link from #${link?.source}`, isLinked ? () => edit.unrelate(link.source, link.target) : null],
  ];
}

type Projects = AzureSimulator["world"]["projects"];
/** What is read of the world: at Services two projects with a repository each, of a Server one. */
interface Reach {
  readonly simulator: AzureSimulator;
  readonly projects: Projects;
}

/** The end of every history, so that a read costs some dozens of calls. */
function shorten(projects: Projects): void {
  for (const { repositories } of projects)
    for (const { history } of repositories) {
      const { pullRequests, runs, deployments, releases, tags } = history();
      for (const list of [pullRequests, runs, deployments, releases, tags]) list.splice(0, Math.max(0, list.length - 4));
    }
}

function codeEdits({ simulator: { edit, world, truth }, projects }: Reach, random: Random): Edit[] {
  const { name, history } = pick(projects, random)!.repositories[0]!;
  const { pullRequests, tags } = history();
  const watched = pullRequests.filter(({ closedAt }) => closedAt === null || closedAt > world.now() - A_WEEK);
  const numberOf = (request: (typeof pullRequests)[number] | undefined) =>
    request === undefined ? null : truth.numberOf(name, request.number);
  const any = numberOf(pick(watched, random));
  const open = numberOf(
    pick(
      watched.filter(({ state }) => state === "open"),
      random,
    ),
  );
  const abandoned = numberOf(
    pick(
      watched.filter(({ state }) => state === "closed"),
      random,
    ),
  );
  const item = pick([...world.items.keys()], random)!;
  const tag = pick(tags, random)?.name;
  const on = (number: number | null, make: (number: number) => Event) => (number === null ? null : () => make(number));
  return [
    [`new request in ${name}`, () => edit.openRequest(name)],
    [`title of !${any}`, on(any, (number) => edit.setRequestTitle(name, number, `T${random()}`))],
    [`remark on !${any}`, on(any, (number) => edit.commentRequest(name, number))],
    [`vote on !${open}`, on(open, (number) => edit.vote(name, number, pick([10, -5, 0] as const, random)!))],
    [`draft of !${open}`, on(open, (number) => edit.setDraft(name, number, random() < 0.5))],
    [`push to !${open}`, on(open, (number) => edit.pushToRequest(name, number, { isForced: random() < 0.3 }))],
    [`#${item} named by !${open}`, on(open, (number) => edit.linkRequest(name, number, [item]))],
    [`merge of !${open}`, on(open, (number) => edit.complete(name, number, { isSquash: random() < 0.6 }))],
    [`abandonment of !${open}`, on(open, (number) => edit.abandon(name, number))],
    [`reopening of !${abandoned}`, on(abandoned, (number) => edit.reactivate(name, number))],
    [`push to ${name}`, () => edit.push(name)],
    [`tag in ${name}`, () => edit.pushTag(name, `v9.${world.now()}`)],
    [`deletion of ${tag}`, tag === undefined ? null : () => edit.deleteTag(name, tag)],
  ];
}

function pipelineEdits({ simulator: { edit }, projects }: Reach, random: Random): Edit[] {
  const { name, history } = pick(projects, random)!.repositories[0]!;
  const { runs, deployments, workflows } = history();
  const of = (...states: string[]) =>
    pick(
      runs.filter(({ attempts }) => states.includes(attempts.at(-1)!.status)),
      random,
    )?.id;
  const [ended, queued, running] = [of("completed"), of("queued"), of("queued", "in_progress")];
  const deployment = deployments.find(
    ({ statuses }) => !statuses.some(({ state }) => state === "success" || state === "failure"),
  );
  const unused = workflows.find(({ id }) => !runs.some(({ workflow }) => workflow.id === id));
  const conclusion = random() < 0.7 ? "success" : "failure";
  const on = (id: number | undefined, make: (id: number) => Event) => (id === undefined ? null : () => make(id));
  return [
    [`run of ${name}`, () => edit.queueRun(name)],
    [`begin of run ${queued}`, on(queued, (id) => edit.startRun(name, id))],
    [`end of run ${running}`, on(running, (id) => edit.finishRun(name, conclusion, id))],
    [`cancellation of run ${running}`, on(running, (id) => edit.cancelRun(name, id))],
    [`retry of run ${ended}`, on(ended, (id) => edit.retryRun(name, id))],
    [`new pipeline of ${name}`, unused ? null : () => edit.createPipeline(name)],
    [`deletion of pipeline ${unused?.id}`, unused ? () => edit.deletePipeline(name, unused.id) : null],
    [`deployment of ${name}`, deployments.length > 0 ? () => edit.deploy(name) : null],
    [`end of deployment ${deployment?.id}`, on(deployment?.id, (id) => edit.finishDeployment(name, id, conclusion))],
  ];
}

/** One edit of any of the three families. */
function editAny(reach: Reach, random: Random): [string, Event | null] {
  const family = pick([itemEdits, codeEdits, pipelineEdits], random)!;
  const possible = family(reach, random).filter(([, make]) => make !== null);
  const [text, make] = pick(possible, random)!;
  return [text, make!()];
}

const instant = (at: number | null) => (at === null ? null : new Date(at * 1000).toISOString().replace(".000", ""));

/** Work items, requests and runs as the simulator keeps them. */
function truthOf({ simulator: { world, truth }, projects }: Reach): Truth[] {
  const here = [...world.items.values()].filter(({ revisions }) => projects.includes(revisions.at(-1)!.project));
  const items = here.map(({ id, revisions }): Truth => {
    const { title, state, closedAt, isDeleted, at } = revisions.at(-1)!;
    const columns = { title, status: state, closedAt: instant(closedAt), deletedAt: isDeleted ? instant(at) : null };
    return { table: "issue", nativeKey: String(id), columns };
  });
  const repositories = projects.map((project) => project.repositories[0]!);
  const requests = repositories.flatMap(({ name, history }) =>
    history().pullRequests.map(({ number, title, state, mergedAt }): Truth => {
      const own = truth.numberOf(name, number);
      const columns = { number: own, title, stateCategory: state, mergedAt: instant(mergedAt), deletedAt: null };
      return { table: "pull_request", nativeKey: `${truth.idOf(name)}/${own}`, columns };
    }),
  );
  const states: Readonly<Record<string, string>> = { completed: "finished", in_progress: "running" };
  const results: Readonly<Record<string, string>> = { success: "success", failure: "failure", cancelled: "canceled" };
  const runs = repositories.flatMap(({ history }) =>
    history().runs.map(({ id, workflow, attempts }): Truth => {
      const { status, conclusion } = attempts.at(-1)!;
      const resultCategory = conclusion === null ? null : results[conclusion]!;
      const columns = { stateCategory: states[status] ?? "queued", resultCategory };
      return { table: "pipeline_run", nativeKey: `${workflow.id}/${id}/${attempts.length}`, columns };
    }),
  );
  return [...items, ...requests, ...runs];
}

const start =
  (flavour: "services" | "server", more: Vendor["config"] = {}): VendorStart["start"] =>
  async ({ seed, now }) => {
    const { startAzureSimulator } = await import("../../simulators/index.ts");
    const simulator = await startAzureSimulator({ seed, now, size: "tiny", workItems: 8, batch: 25, flavour });
    const { faults, credentials, url, world } = simulator;
    const reach: Reach = { simulator, projects: flavour === "services" ? world.projects : world.projects.slice(0, 1) };
    shorten(world.projects);
    credentials.issue(OTHER_TOKEN);
    let waiting: WebhookDelivery[] = [];
    const on =
      (...names: readonly string[]) =>
      (how: object) => {
        for (const name of names) faults.set(name, { seconds: 0.05, ...how });
      };
    return {
      host: new URL(url).host,
      config: { url, token: simulator.token, ...more },
      otherConfig: { url, token: OTHER_TOKEN, ...more },
      scopes: reach.projects.flatMap(({ name, repositories }) => [name, `${name}/${repositories[0]!.name}`]),
      calls: () => simulator.calls().total,
      faults: {
        bad_gateway: on("bad_gateway"),
        timeout: on("timeout", "query_timeout"),
        truncated: on("truncated"),
        reset: on("reset"),
        limited: on("throttled", "delayed"),
        html: on("html", ...(flavour === "services" ? ["sign_in", "redirect"] : [])),
        duplicate_page: on("duplicate_page"),
        loop_page: on("loop_page"),
        missing_field: on("missing_field"),
        wrong_type: on("wrong_type"),
        weird_text: on("weird_text"),
      },
      withoutFaults: { partial: WHOLE_ANSWERS },
      calm: () => faults.clear(),
      revoke: () => credentials.revoke(simulator.token),
      edit(chance) {
        const [text, event] = editAny(reach, chance);
        if (event) waiting.push(delivered(event));
        return text;
      },
      advance: (seconds) => simulator.advance(seconds),
      deliveries: () => waiting.splice(0),
      webhookSecret: SECRET,
      strangeDelivery: delivered({ payload: { eventType: "tfvc.checkin", resource: { changesetId: 1 } } }),
      truth: () => truthOf(reach),
      stop: () => simulator.stop(),
    };
  };

// A read of two projects costs twice as much: the gate plays fewer of its histories.
conformance(azure, [{ flavour: "Services", start: start("services") }], { histories: 1 });
conformance(azure, [{ flavour: "Server", start: start("server", { api_version: "7.0" }) }], { histories: 3 });
