import type { z } from "zod";

/** Removes the secrets of one integration, and whatever looks like a well-known token, from any text. */
export interface Redactor {
  /** A secret learned later: a token that was exchanged, a header that carries one. */
  add(secret: string): void;
  /** Works on prose, URLs and JSON alike; JSON stays JSON. */
  redact(text: string): string;
}

const HIDDEN = "[secret]";
/** Shorter values would be found everywhere. */
const LEAST_LENGTH = 6;

/** Token shapes that providers document, so that secret scanners find them. */
const tokenShapes = [
  /gh[pousr]_[A-Za-z0-9]{16,}/,
  /github_pat_[A-Za-z0-9_]{20,}/,
  /gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[\w-]{16,}/,
  /xox[abeprs]-[\w-]{10,}/,
  /(?:AKIA|ASIA)[A-Z0-9]{16}/,
  /ATATT3[\w=-]{20,}/,
  /ATCTT3[\w=-]{20,}/,
  /sq[apu]_[0-9a-f]{40}/,
  /[ps]at\.[\w-]{20,24}\.[0-9a-f]{24}\.\w{20}/,
  /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*?-----END [A-Z ]*PRIVATE KEY-----/,
];
const inAddress =
  /([?&;](?:access_token|private_token|job_token|auth_token|token|api_?key|client_secret|secret|password|passwd|pwd|signature|sig|x-amz-signature)=)[^&\s"'\\<>]+/gi;
const userInfo = /(\bhttps?:\/\/)[^\s"'\\/@<>]+@/gi;
const inHeader = /\b((?:bearer|basic|token)\s+)[A-Za-z0-9+/_~.=-]{12,}/gi;

const anyToken = new RegExp(tokenShapes.map((shape) => shape.source).join("|"), "g");
/** One cheap look that tells whether any of the expressions above can match. */
const suspicious =
  /gh[pousr]_|github_pat_|gl[a-z]{2,5}-|xox[abeprs]-|AKIA|ASIA|AT[AC]TT3|sq[apu]_|[ps]at\.|eyJ|-----BEGIN|[?&;][\w-]*(?:token|key|secret|passw|pwd|sig)[\w-]*=|:\/\/[^\s"'\\/@<>]+@|bearer\s|basic\s|token\s/i;

export function createRedactor(secrets: Iterable<string> = []): Redactor {
  const spellings = new Set<string>();
  let known: RegExp | null = null;
  const add = (secret: string) => {
    const before = spellings.size;
    for (const spelling of spellingsOf(secret)) if (spelling.length >= LEAST_LENGTH) spellings.add(spelling);
    if (spellings.size > before) known = oneOf(spellings);
  };
  for (const secret of secrets) add(secret);
  return {
    add,
    redact(text) {
      const rest = known ? text.replace(known, HIDDEN) : text;
      if (!suspicious.test(rest)) return rest;
      return rest
        .replace(anyToken, HIDDEN)
        .replace(inAddress, `$1${HIDDEN}`)
        .replace(userInfo, `$1${HIDDEN}@`)
        .replace(inHeader, `$1${HIDDEN}`);
    },
  };
}

/** A secret may turn up as it is, inside JSON, inside an address, or as base64. */
const spellingsOf = (secret: string): string[] => [
  secret,
  secret.trim(),
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64"),
];

const oneOf = (texts: Iterable<string>): RegExp =>
  new RegExp(
    [...texts]
      .sort((a, b) => b.length - a.length)
      .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
    "g",
  );

/** Values of all fields that the schema marks `meta({ secret: true })`, at any depth. */
export function secretsOf(schema: z.ZodType, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const found: string[] = [];
  if (isSecret(schema)) collectStrings(value, found);
  else for (const [inner, part] of partsOf(schema, value)) found.push(...secretsOf(inner, part));
  return found;
}

const isSecret = (schema: z.ZodType): boolean => (schema.meta() as { secret?: boolean } | undefined)?.secret === true;

function collectStrings(value: unknown, into: string[]): void {
  if (typeof value === "string") into.push(value);
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) collectStrings(part, into);
}

interface Definition {
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}

/** The schemas inside a schema, each with the part of the value it speaks of. */
function partsOf(schema: z.ZodType, value: unknown): [z.ZodType, unknown][] {
  const definition = schema._zod.def as unknown as Definition;
  const same = [
    definition.innerType,
    definition.in,
    definition.out,
    definition.left,
    definition.right,
    ...(definition.options ?? []),
  ];
  const parts: [z.ZodType, unknown][] = same.filter((inner) => inner !== undefined).map((inner) => [inner, value]);
  if (typeof value !== "object" || value === null) return parts;
  const each = definition.element ?? definition.valueType;
  if (each) for (const part of Object.values(value)) parts.push([each, part]);
  for (const [name, inner] of Object.entries(definition.shape ?? {}))
    parts.push([inner, (value as Record<string, unknown>)[name]]);
  return parts;
}
