import type { Change } from "./change.ts";
import type { PlannedIssue } from "./issues.ts";
import type { Mainline } from "./mainline.ts";
import type { RepositoryPlan } from "./repositories.ts";
import type { World } from "./world.ts";

const THINGS =
  "retry queue|card form|session store|audit trail|invoice export|search index|rate table|login page|feature flags|webhook sender|cache warmup|settings page|report mailer|upload limit|price rounding|health probe|token refresh|onboarding steps|error page|import wizard".split(
    "|",
  );
const FEATURES = "Add|Introduce|Support|Show|Allow editing of|Speed up".split("|");
const BUGS = "Fix|Correct|Handle empty|Stop duplicate|Repair".split("|");
const CHORES = "Tidy|Rename|Document|Extract|Move|Upgrade tests of".split("|");
const LIBRARIES = "zod|undici|pgx|serde|boto3|okhttp|react|lodash|kotlinx-serialization".split("|");
const STEPS = "first version|tests|edge cases|review remarks|naming|logging|typing|wording".split("|");

/** Gives a change its title, branch and commit messages; needs all numbers. */
export function writeChange(world: World, change: Change, mainline: Mainline) {
  const { random, plan } = world;
  const { subject, branch } = words(world, change);
  const key = plan.keys && isKeyed(change) ? `${plan.story.keyPrefix}-${100 + ((change.number * 7) % 900)}` : null;
  change.title = key && random.chance(0.8) ? `${key}: ${subject}` : subject;
  change.branch = key ? branch.replace("/", `/${key}-`) : branch;
  writeCommits(world, change, mainline);
}

const isKeyed = (change: Change) => change.kind === "feature" || change.kind === "bug" || change.kind === "chore";

function words({ random }: World, change: Change): { subject: string; branch: string } {
  const thing = random.pick(THINGS);
  const slug = thing.replaceAll(" ", "-");
  if (change.kind === "revert")
    return { subject: `Revert "${change.reverts!.title}"`, branch: `revert-${change.reverts!.number}-${change.reverts!.branch}` };
  if (change.kind === "hotfix") return { subject: `Hotfix ${thing}`, branch: `hotfix/${slug}-${change.number}` };
  if (change.kind === "dependency") {
    const library = random.pick(LIBRARIES);
    return {
      subject: `Bump ${library} from 1.${change.number % 30}.0 to 1.${(change.number % 30) + 1}.0`,
      branch: `dependabot/npm/${library}-1.${(change.number % 30) + 1}.0`,
    };
  }
  if (change.issue) return { subject: change.issue.title, branch: `${change.kind}/${change.number}-${slug}` };
  const verb = random.pick(
    change.kind === "bug" ? BUGS : change.kind === "feature" || change.kind === "agent" ? FEATURES : CHORES,
  );
  return { subject: `${verb} ${thing}`, branch: `${change.kind}/${change.number}-${slug}` };
}

function writeCommits(world: World, change: Change, mainline: Mainline) {
  const { random } = world;
  const written = new Map<number, string>();
  const share = Math.max(0, ((change.openedAt - world.began) / (world.now - world.began) - 0.3) * 0.4);
  const trailer =
    change.kind !== "dependency" && random.chance(share) ? "\n\nCo-Authored-By: Claude <noreply@anthropic.com>" : "";
  for (const [index, planned] of change.commits.entries()) {
    const text =
      written.get(planned.authoredAt) ??
      (index === 0 ? `${change.title}${trailer}` : `${random.pick(STEPS)} for ${change.title}`);
    written.set(planned.authoredAt, text);
    mainline.commits.get(planned.sha)!.message = planned.isUpdate ? `Merge branch 'main' into ${change.branch}` : text;
  }
  if (change.landedSha === null) return;
  const landed = mainline.commits.get(change.landedSha)!;
  if (change.landing === "squash") landed.message = squashMessage(change) + trailer;
  if (change.landing === "merge")
    landed.message = `Merge pull request #${change.number} from acme/${change.branch}\n\n${change.title}`;
}

const squashMessage = (change: Change) => {
  const title = `${change.title} (#${change.number})`;
  return change.reverts ? `${title}\n\nThis reverts commit ${change.reverts.landedSha}.` : title;
};

/** The text people write above a change. */
export function bodyOf(plan: RepositoryPlan, change: Change): string {
  const mitigates = change.incident?.number ? `\n\nMitigates #${change.incident.number}` : "";
  if (change.reverts) return `Reverts acme/${plan.name}#${change.reverts.number}${mitigates}`;
  const closes = change.issue && change.issue.number ? `\n\nFixes #${change.issue.number}` : "";
  return `${change.title}.\n\nHow to check: run the tests of this folder and open the preview.${closes}${mitigates}`;
}

/** The title of an issue of that type. */
export function issueTitle(world: World, type: PlannedIssue["type"]): string {
  const { random } = world;
  const verbs = type === "bug" ? BUGS : type === "task" ? CHORES : FEATURES;
  return `${random.pick(verbs)} ${random.pick(THINGS)}`;
}
