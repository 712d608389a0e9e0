import { problems } from "./problems.ts";

const BEFORE = /^(?:\s|;|\(|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

/** The first word of a SQL text in upper case, comments and brackets left out. Text without any word is refused. */
export function firstWord(sql: string): string {
  const word = /^\w*/.exec(sql.replace(BEFORE, ""))![0].toUpperCase();
  if (!word) throw problems.notReadOnly("it has 0 statements instead of one");
  return word;
}
