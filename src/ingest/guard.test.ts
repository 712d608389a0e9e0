import { describe, expect, it } from "vitest";

import { createGuard, type NetworkPolicy } from "./guard.ts";

const strict: NetworkPolicy = { allowedNetworks: [], allowLoopback: false };
const codeOf = (run: () => void) => {
  try {
    run();
    return "allowed";
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const check = (address: string, policy = strict) => codeOf(() => createGuard(policy).checkUrl(new URL(address)));
const lookUp = (policy: NetworkPolicy, answers: string[]) =>
  new Promise<string>((resolve) =>
    createGuard(policy, async () => answers.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))).lookup(
      "git.acme.example",
      { all: true },
      (error, found) =>
        resolve(
          error ? ((error as { code?: string }).code ?? "?") : (found as { address: string }[]).map((one) => one.address).join(),
        ),
    ),
  );

describe("literal addresses", () => {
  it.each([
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:169.254.169.254]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://168.63.129.16/",
    "http://10.0.0.1/",
    "http://172.16.3.4/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://[fd12::1]/",
    "http://198.18.0.1/",
    "http://[4000::1]/",
  ])("refuses %s", (address) => expect(check(address)).toBe("address_refused"));

  it("lets public addresses through, and refuses other schemes", () => {
    expect(check("https://140.82.112.3/")).toBe("allowed");
    expect(check("https://[2606:50c0:8000::64]/")).toBe("allowed");
    expect(check("file:///etc/passwd")).toBe("address_invalid");
    expect(check("unix:/run/docker.sock")).toBe("address_invalid");
  });

  it("opens private ranges by name, loopback by its own switch, and metadata never", () => {
    const open: NetworkPolicy = { allowedNetworks: ["10.0.0.0/8", "0.0.0.0/0", "::/0"], allowLoopback: false };
    expect(check("http://10.1.2.3/", open)).toBe("allowed");
    expect(check("http://[::ffff:10.1.2.3]/", open)).toBe("allowed");
    expect(check("http://127.0.0.1/", open)).toBe("address_refused");
    expect(check("http://169.254.169.254/", open)).toBe("address_refused");
    expect(check("http://100.100.100.200/", open)).toBe("address_refused");
    expect(check("http://[::1]/", { allowedNetworks: [], allowLoopback: true })).toBe("allowed");
    expect(check("http://192.168.0.1/", { allowedNetworks: ["10.0.0.0/8"], allowLoopback: true })).toBe("address_refused");
  });

  it("says which rule it was and what to do", () => {
    expect(() => createGuard(strict).checkUrl(new URL("http://10.0.0.1/"))).toThrow(/LEADLINE_ALLOWED_NETWORKS=10\.0\.0\.1\/32/);
    expect(() => createGuard({ allowedNetworks: ["10.0.0.0"], allowLoopback: false })).toThrow(/is not a network/);
  });
});

describe("names", () => {
  it("are refused when one of their addresses is", async () => {
    expect(await lookUp(strict, ["140.82.112.3", "10.0.0.1"])).toBe("address_refused");
    expect(await lookUp(strict, ["140.82.112.3", "2606:50c0:8000::64"])).toBe("140.82.112.3,2606:50c0:8000::64");
    expect(await lookUp({ allowedNetworks: ["10.0.0.0/24"], allowLoopback: false }, ["10.0.0.9"])).toBe("10.0.0.9");
  });
});
