export * from "./model.ts";
export { createOrganisation, type GroundTruth, type Organisation } from "./organisation.ts";
export type { Size } from "./repositories.ts";
export type { TruthPullRequest } from "./truth.ts";
export { signature } from "./mainline.ts";
export { emptyHistory } from "./history.ts";
