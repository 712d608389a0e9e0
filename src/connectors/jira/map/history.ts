import { compareInstants } from "../../../domain/instant.ts";
import type { MapContext, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type { Detected, HistoryEntry, Issue, Item } from "../records.ts";
import { fieldCategory } from "./categories.ts";
import type { People } from "./people.ts";
import { numberOf } from "./values.ts";

type Row = MappedRow<"issue_transition">;
type Change = Pick<Row, "fieldCategory" | "field"> & Partial<Row>;
interface Place {
  readonly context: MapContext<Config>;
  readonly known: People;
  readonly detected: Detected;
}

/** Entries in the order in which they happened, whichever way Jira lists them. */
const inOrder = (entries: readonly HistoryEntry[]): HistoryEntry[] =>
  entries.toSorted((a, b) => compareInstants(a.created, b.created) || Number(a.id) - Number(b.id));

/** Every change of every field. */
export function transitions(issue: Issue, place: Place): Row[] {
  const { context, known } = place;
  const rows: Omit<Row, "sequence">[] = [];
  for (const entry of inOrder(issue.changelog?.histories ?? [])) {
    const actorAccountId = known.of(entry.author);
    for (const [index, item] of entry.items.entries())
      for (const [part, change] of changesOf(item, place).entries())
        rows.push({
          ...change,
          entity: "issue_transition",
          id: context.id("issue_transition", issue.id, entry.id, part === 0 ? index : `${index}.${part}`),
          issueId: context.id("issue", issue.id),
          occurredAt: entry.created,
          actorAccountId,
        });
  }
  return rows.map((row, sequence) => ({ ...row, sequence }));
}

/** Keys it had before it was moved, oldest first. */
export const previousKeys = (issue: Issue): string[] => {
  const keys = inOrder(issue.changelog?.histories ?? []).flatMap(({ items }) =>
    items.filter(({ field }) => field === "Key").map(({ fromText }) => fromText),
  );
  return [...new Set(keys.filter((key): key is string => Boolean(key) && key !== issue.key))];
};

function changesOf(item: Item, place: Place): Change[] {
  const { context, known, detected } = place;
  const category = categoryOf(item, detected);
  const { field, from, to, fromText, toText } = item;
  const base: Change = { fieldCategory: category, field, fromName: fromText || null, toName: toText || null };
  const ids = (of: (value: string) => string | null) => ({ fromId: from ? of(from) : null, toId: to ? of(to) : null });
  switch (category) {
    case "sprint":
      return sprintChanges(item, context);
    case "assignee":
      return [{ ...base, ...ids(known.named) }];
    case "parent":
      return [{ ...base, ...ids((id) => (/^\d+$/.test(id) ? context.id("issue", id) : null)) }];
    case "project":
      return [{ ...base, ...ids((id) => context.id("project", id)) }];
    case "points":
      return [{ ...base, fromNumber: numberOf(fromText), toNumber: numberOf(toText) }];
    case "estimate":
      return [{ ...base, fromNumber: numberOf(from ?? fromText), toNumber: numberOf(to ?? toText) }];
    default:
      return [{ ...base, fromId: from || null, toId: to || null }];
  }
}

function categoryOf({ field, fieldId: given }: Item, detected: Detected): Row["fieldCategory"] {
  const fieldId = given ?? Object.entries(detected.names ?? {}).find(([, name]) => name === field)?.[0];
  if (fieldId) {
    if (detected.points.includes(fieldId)) return "points";
    if (fieldId === detected.sprint) return "sprint";
    if (fieldId === detected.epic) return "parent";
    if (fieldId === detected.due) return "due";
    if (fieldId === detected.severity) return "severity";
    if (fieldId === detected.flagged) return "flagged";
  }
  const byId = fieldId ? fieldCategory(fieldId) : "other";
  return byId === "other" ? fieldCategory(field) : byId;
}

const listed = (text: string | null | undefined): string[] => (text ?? "").split(/,\s*/).filter((id) => /^\d+$/.test(id));

/** Jira writes the whole list before and after; a row says one sprint that it left or joined. Leaving comes first. */
function sprintChanges({ field, from, to, fromText, toText }: Item, { id }: MapContext<Config>): Change[] {
  const [before, after] = [listed(from), listed(to)];
  const name = (ids: readonly string[], text: string | null | undefined, of: string) => {
    const names = (text ?? "").split(/,\s*/);
    return names.length === ids.length ? (names[ids.indexOf(of)] ?? null) : null;
  };
  return [
    ...before
      .filter((each) => !after.includes(each))
      .map((each): Change => ({
        fieldCategory: "sprint",
        field,
        fromId: id("sprint", each),
        fromName: name(before, fromText, each),
      })),
    ...after
      .filter((each) => !before.includes(each))
      .map((each): Change => ({ fieldCategory: "sprint", field, toId: id("sprint", each), toName: name(after, toText, each) })),
  ];
}
