import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Seals short texts with AES-256-GCM; the row's id is bound in, so that a sealed text cannot be moved to another row. */
export interface SecretBox {
  seal(text: string, rowId: string): string;
  /** Throws when the key, the row or the text is another. */
  open(sealed: string, rowId: string): string;
  /** Tells keys apart without telling anything of them. */
  readonly fingerprint: string;
}

const FORM = "v1";

export function createSecretBox(key: Buffer): SecretBox {
  return {
    seal(text, rowId) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      cipher.setAAD(Buffer.from(rowId));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return [FORM, nonce.toString("base64url"), cipher.getAuthTag().toString("base64url"), body.toString("base64url")].join(".");
    },
    open(sealed, rowId) {
      const [form, nonce, tag, body] = sealed.split(".");
      if (form !== FORM || !nonce || !tag || body === undefined) throw new Error("not a sealed text");
      const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(rowId));
      decipher.setAuthTag(Buffer.from(tag, "base64url"));
      return decipher.update(Buffer.from(body, "base64url"), undefined, "utf8") + decipher.final("utf8");
    },
    fingerprint: createHash("sha256").update("leadline key").update(key).digest("hex").slice(0, 12),
  };
}

/** 32 random bytes for links, cookies and tokens. */
export const newToken = (prefix = ""): string => prefix + randomBytes(32).toString("base64url");

/** What is stored of a token: its SHA-256. */
export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
