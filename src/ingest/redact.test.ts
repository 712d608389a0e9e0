import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { createRedactor, secretsOf } from "./redact.ts";

const secret = "p@ss/wörd\n2";
const { redact } = createRedactor([secret]);

describe("redaction", () => {
  it.each([
    ["as it is", `denied: ${secret}!`, "denied: [secret]!"],
    ["inside JSON", JSON.stringify({ key: secret }), '{"key":"[secret]"}'],
    ["inside an address", `https://x/?q=${encodeURIComponent(secret)}&p=1`, "https://x/?q=[secret]&p=1"],
    ["as base64", Buffer.from(secret).toString("base64"), "[secret]"],
    ["a token in the query", "GET https://x/p?access_token=abc&page=2", "GET https://x/p?access_token=[secret]&page=2"],
    ["a password in the address", "https://ada:hunter2@git.acme.example/x", "https://[secret]@git.acme.example/x"],
    ["a header", "authorization: Bearer abcdefghijklmnop", "authorization: Bearer [secret]"],
    ["a GitHub token", `using ghp_${"A1".repeat(18)} here`, "using [secret] here"],
    ["a GitLab token", "glpat-abcdefghij0123456789", "[secret]"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----", "[secret]"],
    ["nothing", "An ordinary sentence about tokens and keys.", "An ordinary sentence about tokens and keys."],
  ])("finds a secret %s", (_, text, expected) => expect(redact(text)).toBe(expected));

  it("learns secrets later, and does not look for tiny ones", () => {
    const redactor = createRedactor(["abc"]);
    expect(redactor.redact("abc learned-later")).toBe("abc learned-later");
    redactor.add("learned-later");
    expect(redactor.redact("abc learned-later")).toBe("abc [secret]");
  });

  it("leaves JSON readable, and the secret out, wherever it stands", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string(), (value, before, after) => {
        const text = redact(JSON.stringify({ value, text: `${before}${secret}${after}` }));
        expect(() => JSON.parse(text) as unknown).not.toThrow();
        expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(redact(text)).toBe(text);
      }),
    );
  });
});

describe("secrets of a configuration", () => {
  const hidden = z.string().meta({ secret: true });

  it("are found at any depth", () => {
    const schema = z.object({
      token: hidden.optional(),
      app: z.object({ id: z.string(), key: hidden }).nullish(),
      auth: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("a"), password: hidden }),
        z.object({ kind: z.literal("b") }),
      ]),
      list: z.array(z.object({ key: hidden })),
      map: z.record(z.string(), hidden.default("x")),
    });
    const config = {
      token: "t1",
      app: { id: "id", key: "k1" },
      auth: { kind: "a", password: "p1" },
      list: [{ key: "k2" }],
      map: { m: "m1" },
    };
    expect([...new Set(secretsOf(schema, config))].toSorted()).toEqual(["k1", "k2", "m1", "p1", "t1"]);
    expect(
      secretsOf(
        schema.transform((value) => value),
        config,
      ),
    ).toContain("t1");
    expect(secretsOf(schema, {})).toEqual([]);
  });
});
