import { homedir } from "node:os";
import { resolve } from "node:path";

import { Problem } from "../domain/problem.ts";

/** The variables of `docs/design/interface.md` §2, read and checked. */
export interface Environment {
  /** Absolute path of the data folder. */
  readonly home: string;
  readonly databaseUrl: string | undefined;
  readonly secretKey: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Where people and webhooks reach the server; null: host and port. */
  readonly publicUrl: URL | null;
  readonly allowedNetworks: readonly string[];
  readonly logLevel: string;
  /** Memory that the embedded warehouse may use for its buffers, MB. */
  readonly memoryMb: number | undefined;
  /** Room that one clone of a repository may take, MB. */
  readonly cloneMb: number | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

const levels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

export function readEnvironment(variables: Variables = process.env): Environment {
  const value = (name: string) => variables[`LEADLINE_${name}`]?.trim() || undefined;
  const home = value("HOME") ?? ".leadline";
  const logLevel = value("LOG") ?? "info";
  if (!levels.includes(logLevel)) throw badVariable("LEADLINE_LOG", logLevel, `It is one of ${levels.join(", ")}.`);
  return {
    home: resolve(home.replace(/^~(?=\/|$)/, homedir())),
    databaseUrl: readDatabaseUrl(value("DATABASE_URL")),
    secretKey: value("SECRET_KEY"),
    host: value("HOST") ?? "127.0.0.1",
    port: readPort(value("PORT") ?? "4400"),
    publicUrl: readPublicUrl(value("PUBLIC_URL")),
    allowedNetworks: (value("ALLOWED_NETWORKS") ?? "").split(/[\s,]+/).filter(Boolean),
    logLevel,
    memoryMb: readMegabytes("LEADLINE_WAREHOUSE_MB", { text: value("WAREHOUSE_MB"), least: 100 }),
    cloneMb: readMegabytes("LEADLINE_CLONE_MB", { text: value("CLONE_MB"), least: 1 }),
  };
}

function readMegabytes(name: string, { text, least }: { text: string | undefined; least: number }): number | undefined {
  if (text === undefined) return undefined;
  const megabytes = Number(text);
  if (!Number.isSafeInteger(megabytes) || megabytes < least)
    throw badVariable(name, text, `It is a whole number of megabytes, ${least} or more.`);
  return megabytes;
}

export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw badVariable("LEADLINE_PORT", text, "A port is a number from 0 to 65535.");
  return port;
}

function readDatabaseUrl(text: string | undefined): string | undefined {
  if (text !== undefined && !/^postgres(ql)?:\/\//.test(text))
    throw badVariable("LEADLINE_DATABASE_URL", "(its value)", "It is postgres://user:password@host:port/database.");
  return text;
}

function readPublicUrl(text: string | undefined): URL | null {
  if (text === undefined) return null;
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw badVariable("LEADLINE_PUBLIC_URL", text, "It is https://host, or http://host.");
  return new URL(text);
}

const badVariable = (name: string, value: string, rule: string) =>
  new Problem({
    code: "bad_variable",
    what: `${name} is "${value}", which cannot be used.`,
    rule,
    next: "Correct the variable and start again.",
  });

/** Loopback is for the demo and for those who name it as a network of their own. */
export const mayReachLoopback = ({ allowedNetworks }: Pick<Environment, "allowedNetworks">, isDemo: boolean): boolean =>
  isDemo || allowedNetworks.some((network) => /^(127\.|::1(\/|$))/.test(network));
