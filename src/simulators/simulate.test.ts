import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "vitest";

import { simulate } from "./index.ts";

test("it says where it listens, with which token, and how to connect", async () => {
  const { simulator, lines } = await simulate("github", { size: "tiny", faults: ["bad_gateway:0"] });
  const answer = await fetch(`${simulator.url}/api/v3/user`, {
    headers: { authorization: `Bearer ${simulator.token}`, "user-agent": "test" },
  });
  await simulator.stop();
  expect(answer.status).toBe(200);
  expect(lines.join("\n")).toContain(
    `leadline connect github --name simulated --set url=${simulator.url} --set token=${simulator.token}`,
  );
  expect(lines).toContain("Faults: bad_gateway:0");
});

test("unknown names are refused with the known ones", async () => {
  await expect(simulate("gitlub")).rejects.toMatchObject({
    code: "unknown_simulator",
    rule: "Simulators: azure, github, jira, jira-server.",
  });
  await expect(simulate("github", { faults: ["earthquake"] })).rejects.toMatchObject({ code: "unknown_fault" });
});

test("a taken port and a missing recording end in three sentences", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  await expect(simulate("github", { size: "tiny", port: (taken.address() as AddressInfo).port })).rejects.toMatchObject({
    code: "simulator_not_started",
    next: expect.stringContaining("another port"),
  });
  taken.close();
  await expect(simulate("github", { recording: "/nowhere" })).rejects.toMatchObject({
    code: "simulator_not_started",
    next: expect.stringContaining("README"),
  });
});
