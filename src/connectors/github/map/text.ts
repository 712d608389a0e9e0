/* What people write into titles, branches, bodies and messages (`docs/design/domain.md` §7.1). */

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

/** Hash named by git's own revert message, else null. */
export const revertedSha = (message: string): string | null =>
  /\bThis reverts commit ([0-9a-f]{7,64})\b/i.exec(message)?.[1]?.toLowerCase() ?? null;

const revertTitle = /^Revert ["“]/;
export const isRevertTitle = (title: string): boolean => revertTitle.test(title);

/** Number of the pull request of the same repository that this one takes back, else null. */
export function revertedNumber(title: string, body: string | null | undefined, repository: string): number | null {
  const said = /^\s*Reverts (?:([\w.-]+\/[\w.-]+))?#([1-9][0-9]*)\b/im.exec(body ?? "");
  const isOwn = said && (said[1] === undefined || said[1].toLowerCase() === repository.toLowerCase());
  return isRevertTitle(title) && isOwn ? Number(said[2]) : null;
}

export const coAuthors = (message: string): string[] => [
  ...new Set([...message.matchAll(/^\s*co-authored-by:[^<\n]*<([^>\s]+)>/gim)].map(([, email]) => email!.toLowerCase())),
];

/** Tools that sign what they helped to write; kept as data. */
const assistants: readonly (readonly [name: string, sign: RegExp])[] = [
  ["claude", /\bclaude\b|@anthropic\.com/i],
  ["copilot", /\bcopilot\b/i],
  ["cursor", /\bcursor(agent| agent)?\b/i],
  ["codex", /\bcodex\b|@openai\.com/i],
  ["devin", /\bdevin(-ai-integration)?\b/i],
  ["gemini", /\bgemini\b/i],
  ["jules", /\bgoogle-labs-jules\b/i],
  ["aider", /\baider\b/i],
  ["windsurf", /\bwindsurf\b|\bcodeium\b/i],
  ["openhands", /\bopenhands\b/i],
  ["sweep", /\bsweep-ai\b/i],
];
const trailer = /^\s*(?:(?:co-authored|assisted|generated|written)-by:.*|(?:🤖\s*)?generated (?:with|by)\b.*)$/gim;

/** The AI tool that a trailer of the message or the author's own name tells of; null when none does. */
export function assistantOf(message: string, author: string | null | undefined): string | null {
  const signed = [...message.matchAll(trailer)].map(([line]) => line);
  // Aider marks the author: `Ada Example (aider)`. Other names are looked at only where the tool is the whole author.
  const named =
    /\((aider)\)$|^(claude|copilot(?:-swe-agent)?|cursor ?agent|codex|devin(?:-ai-integration)?|google-labs-jules|openhands)(?:\[bot\])?$/i.exec(
      author ?? "",
    );
  const texts = named ? [...signed, named[0]] : signed;
  return assistants.find(([, sign]) => texts.some((text) => sign.test(text)))?.[0] ?? null;
}

export const lengthOf = (text: string | null | undefined): number | null =>
  text === null || text === undefined ? null : text.length;
