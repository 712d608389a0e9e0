import { createPublicKey, createVerify, generateKeyPairSync, randomBytes } from "node:crypto";

import { refusal, type RestAnswer } from "./rest/request.ts";

/** Who calls, and what the credential may do. */
export interface Credential {
  readonly kind: "classic" | "fine-grained" | "installation" | "app";
  readonly token: string;
  readonly scopes: readonly string[];
  /** Seconds; null when it does not end. */
  readonly expiresAt: number | null;
  readonly mayReadActions: boolean;
  /** Contents through git; granted unless said otherwise. */
  readonly mayClone?: boolean;
}

const CLASSIC_SCOPES = ["repo", "read:org", "read:user", "user:email", "read:project"];

/** A GitHub App that tests authenticate as: `privateKey` is what an integration would store. */
export interface SimulatedApp {
  readonly id: number;
  readonly slug: string;
  readonly installationId: number;
  readonly privateKey: string;
}

/** Everything of the App but its keys. */
export const APP = { id: 4711, slug: "leadline", installationId: 815 };

/** The private half of an App's key, PEM. */
export const newKey = (): string =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;

const BAD_CREDENTIALS = () => refusal(401, "Bad credentials");

/** Tokens and the app of one simulator. */
export class Credentials {
  readonly #tokens = new Map<string, Credential>();
  readonly #now: () => number;
  /** An App may have several keys at a time, so that one can take the other's place. */
  readonly #keys = new Set<string>();
  #app: SimulatedApp | undefined;

  constructor(token: string, now: () => number) {
    this.#now = now;
    this.issue({ kind: "classic", token, scopes: CLASSIC_SCOPES, expiresAt: null, mayReadActions: true });
  }

  /** Made when first asked for: a key pair takes a moment. */
  get app(): SimulatedApp {
    return (this.#app ??= { ...APP, privateKey: this.addKey(newKey()) });
  }

  /** Another private key of the App, PEM. */
  addKey(privateKey: string): string {
    this.#keys.add(privateKey);
    return privateKey;
  }

  /** The App's owner deletes a key; whoever has it gets no more tokens. */
  deleteKey(privateKey: string) {
    this.#keys.delete(privateKey);
  }

  /** All tokens of the installation end at once, as when it is suspended for a moment. */
  endInstallationTokens() {
    for (const { kind, token } of this.#tokens.values()) if (kind === "installation") this.#tokens.delete(token);
  }

  issue(credential: Credential): Credential {
    this.#tokens.set(credential.token, credential);
    return credential;
  }

  revoke(token: string) {
    this.#tokens.delete(token);
  }

  /** A token of the installation, one hour long, as `POST /app/installations/{id}/access_tokens` gives it. */
  issueInstallationToken(): Credential {
    return this.issue({
      kind: "installation",
      token: `ghs_${randomBytes(18).toString("hex")}`,
      scopes: [],
      expiresAt: Math.floor(this.#now()) + 3600,
      mayReadActions: true,
    });
  }

  /** The credential of a request, or the refusal GitHub gives. */
  identify(header: string | undefined): Credential | RestAnswer {
    const match = /^(?:token|bearer)\s+(\S+)$/i.exec(header ?? "");
    if (!match) return refusal(401, "Requires authentication");
    const token = match[1]!;
    if (token.split(".").length === 3) return this.#verifyJwt(token);
    const known = this.#tokens.get(token);
    if (!known || (known.expiresAt !== null && known.expiresAt <= this.#now())) return BAD_CREDENTIALS();
    return known;
  }

  /** https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
  #verifyJwt(token: string): Credential | RestAnswer {
    const [header, payload, signature] = token.split(".") as [string, string, string];
    const parsed = parse(header, payload);
    const isSignedBy = (key: string) =>
      createVerify("RSA-SHA256").update(`${header}.${payload}`).verify(createPublicKey(key), signature, "base64url");
    const isSigned = parsed?.alg === "RS256" && [...this.#keys].some(isSignedBy);
    if (!parsed || !isSigned) return refusal(401, "A JSON web token could not be decoded");
    const now = this.#now();
    if (String(parsed.iss) !== String(APP.id)) return refusal(401, "Integration not found");
    if (typeof parsed.exp !== "number" || parsed.exp < now)
      return refusal(
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      );
    if (parsed.exp > now + 660) return refusal(401, "'Expiration time' claim ('exp') is too far in the future");
    if (typeof parsed.iat !== "number" || parsed.iat > now + 60)
      return refusal(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
    return { kind: "app", token, scopes: [], expiresAt: parsed.exp, mayReadActions: false };
  }
}

function parse(header: string, payload: string): { alg?: unknown; iss?: unknown; exp?: unknown; iat?: unknown } | null {
  try {
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
    return { ...read(payload), alg: read(header).alg };
  } catch {
    return null;
  }
}
