import { describe, expect, it } from "vitest";
import { z } from "zod";

import { thingConnector } from "../ingest/testing/thing-connector.ts";
import { connectors } from "../connectors/index.ts";
import { formFields, parseConfig, splitConfig, type AnyConnector } from "./connector-form.ts";
import { answerToCsv } from "./csv.ts";
import { readEnvironment } from "./environment.ts";
import { nearest } from "./problems.ts";

const config = z
  .strictObject({
    url: z.url().default("https://acme.example.com").meta({ label: "Address" }),
    token: z.string().optional().meta({ label: "Token", secret: true, help: "From your profile." }),
    key: z.string().optional().meta({ label: "Key", secret: true, multiline: true }),
    region: z.enum(["us", "eu"]).meta({ label: "Region" }),
    size: z.int().optional(),
    names: z.array(z.string()).optional(),
    deep: z.union([z.boolean(), z.stringbool()]).default(false),
  })
  .superRefine(() => {});
const connector = thingConnector("descending", { config: config as never }) as unknown as AnyConnector;

describe("the form of a connector", () => {
  it("has a field for everything its config has", () => {
    const fields = formFields(connector);
    expect(fields.map(({ name, type, isRequired, isSecret }) => [name, type, isRequired, isSecret])).toEqual([
      ["url", "url", false, false],
      ["token", "password", false, true],
      ["key", "multiline", false, true],
      ["region", "select", true, false],
      ["size", "number", false, false],
      ["names", "list", false, false],
      ["deep", "boolean", false, false],
    ]);
    expect(fields[0]).toMatchObject({ label: "Address", default: "https://acme.example.com" });
    expect(fields[1]).toMatchObject({ help: "From your profile.", default: null });
    expect(fields[3]!.options).toEqual([
      { value: "us", label: "us" },
      { value: "eu", label: "eu" },
    ]);
  });

  it("can be made of every connector we ship", () => {
    for (const shipped of connectors) {
      const fields = formFields(shipped);
      expect(fields.length).toBeGreaterThan(0);
      expect(fields.some((field) => field.isSecret)).toBe(true);
      for (const field of fields) expect(field.label, `${shipped.name}.${field.name}`).not.toBe("");
    }
  });

  it("parts secrets from the rest, and names unknown fields with the nearest known one", () => {
    expect(splitConfig(connector, { url: "https://x", token: "t", key: "", size: null, deep: false })).toEqual({
      config: { url: "https://x", deep: false },
      secrets: { token: "t" },
    });
    expect(parseConfig(connector, { region: "eu" })).toEqual({ url: "https://acme.example.com", region: "eu", deep: false });
    expect(() => parseConfig(connector, { regoin: "eu" })).toThrow(/did you mean "region"/);
  });
});

it("finds the nearest name, or none", () => {
  expect(nearest("lead_time_for_change", ["deployments", "lead_time_for_changes"])).toBe("lead_time_for_changes");
  expect(nearest("zebra", ["deployments"])).toBeNull();
});

it("writes CSV that a spreadsheet cannot run", () => {
  const rows = [
    { a: '=cmd("x")', b: null },
    { a: 'say "hi", twice', b: -1.5 },
    { a: "two\nlines", b: 0 },
  ];
  expect(answerToCsv({ columns: [{ name: "a" }, { name: "b" }], rows })).toBe(
    'a,b\r\n"\'=cmd(""x"")",\r\n"say ""hi"", twice",-1.5\r\n"two\nlines",0\r\n',
  );
});

it("reads the environment, and says which variable is wrong", () => {
  expect(
    readEnvironment({ LEADLINE_HOME: "/data", LEADLINE_PORT: "8080", LEADLINE_ALLOWED_NETWORKS: "10.0.0.0/8, 192.168.0.0/16" }),
  ).toEqual({
    home: "/data",
    databaseUrl: undefined,
    secretKey: undefined,
    host: "127.0.0.1",
    port: 8080,
    publicUrl: null,
    allowedNetworks: ["10.0.0.0/8", "192.168.0.0/16"],
    logLevel: "info",
  });
  for (const [name, value] of Object.entries({
    PORT: "70000",
    LOG: "loud",
    PUBLIC_URL: "leadline",
    DATABASE_URL: "mysql://x:secret@y/z",
    WAREHOUSE_MB: "99",
    CLONE_MB: "4 GB",
  }))
    expect(() => readEnvironment({ [`LEADLINE_${name}`]: value })).toThrow(new RegExp(`^LEADLINE_${name} is "((?!secret).)*"`));
});

it("reads how much room a clone may take as whole megabytes", () => {
  expect(readEnvironment({ LEADLINE_CLONE_MB: " 250 " }).cloneMb).toBe(250);
  expect(readEnvironment({ LEADLINE_CLONE_MB: "" }).cloneMb).toBeUndefined();
  for (const bad of ["0", "-1", "1.5", "1e99", "all"])
    expect(() => readEnvironment({ LEADLINE_CLONE_MB: bad })).toThrow(
      /^LEADLINE_CLONE_MB is ".*It is a whole number of megabytes/s,
    );
});
