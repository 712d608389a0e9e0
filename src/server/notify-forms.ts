import { createHmac } from "node:crypto";

import type { Message } from "../workspace/notifications.ts";

/* One message, or a digest of several, in the form of each kind of channel. */

export interface Parcel {
  /** The same for every attempt, so that a receiver can tell a repetition. */
  readonly id: string;
  readonly messages: readonly Message[];
  /** Address of this server; null when people have not said it. */
  readonly home: string | null;
}

const MOST_LINES = 50;

export const titleOf = ({ messages }: Parcel): string =>
  messages.length === 1 ? messages[0]!.title : `${messages.length} things happened to your integrations`;

const linkOf = ({ home }: Parcel, { integration, event }: Message): string | null =>
  home === null || integration === null || event === "deleted"
    ? null
    : `${home}/integrations/${encodeURIComponent(integration.id)}`;

const lines = ({ title, text, nextStep }: Message): string => [title, text, ...(nextStep ? [nextStep] : [])].join("\n");

export function asText(parcel: Parcel): string {
  const parts = parcel.messages.slice(0, MOST_LINES).map((message) => {
    const link = linkOf(parcel, message);
    return [lines(message), ...(link ? [link] : [])].join("\n");
  });
  const rest = parcel.messages.length - parts.length;
  return [...parts, ...(rest > 0 ? [`… and ${rest} more; the page Settings › Notifications lists all of them.`] : [])].join(
    "\n\n",
  );
}

/** https://docs.slack.dev/messaging/formatting-message-text: three characters are special. */
const slackText = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** What incoming webhooks of Slack and of those who copy it take: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function asSlack(parcel: Parcel): object {
  const sections = parcel.messages.slice(0, 20).map((message) => {
    const link = linkOf(parcel, message);
    const body = [...(parcel.messages.length > 1 ? [`*${slackText(message.title)}*`] : []), slackText(message.text)];
    if (message.nextStep) body.push(`_${slackText(message.nextStep)}_`);
    if (link) body.push(`<${link}|Open in Leadline>`);
    return { type: "section", text: { type: "mrkdwn", text: body.join("\n").slice(0, 2900) } };
  });
  const header = { type: "header", text: { type: "plain_text", text: titleOf(parcel).slice(0, 150) } };
  return { text: slackText(titleOf(parcel)), blocks: [header, ...sections] };
}

export function asJson(parcel: Parcel): object {
  const items = parcel.messages.map((message) => ({ ...message, link: linkOf(parcel, message) }));
  const [only] = items;
  return items.length === 1 ? { id: parcel.id, ...only } : { id: parcel.id, event: "digest", title: titleOf(parcel), items };
}

/** `t=<unix seconds>,v1=<hex HMAC-SHA-256 of "<t>.<body>">`. */
export function signature(secret: string, body: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}
