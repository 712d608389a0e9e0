export * from "./model.ts";
export { createOrganisation, type GroundTruth, type Organisation, type OrganisationOptions } from "./organisation.ts";
export type { Size } from "./repositories.ts";
export type { Counts, RepositoryTruth, TruthDeployment, TruthPullRequest } from "./truth.ts";
export { signature } from "./mainline.ts";
export { emptyHistory } from "./history.ts";
