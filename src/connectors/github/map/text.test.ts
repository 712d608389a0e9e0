import { describe, expect, it } from "vitest";

import { assistantOf, coAuthors, revertedSha } from "../../../domain/commit-text.ts";
import { accountKind, addressKind, environment } from "./categories.ts";
import { branchKeys, issueKeys, revertedNumber } from "./text.ts";

describe("issue keys", () => {
  it.each([
    ["PAY-12 Retry refunds", ["PAY-12"]],
    ["Retry (PAY-12, PAY-13, PAY-12)", ["PAY-12", "PAY-13"]],
    ["Fixes #3 and acme/web#8, (#9)", ["#3", "acme/web#8", "#9"]],
    ["Fixes Acme/Pay#3, that is #3, https://github.com/acme/pay/issues/3", ["#3"]],
    ["See https://github.com/acme/web/issues/8#issuecomment-1", ["acme/web#8"]],
    ["Fixes AB#12, not CAB#13 or AB#14x", ["AB#12"]],
    ["pay-12 in lower case is a word", []],
    ["PAY-0, PAY-12a, XPAY_-1x, &#39; and a#3b", []],
    ["🔥PAY-12 مشكلة PAY-14\u0000", ["PAY-12", "PAY-14"]],
    ["", []],
    [null, []],
  ])("in %j are %j", (text, keys) => {
    expect(issueKeys(text, "acme/pay")).toEqual(keys);
  });

  it.each([
    ["feature/pay-12-retry", ["PAY-12"]],
    ["pay-12", ["PAY-12"]],
    ["ada/fix-PAY-12_again", []],
    ["ada/fix-PAY-12-again", ["PAY-12"]],
    ["dependabot/npm_and_yarn/left-pad-1.3", []],
    ["renovate/node-22.x", []],
    ["12-retry", []],
    [null, []],
  ])("in branch %j are %j", (branch, keys) => {
    expect(branchKeys(branch)).toEqual(keys);
  });
});

describe("reverts", () => {
  it("are told by git's own words and by GitHub's", () => {
    expect(revertedSha('Revert "x"\n\nThis reverts commit ABCDEF0123.')).toBe("abcdef0123");
    expect(revertedSha("We revert commit messages")).toBeNull();
    expect(revertedNumber('Revert "Retry"', "Reverts acme/pay#57\n", "Acme/Pay")).toBe(57);
    expect(revertedNumber('Revert "Retry"', "Reverts #57", "acme/pay")).toBe(57);
    expect(revertedNumber('Revert "Retry"', "Reverts acme/web#57", "acme/pay")).toBeNull();
    expect(revertedNumber("Retry", "Reverts acme/pay#57", "acme/pay")).toBeNull();
  });
});

describe("trailers", () => {
  it.each([
    ["Retry\n\nCo-authored-by: Claude <noreply@anthropic.com>", "Ada", "claude"],
    ["Retry\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)", "Ada", "claude"],
    ["Retry\n\nco-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>", "Ada", "copilot"],
    ["Retry", "Ada Example (aider)", "aider"],
    ["Retry", "copilot-swe-agent[bot]", "copilot"],
    ["Move the cursor to the right; ask Claude about it", "Ada", null],
    ["Retry\n\nCo-authored-by: Bob <bob@acme.example>", "Claude Monet", null],
  ])("%j by %s names %s", (message, author, assistant) => {
    expect(assistantOf(message, author)).toBe(assistant);
  });

  it("name co-authors once, in lower case", () => {
    const message = "x\n\nCo-authored-by: Bob <Bob@acme.example>\nCo-Authored-By: B <bob@acme.example>\nCo-authored-by: nobody";
    expect(coAuthors(message)).toEqual(["bob@acme.example"]);
  });
});

describe("accounts", () => {
  it.each([
    ["User", "ada", "human"],
    ["EnterpriseUserAccount", "ada_acme", "human"],
    ["Bot", "dependabot", "bot"],
    ["User", "acme-bot", "bot"],
    ["User", "golangcibot", "bot"],
    ["User", "abbot", "human"],
    ["Bot", "copilot-swe-agent", "agent"],
    ["User", "devin-ai-integration[bot]", "agent"],
  ])("of type %s named %s are %s", (type, login, kind) => {
    expect(accountKind(type, login)).toBe(kind);
  });

  it("known by address alone are judged by it", () => {
    expect(addressKind("noreply@anthropic.com", "Claude")).toBe("agent");
    expect(addressKind("49699333+dependabot[bot]@users.noreply.github.com", "dependabot[bot]")).toBe("bot");
    expect(addressKind("ada@acme.example", "Ada Example")).toBe("human");
  });
});

describe("environments", () => {
  it.each([
    ["production", "production"],
    ["Acme-Prod-EU", "production"],
    ["pre-production", "staging"],
    ["preprod", "staging"],
    ["qa", "test"],
    ["pr-57", "preview"],
    ["github-pages", "other"],
    ["reproduction", "other"],
  ])("%s is %s", (name, category) => {
    expect(environment(name)).toBe(category);
  });
});
