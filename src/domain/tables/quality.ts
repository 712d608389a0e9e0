import { bigint, category, date, double, orNull, text, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One analysed project. */
export const qualityProject = table({
  name: "quality_project",
  kind: "E",
  key: "provider project key",
  columns: {
    key: text,
    name: text,
    /** when the record names the repository; else matched in §7.7 */
    repositoryId: orNull(text),
    mainBranch: orNull(text),
    /** §2 */
    canonicalKey: text,
  },
});

/** One analysis. */
export const qualityMeasure = table({
  name: "quality_measure",
  kind: "E",
  key: "<project>/<branch or pull request>/<analysis key>",
  columns: {
    qualityProjectId: text,
    /** `main`, `branch`, `pull_request`, `other`; raw is the branch or request name */
    branchCategory: category("main", "branch", "pull_request", "other"),
    branch: orNull(text),
    analyzedAt: timestamp,
    sha: orNull(text),
    version: orNull(text),
    gateCategory: orNull(category("passed", "warning", "failed", "none", "other")),
    gate: orNull(text),
    /** NULL = not measured */
    codeLines: orNull(bigint),
    allLines: orNull(bigint),
    duplicatedLines: orNull(bigint),
    linesToCover: orNull(bigint),
    uncoveredLines: orNull(bigint),
    conditionsToCover: orNull(bigint),
    uncoveredConditions: orNull(bigint),
    complexity: orNull(bigint),
    cognitiveComplexity: orNull(bigint),
    functionCount: orNull(bigint),
    fileCount: orNull(bigint),
    /** open at that analysis */
    bugCount: orNull(bigint),
    vulnerabilityCount: orNull(bigint),
    smellCount: orNull(bigint),
    hotspotCount: orNull(bigint),
    debtSeconds: orNull(double),
    /** 1 = A … 5 = E */
    reliabilityRating: orNull(double),
    securityRating: orNull(double),
    maintainabilityRating: orNull(double),
    /** new-code period */
    newLinesToCover: orNull(bigint),
    newUncoveredLines: orNull(bigint),
    newAllLines: orNull(bigint),
    newDuplicatedLines: orNull(bigint),
  },
});

/** One finding (code quality or security). */
export const qualityIssue = table({
  name: "quality_issue",
  kind: "E",
  key: "provider issue key",
  columns: {
    qualityProjectId: orNull(text),
    repositoryId: orNull(text),
    kindCategory: category("bug", "vulnerability", "smell", "hotspot", "other"),
    kind: orNull(text),
    /** §4.2 */
    severityCategory: orNull(category("critical", "high", "medium", "low", "other")),
    severity: orNull(text),
    statusCategory: category("open", "resolved", "dismissed", "other"),
    status: orNull(text),
    rule: orNull(text),
    title: orNull(text),
    path: orNull(text),
    cve: orNull(text),
    line: orNull(bigint),
    /** as quality_measure */
    branchCategory: category("main", "branch", "pull_request", "other"),
    branch: orNull(text),
    assetCategory: orNull(category("repository", "container_image", "infrastructure", "package", "other")),
    asset: orNull(text),
    /** who introduced it, by blame */
    authorAccountId: orNull(text),
    /** strings such as `6h1min` are turned into seconds */
    effortSeconds: orNull(double),
    createdAt: timestamp,
    /** resolved or dismissed */
    closedAt: orNull(timestamp),
    /** remediation deadline */
    dueOn: orNull(date),
  },
});
