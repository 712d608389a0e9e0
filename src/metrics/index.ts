export { bandsFor, bandSets } from "./bands.ts";
export { catalogue } from "./catalogue.ts";
export { facts } from "./facts.ts";
export { runQueries, runQuery } from "./run.ts";
export type { Answer, AnswerColumn, AnswerMeta, AnswerRow, Warning } from "./answer.ts";
