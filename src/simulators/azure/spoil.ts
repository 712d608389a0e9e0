import type { Random } from "../organisation/random.ts";
import { spoilRecord, WEIRD } from "../github/spoil.ts";
import type { Strikes } from "./server.ts";
import type { Asked, Json, SimulatedAnswer } from "./wire.ts";

/** Spoils an answer as the faults say; a copy, never the world. */
export type Spoiler = (answer: SimulatedAnswer, request: { asked: Asked; strikes: Strikes }) => SimulatedAnswer;

export function createSpoiler(random: Random): Spoiler {
  const pages = new Map<string, { answer: SimulatedAnswer; wasRepeated: boolean }>();

  /** The page before instead of this one, as a cache may do, with the token that led here. */
  function repeated(answer: SimulatedAnswer, { asked, strikes }: { asked: Asked; strikes: Strikes }): SimulatedAnswer {
    const query = new URLSearchParams(asked.query);
    const isLater = query.has("continuationToken") || Number(query.get("$skip") ?? query.get("searchCriteria.$skip") ?? 0) > 0;
    for (const name of ["continuationToken", "$skip", "searchCriteria.$skip"]) query.delete(name);
    const key = `${asked.path}?${query.toString()}`;
    const last = pages.get(key);
    if (isLater && last && !last.wasRepeated && strikes("duplicate_page")) {
      pages.set(key, { ...last, wasRepeated: true });
      return last.answer;
    }
    pages.set(key, { answer, wasRepeated: false });
    return answer;
  }

  return (answer, { asked, strikes }) => {
    if ((answer.status ?? 200) !== 200) return answer;
    const page = repeated(answer, { asked, strikes });
    let { body, headers = {} } = page;
    for (const how of ["missing_field", "wrong_type"] as const)
      if (strikes(how)) spoil((body = structuredClone(body)), random, how);
    if (strikes("weird_text")) body = weird(body);
    const sent = asked.query.get("continuationToken");
    if (isFeed(body) && strikes("no_token"))
      body = { ...body, isLastBatch: false, continuationToken: undefined, nextLink: undefined };
    if (sent !== null && strikes("loop_page")) {
      headers = { ...headers, "x-ms-continuationtoken": sent };
      if (isFeed(body)) body = { ...body, isLastBatch: false, continuationToken: sent };
    }
    return { ...page, body, headers };
  };
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const isFeed = (body: unknown): body is Json => isObject(body) && "isLastBatch" in body;

/** What Azure writes for every work item: where something else is missing, it is empty. */
const always = /^System\.(State|Reason|Title|WorkItemType|TeamProject|AreaPath|IterationPath|ChangedDate|CreatedDate)$/;

/** One field of one record; of a work item as often one of its own fields. */
function spoil(body: unknown, random: Random, how: "missing_field" | "wrong_type"): void {
  const values = isObject(body) ? (body.values ?? body.value) : null;
  const items = Array.isArray(values) ? values.flatMap((one) => (isObject(one) && isObject(one.fields) ? [one.fields] : [])) : [];
  if (items.length === 0 || random.chance(0.5)) return spoilRecord(body, random, how);
  const item = random.pick(items);
  const name = random.pick(Object.keys(item).filter((key) => always.test(key)));
  if (how === "missing_field") delete item[name];
  else item[name] = { unexpected: item[name] };
}

const texts = /^(title|description|content|comment|message|displayName|buildNumber|System\.(Title|Description|History))$/;

/** Odd characters in whatever people wrote. */
function weird(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(weird);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === "string" && texts.test(key) ? `${inner} ${WEIRD}` : weird(inner),
    ]),
  );
}
