import { createTransport as createMail } from "nodemailer";

import { Problem } from "../domain/problem.ts";
import { createGuard, type NetworkPolicy, type Resolve } from "../ingest/guard.ts";
import { createRedactor, type Redactor } from "../ingest/redact.ts";
import { createTransport, type Transport } from "../ingest/transport.ts";
import type { Workspace } from "../workspace/open.ts";
import { channelSecrets, type ChannelInput, type NotificationChannel } from "../workspace/notification-channels.ts";
import { asJson, asSlack, asText, signature, titleOf, type Parcel } from "./notify-forms.ts";

/** Sends one parcel over one channel; throws Problems whose texts carry no secret. */
export interface Sender {
  send(channel: NotificationChannel, parcel: Parcel): Promise<void>;
  /** Refuses literal addresses that the server must not reach, before anything is saved; names are checked when they are used. */
  check(input: Pick<ChannelInput, "kind" | "settings" | "secrets">): void;
  close(): Promise<void>;
}

export interface SenderOptions {
  readonly workspace: Workspace;
  readonly network: NetworkPolicy;
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

export function createSender({ workspace, network, resolve, timeoutMs = 15_000 }: SenderOptions): Sender {
  const transport = createTransport({ network, timeoutMs, maxBytes: 1_048_576, ...(resolve ? { resolve } : {}) });
  const guard = createGuard(network, resolve);
  const addressOf = (host: string) =>
    new Promise<string>((done, fail) =>
      guard.lookup(host, {}, (error, address) => (error ? fail(error) : done(address as string))),
    );
  return {
    async send(channel, parcel) {
      const secrets = await channelSecrets(workspace, channel.id);
      const redactor = createRedactor(Object.values(secrets));
      try {
        if (channel.kind === "email") await sendMail({ channel, parcel, secrets, addressOf, timeoutMs });
        else await post(transport, { channel, parcel, secrets, now: Date.parse(workspace.now()) });
      } catch (error) {
        throw inOurWords(error, channel, redactor);
      }
    },
    check({ kind, settings, secrets }) {
      guard.checkUrl(new URL(kind === "email" ? `http://${String(settings["host"])}` : secrets["url"]!));
    },
    close: () => transport.close(),
  };
}

interface Posting {
  readonly channel: NotificationChannel;
  readonly parcel: Parcel;
  readonly secrets: Readonly<Record<string, string>>;
  readonly now: number;
}

async function post(transport: Transport, { channel, parcel, secrets, now }: Posting): Promise<void> {
  const url = new URL(secrets["url"]!);
  const body = JSON.stringify(channel.kind === "slack" ? asSlack(parcel) : asJson(parcel));
  const signed = channel.kind === "webhook" && secrets["secret"];
  const headers = {
    "content-type": "application/json",
    "user-agent": "Leadline",
    "idempotency-key": parcel.id,
    ...(signed ? { "x-leadline-signature": signature(signed, body, Math.floor(now / 1000)) } : {}),
  };
  const request = `POST ${url.origin}/…`;
  const { status } = await transport.send({
    url,
    method: "POST",
    headers,
    body,
    private: new Set(Object.keys(headers)),
    request,
  });
  if (status >= 300) throw receiverRefused(url.host, status);
}

const receiverRefused = (host: string, status: number) =>
  new Problem({
    code: "notification_refused",
    what: `${host} answered ${status} to a notification.`,
    rule: "A receiver takes a message by answering 2xx.",
    next: "Check the address of the channel, and what its owner says.",
    status: 502,
  });

interface Mailing {
  readonly channel: NotificationChannel;
  readonly parcel: Parcel;
  readonly secrets: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Resolves and checks: mail goes to the checked address, whatever the name says a moment later. */
  addressOf(host: string): Promise<string>;
}

/** What the settings of a mail channel hold. */
interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "none";
  readonly user: string | null;
  readonly from: string;
  readonly to: readonly string[];
}

async function sendMail({ channel, parcel, secrets, addressOf, timeoutMs }: Mailing): Promise<void> {
  const { host, port, security, user, from, to } = channel.settings as unknown as MailSettings;
  const mail = createMail({
    host: await addressOf(host),
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: { servername: host },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Neither files nor addresses are fetched for a message.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user ? { auth: { user, pass: secrets["password"] ?? "" } } : {}),
  });
  try {
    const messageId = `<${parcel.id}@leadline>`;
    await mail.sendMail({ from, to: [...to], subject: `[Leadline] ${titleOf(parcel)}`, text: asText(parcel), messageId });
  } finally {
    mail.close();
  }
}

function inOurWords(error: unknown, channel: NotificationChannel, { redact }: Redactor): Problem {
  const { code = "", responseCode, message = "" } = error as { code?: string; responseCode?: number; message?: string };
  if (error instanceof Problem)
    return new Problem({
      code: error.code,
      what: redact(error.what),
      ...(error.rule ? { rule: redact(error.rule) } : {}),
      ...(error.next ? { next: redact(error.next) } : {}),
      status: error.status,
    });
  const said = redact(message).slice(0, 300);
  return new Problem({
    code: "notification_not_sent",
    what: `The channel "${channel.name}" did not take a message: ${responseCode ? `${responseCode}, ` : ""}${said || code}.`,
    rule: "Host, port, encryption and sign-in must be what the mail server expects.",
    next: "Correct the channel and send a test message.",
    status: 502,
  });
}
