import { z } from "zod";

import { compareInstants, type Instant } from "../../domain/instant.ts";
import type { Answer, Hint, MissedDelivery, MissedRequest } from "../../ingest/connector.ts";
import { SkippableError } from "../../ingest/errors.ts";
import { linkPages } from "../../ingest/paging.ts";
import { appHeaders, appOf } from "./app.ts";
import type { Config } from "./config.ts";
import { owners } from "./owners.ts";
import { hooksHidden } from "./problems.ts";
import { instant } from "./records.ts";
import { hintsOf, hintsWithoutBody } from "./webhook-hints.ts";

/* GitHub sends nothing a second time by itself. https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries */

const hook = z.object({ id: z.int(), config: z.object({ url: z.string().nullish() }) });
/** https://docs.github.com/en/rest/orgs/webhooks#list-deliveries-for-an-organization-webhook */
const delivery = z.object({
  id: z.int(),
  guid: z.string(),
  delivered_at: instant,
  status_code: z.int(),
  event: z.string(),
  action: z.string().nullish(),
  repository_id: z.int().nullish(),
});
type Delivery = z.output<typeof delivery>;
const detail = z.object({ request: z.object({ payload: z.unknown() }) });

type Request = MissedRequest<Config>;
type Headers = Readonly<Record<string, string>>;

/** Webhooks of single repositories cost a call each to find; beyond this many the next reading has to find what they announced. */
const MOST_REPOSITORIES = 50;

/** The App's own deliveries, else those of the organisation's webhook with our address, else of the repositories'. */
export async function* missed(request: Request): AsyncGenerator<readonly MissedDelivery[]> {
  const app = appOf(request.config);
  if (app) {
    const { receivedAt } = await request.api.get("/meta");
    return yield* failedOf(request, "/app/hook/deliveries", appHeaders(app, receivedAt));
  }
  const asked = { isAnswered: false };
  let isFound = false;
  for (const path of await possiblePlaces(request)) {
    const id = await hookAt(request, path, asked);
    if (id === null) continue;
    isFound = true;
    yield* failedOf(request, `${path}/${id}/deliveries`);
  }
  if (!isFound && !asked.isAnswered) throw hooksHidden();
}

async function possiblePlaces(request: Request): Promise<string[]> {
  const organisations = (await owners(request)).map((login) => `/orgs/${login}/hooks`);
  return [...organisations, ...request.scopes.slice(0, MOST_REPOSITORIES).map(({ name }) => `/repos/${name}/hooks`)];
}

/** The webhook that sends to our address. A person has none, and not every credential may look. */
async function hookAt({ api, address }: Request, path: string, asked: { isAnswered: boolean }): Promise<number | null> {
  const answer = await unlessRefused(api.get(path, { per_page: 100 }));
  if (!answer) return null;
  asked.isAnswered = true;
  const found = z
    .array(hook)
    .parse(answer.body)
    .find(({ config }) => config.url === address);
  return found?.id ?? null;
}

async function unlessRefused(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SkippableError) return null;
    throw error;
  }
}

/** Newest first, so the list ends where `since` begins. A delivery that arrived at a later try is no longer missing. */
async function* failedOf(request: Request, path: string, headers?: Headers): AsyncGenerator<readonly MissedDelivery[]> {
  const arrived = new Set<string>();
  const options = headers ? { headers } : {};
  for await (const { answer } of linkPages(request.api, { path, query: { per_page: 100 }, options })) {
    const all = z.array(delivery).parse(answer.body);
    const failed: Delivery[] = [];
    for (const one of all) {
      if (one.status_code >= 200 && one.status_code < 300) arrived.add(one.guid);
      else if (isWithin(one, request.since) && !arrived.has(one.guid)) failed.push(one);
    }
    const known = await Promise.all(failed.map(async (one) => toMissed(one, await hintsFor(request, one, { path, options }))));
    yield known.filter(({ hints }) => hints.length > 0);
    const oldest = all.at(-1);
    if (!oldest || !isWithin(oldest, request.since)) return;
  }
}

const isWithin = ({ delivered_at: at }: Delivery, since: Instant): boolean => compareInstants(at, since) >= 0;

const toMissed = ({ guid, event, delivered_at: at }: Delivery, hints: readonly Hint[]): MissedDelivery => ({
  id: guid,
  event,
  at,
  hints,
});

/** Lists find what changed, but not what is gone: only then is the body asked for. */
async function hintsFor(
  { api }: Request,
  { id, event, action, repository_id }: Delivery,
  { path, options }: { path: string; options: { headers?: Headers } },
): Promise<readonly Hint[]> {
  const isGone = event === "issues" && (action === "deleted" || action === "transferred");
  if (!isGone) return hintsWithoutBody(event, repository_id ?? null);
  const answer = await unlessRefused(api.get(`${path}/${id}`, {}, options));
  return answer ? hintsOf(event, detail.parse(answer.body).request.payload) : hintsWithoutBody(event, repository_id ?? null);
}
