import type { Instant } from "../domain/instant.ts";
import type { Integration } from "../workspace/integrations.ts";
import type { Message, Watch } from "../workspace/notifications.ts";
import { standing } from "./standing.ts";

/** What may be heard of; a channel names those it wants. */
export const notificationEvents = ["failed", "recovered", "stale", "credential", "stuck", "deleted"] as const;

interface Circumstances {
  readonly now: Instant;
  readonly isRunning: boolean;
  /** The server has only just started: it is too early to call anything stale. */
  readonly isPatient: boolean;
}

type News = Pick<Message, "event" | "title" | "text" | "nextStep"> & { readonly incident: string };

interface Judgement {
  readonly watch: Watch;
  readonly messages: readonly News[];
}

/** Failed runs in a row before anybody is told: a single hiccup is nobody's business. */
const PATIENCE = 2;
/** By convention the code of every connector's refused credential ends so; nothing heals that but people. */
const hopeless = /(credential_refused|private_key_unreadable|secret_unreadable)$/;

/** Compares an integration with what people know of it: pure, so that every rule can be tried. */
export function judge(integration: Integration, before: Watch, { now, isRunning, isPatient }: Circumstances): Judgement {
  if (integration.lifecycle !== "active") return { watch: before, messages: [] };
  const counted = isRunning ? before : countRuns(integration, before);
  const { watch, news } = incidents(integration, counted, { now, isPatient });
  const warning = credential(integration, watch, now);
  return { watch: warning?.watch ?? watch, messages: [...news, ...(warning ? [warning.news] : [])] };
}

function countRuns({ status, statusSince, lastRunAt }: Integration, watch: Watch): Watch {
  // A backfill that fails moves only the status; a run for news that fails again moves only its own time.
  const countedRunAt = lastRunAt !== null && lastRunAt > statusSince ? lastRunAt : statusSince;
  if (status === "HEALTHY") return { ...watch, failedRuns: 0, countedRunAt };
  if (status !== "FAILED" || countedRunAt === watch.countedRunAt) return watch;
  return { ...watch, failedRuns: watch.failedRuns + 1, countedRunAt };
}

function incidents(
  integration: Integration,
  watch: Watch,
  { now, isPatient }: Pick<Circumstances, "now" | "isPatient">,
): { watch: Watch; news: News[] } {
  const { id, name, error } = integration;
  const { status, isStale, statusReason, nextStep } = standing(integration, now);
  const open = (kind: "failed" | "stale", title: string) => ({
    watch: { ...watch, incident: kind, incidentAt: now },
    news: [{ event: kind, incident: `${id}/${kind}/${now}`, title, text: statusReason, nextStep }],
  });
  const isFailed =
    status === "FAILED" && (watch.failedRuns >= PATIENCE || (watch.failedRuns > 0 && hopeless.test(error?.code ?? "")));
  if (isFailed && watch.incident !== "failed") return open("failed", `${name} failed`);
  if (isStale && !isPatient && watch.incident === null) return open("stale", `${name} has had no fresh data`);
  if (status !== "HEALTHY" || watch.incident === null) return { watch, news: [] };
  const incident = `${id}/recovered/${watch.incidentAt}`;
  const text = `${statusReason} Something had been wrong since ${watch.incidentAt}.`;
  return {
    watch: { ...watch, incident: null, incidentAt: null },
    news: [{ event: "recovered", incident, title: `${name} recovered`, text, nextStep: null }],
  };
}

const DAYS = [1, 7, 30];

function credential(
  { id, name, credentialExpiresAt: end }: Integration,
  watch: Watch,
  now: Instant,
): { watch: Watch; news: News } | null {
  if (end === null) return null;
  const left = (Date.parse(end) - Date.parse(now)) / 86_400_000;
  const days = DAYS.find((limit) => left <= limit);
  const mark = `${end}/${days}`;
  if (days === undefined || watch.expiryWarned === mark) return null;
  // A clock that goes back a little does not repeat an earlier warning.
  const [warnedEnd, warnedDays] = watch.expiryWarned?.split("/") ?? [];
  if (warnedEnd === end && Number(warnedDays) < days) return null;
  const when = left <= 0 ? "has ended" : left <= 1 ? "ends within a day" : `ends in ${Math.ceil(left)} days`;
  return {
    watch: { ...watch, expiryWarned: mark },
    news: {
      event: "credential",
      incident: `${id}/credential/${mark}`,
      title: `The credential of ${name} ${when}`,
      text: `It is good until ${end.slice(0, 16).replace("T", " ")} UTC. From then on nothing new is read.`,
      nextStep: "Make a new one and put it into the settings of the integration; history stays.",
    },
  };
}
