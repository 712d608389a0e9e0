/* What people write into titles, branches, bodies and messages (`docs/design/domain.md` §7.1). */

import { isRevertTitle } from "../../../domain/commit-text.ts";

const tracker = /(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]+-[1-9][0-9]*(?![A-Za-z0-9_])/;
const mention = /(?<![\w/#&])(?:([\w.-]+\/[\w.-]+)#|#)([1-9][0-9]*)(?![\w])/;
const address = /https?:\/\/[^/\s]+\/([\w.-]+\/[\w.-]+)\/issues\/([1-9][0-9]*)(?!\w)/;
/** A work item of Azure Boards. https://learn.microsoft.com/en-us/azure/devops/boards/github/link-to-from-github */
const workItem = /(?<![A-Za-z0-9_])AB#[1-9][0-9]*(?![A-Za-z0-9_])/;
const anyKey = new RegExp([workItem, tracker, mention, address].map(({ source }) => `(?:${source})`).join("|"), "g");

/**
 * Keys in the order of the text, each once: `PAY-12`, `AB#12` and `acme/web#8` as written. Issues of the text's own repository are `#3`,
 * however it names them: with today's name in it, a key would lead nowhere once the repository has another.
 */
export function issueKeys(text: string | null | undefined, repository: string): string[] {
  const found = new Set<string>();
  for (const [key, owner, number, linked, linkedNumber] of (text ?? "").matchAll(anyKey)) {
    const named = owner ?? linked ?? "";
    const isOwn = named.toLowerCase() === repository.toLowerCase();
    const issue = number ?? linkedNumber;
    found.add(issue === undefined ? key : `${isOwn ? "" : named}#${issue}`);
  }
  return [...found];
}

const branchKey = /(?:^|\/)[a-z][a-z0-9_]+-[1-9][0-9]*(?![a-z0-9.])/gi;

/** Keys as written, and in lower case where they open a part of the name: `feature/pay-12-retry`. Bare numbers stay unread. */
export const branchKeys = (branch: string | null | undefined): string[] => {
  const text = branch ?? "";
  const opening = [...text.matchAll(branchKey)].map(([key]) => key.replace("/", "").toUpperCase());
  const inside = [...text.matchAll(new RegExp(`${tracker.source}(?!\\.)`, "g"))].map(([key]) => key);
  return [...new Set([...opening, ...inside])];
};

/** Number of the pull request of the same repository that this one takes back, else null. */
export function revertedNumber(title: string, body: string | null | undefined, repository: string): number | null {
  const said = /^\s*Reverts (?:([\w.-]+\/[\w.-]+))?#([1-9][0-9]*)\b/im.exec(body ?? "");
  const isOwn = said && (said[1] === undefined || said[1].toLowerCase() === repository.toLowerCase());
  return isRevertTitle(title) && isOwn ? Number(said[2]) : null;
}
