import { IconBrandAzure, IconBrandBitbucket, IconBrandGithub, IconBrandGitlab, type TablerIcon } from "@tabler/icons-react";

/** Marks that the icon set has; every other connector shows its initials. */
const marks: Record<string, TablerIcon> = {
  github: IconBrandGithub,
  gitlab: IconBrandGitlab,
  bitbucket: IconBrandBitbucket,
  "azure-devops": IconBrandAzure,
};

export function ConnectorIcon({ connector, label, size = 36 }: { connector: string; label: string; size?: number }) {
  const Mark = marks[connector];
  const initials = label
    .split(/\s+/)
    .map((word) => word[0])
    .join("")
    .slice(0, 2);
  return (
    <span
      aria-hidden="true"
      style={{
        display: "inline-grid",
        placeItems: "center",
        flex: "none",
        width: size,
        height: size,
        borderRadius: Math.round(size * 0.26),
        border: "1px solid var(--ll-line)",
        background: "var(--ll-sunken)",
        color: "var(--ll-text)",
        fontSize: size * 0.36,
        fontWeight: 650,
      }}
    >
      {Mark ? <Mark size={size * 0.6} stroke={1.6} /> : initials}
    </span>
  );
}
