/* What git and the tools around it write into messages and titles, whatever vendor keeps them (`docs/design/domain.md` §7.1). */

/** Hash named by git's own revert message, else null. */
export const revertedSha = (message: string): string | null =>
  /\bThis reverts commit ([0-9a-f]{7,64})\b/i.exec(message)?.[1]?.toLowerCase() ?? null;

export const isRevertTitle = (title: string): boolean => /^Revert ["“]/.test(title);

/** Addresses of `Co-authored-by` trailers, in lower case, each once. */
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

/** Characters of a text; null when there is none. */
export const lengthOf = (text: string | null | undefined): number | null =>
  text === null || text === undefined ? null : text.length;
