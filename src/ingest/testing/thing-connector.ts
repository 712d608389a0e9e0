import { z } from "zod";

import {
  stream,
  type Api,
  type Connector,
  type Page,
  type ReadKeysRequest,
  type ReadRequest,
  type Scope,
  type Stream,
  type SweepPage,
} from "../connector.ts";
import { tokenPages } from "../paging.ts";

const config = z.object({
  url: z.string().meta({ label: "Address" }),
  token: z.string().min(1).meta({ label: "Token", secret: true }),
});
export type ThingConfig = z.infer<typeof config>;

const thing = z.object({ id: z.int(), title: z.string(), updatedAt: z.string(), isOpen: z.boolean().optional() });
type ThingRecord = z.infer<typeof thing>;
const thingPage = z.object({ things: z.array(z.unknown()), next: z.string().nullish() });

const PAGE = 10;

async function* readThings(order: Stream["order"], request: ReadRequest<ThingConfig>): AsyncGenerator<Page> {
  const { api, scope, since, position } = request;
  const query = { size: PAGE, ...(since === null || order === "descending" ? {} : { since }) };
  const pages = tokenPages(`things of ${scope.name}`, {
    from: position as string | null,
    ask: (after) => api.get(`/scopes/${scope.id}/things`, { ...query, ...(after === null ? {} : { after }) }),
    next: ({ body }) => thingPage.parse(body).next ?? null,
  });
  for await (const { answer, next } of pages) {
    const { things } = thingPage.parse(answer.body);
    const last = things.at(-1) as ThingRecord | undefined;
    yield { records: things, answers: [answer], position: next, reached: last?.updatedAt ?? null };
  }
}

async function* readByKey({ api, scope, keys }: ReadKeysRequest<ThingConfig>): AsyncGenerator<Page> {
  const answer = await api.get(`/scopes/${scope.id}/things/${keys.join(",")}`);
  yield { records: thingPage.parse(answer.body).things, answers: [answer], position: null, reached: null };
}

/** Everything that the list shows. */
async function* sweepThings({ api, scope }: { api: Api; scope: Scope }): AsyncGenerator<SweepPage> {
  const answer = await api.get(`/scopes/${scope.id}/things`, { size: 1000 });
  const listed = z.array(thing).parse(thingPage.parse(answer.body).things);
  yield { things: listed.map(({ id, updatedAt }) => ({ key: String(id), changedAt: updatedAt })), answers: [answer] };
}

const things = (order: Stream["order"]) =>
  stream<ThingConfig, ThingRecord>({
    name: "things",
    docs: "https://things.example/docs",
    level: "scope",
    record: thing,
    key: ({ id }) => String(id),
    changedAt: ({ updatedAt }) => updatedAt,
    order,
    overlapSeconds: 60,
    isFinished: ({ isOpen }) => isOpen !== true,
    read: (request) => readThings(order, request),
    readKeys: readByKey,
    map: ({ id, title }, context) => [
      {
        entity: "account_group",
        id: context.id("account_group", context.scope.id, id),
        name: title,
        fullName: `${context.scope.name}/${title}`,
        canonicalKey: `${context.host}/account_group/${id}`,
      },
    ],
    fills: ["account_group"],
    sweep: { entity: "account_group", absence: "deleted", read: sweepThings },
  });

/** A connector for the provider of `provider.ts`, in each of the orders that a stream may declare. */
export const thingConnector = (
  order: Stream["order"] = "descending",
  changes: Partial<Connector<ThingConfig>> = {},
): Connector<ThingConfig> => ({
  name: "things",
  label: "Things",
  summary: "Keeps things",
  category: "code",
  docs: "https://things.example/docs",
  launchedOn: "2008-04-10",
  mapperVersion: 1,
  config,
  client: ({ url, token }) => ({
    baseUrl: url,
    headers: { authorization: `Bearer ${token}` },
    credentialKey: token,
    classes: { core: { concurrency: 3, perHour: null } },
  }),
  check: async ({ api }) => {
    const { body } = await api.get("/me");
    return { ok: true, sentence: `The token belongs to ${z.object({ login: z.string() }).parse(body).login}.`, missing: [] };
  },
  async *scopes() {
    yield { id: "a", name: "acme/a", kind: "repository" };
  },
  streams: [things(order)],
  ...changes,
});
