/* What people write into titles, branches, bodies and messages (`docs/design/domain.md` §7.1). */

import { isRevertTitle } from "../../../domain/commit-text.ts";

const tracker = /(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]+-[1-9][0-9]*(?![A-Za-z0-9_])/;
const mention = /(?<![\w/#&])(?:AB)?#([1-9][0-9]*)(?!\w)/;
const anyKey = new RegExp([tracker, mention].map(({ source }) => `(?:${source})`).join("|"), "g");

/** The key of a work item, as other tools write it too. https://learn.microsoft.com/en-us/azure/devops/boards/github/link-to-from-github */
export const workItemKey = (id: number | string): string => `AB#${id}`;

/** Keys in the order of the text, each once: `PAY-12` as written; `#3` and `AB#3` both name work item 3. */
export const issueKeys = (text: string | null | undefined): string[] => [
  ...new Set([...(text ?? "").matchAll(anyKey)].map(([key, number]) => (number === undefined ? key : workItemKey(number)))),
];

const branchKey = /(?:^|\/)[a-z][a-z0-9_]+-[1-9][0-9]*(?![a-z0-9.])/gi;
const branchNumber = /(?:^|\/)(?:AB#?)?([1-9][0-9]{0,7})(?=[-_/]|$)/gi;

/** `feature/pay-12-retry`, and work item numbers that open a part of the name: `bug/4711-retry`. */
export const branchKeys = (branch: string | null | undefined): string[] => {
  const text = branch ?? "";
  const opening = [...text.matchAll(branchKey)].map(([key]) => key.replace("/", "").toUpperCase());
  const numbers = [...text.matchAll(branchNumber)].map(([, number]) => workItemKey(number!));
  return [...new Set([...opening, ...numbers])];
};

/** Number that a revert names: `Reverts !123`. */
export const revertedNumber = (title: string, body: string | null | undefined): number | null => {
  const said = /^\s*Reverts !([1-9][0-9]*)\b/im.exec(body ?? "");
  return isRevertTitle(title) && said ? Number(said[1]) : null;
};

/** `refs/heads/main` → `main`. */
export const shortRef = (ref: string | null | undefined): string | null => ref?.replace(/^refs\/(heads|tags)\//, "") || null;
