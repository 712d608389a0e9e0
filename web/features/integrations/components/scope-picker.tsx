import { Checkbox, Skeleton, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery, type UseQueryOptions } from "@tanstack/react-query";
import { useState } from "react";

import { Tag } from "../../../components/status-badge.tsx";
import { EmptyState, ErrorState } from "../../../components/states.tsx";
import type { Scope, ScopePage, ScopesAsked, Selection } from "../api/scopes.ts";
import classes from "./scope-picker.module.css";

interface ScopePickerProps {
  value: Selection;
  onChange: (value: Selection) => void;
  // The two sources (a credential, a saved integration) have different keys; the picker needs only the answer.
  query: (asked: ScopesAsked) => UseQueryOptions<ScopePage, Error, ScopePage, never>;
  isReadOnly?: boolean;
}

/** Which repositories, boards or services to read: patterns that also hold for future ones, and single choices. */
export function ScopePicker({ value, onChange, query, isReadOnly = false }: ScopePickerProps) {
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue({ selection: value, search, limit: 500 }, 300);
  const page = useQuery(query(asked));
  return (
    <div>
      <Rules value={value} onChange={onChange} isReadOnly={isReadOnly} />
      <div className={classes.list}>
        <div className={classes.bar}>
          <TextInput
            aria-label="Search scopes"
            placeholder="Search"
            size="xs"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            style={{ flex: "1 1 160px" }}
          />
          <Text size="sm" c="dimmed" className="ll-number" aria-live="polite">
            {page.data
              ? `${page.data.selectedTotal.toLocaleString("en")} chosen · ${page.data.total.toLocaleString("en")} seen`
              : "Asking …"}
          </Text>
        </div>
        <ScopeRows page={page} value={value} onChange={onChange} isReadOnly={isReadOnly} />
      </div>
    </div>
  );
}

interface RulesProps {
  value: Selection;
  onChange: (value: Selection) => void;
  isReadOnly: boolean;
}

function Rules({ value, onChange, isReadOnly }: RulesProps) {
  return (
    <div className={classes.rules}>
      <TagsInput
        label="Include"
        description="Names or patterns: * is anything but a slash, ** is everything. New ones that fit are added by themselves."
        value={value.include}
        onChange={(include) => onChange({ ...value, include })}
        readOnly={isReadOnly}
        placeholder={value.include.length ? "" : "acme/*"}
      />
      <TagsInput
        label="Exclude"
        description="Wins over the patterns on the left. Takes away, never deletes history that was read."
        value={value.exclude}
        onChange={(exclude) => onChange({ ...value, exclude })}
        readOnly={isReadOnly}
        placeholder={value.exclude.length ? "" : "acme/*-archive"}
      />
      <Switch
        label="Archived ones too"
        description="Their history counts in the past"
        checked={value.isWithArchived}
        disabled={isReadOnly}
        onChange={(event) => onChange({ ...value, isWithArchived: event.currentTarget.checked })}
      />
      <Switch
        label="Forks too"
        description="Copies repeat the commits of their origin"
        checked={value.isWithForks}
        disabled={isReadOnly}
        onChange={(event) => onChange({ ...value, isWithForks: event.currentTarget.checked })}
      />
    </div>
  );
}

interface ScopeRowsProps extends RulesProps {
  page: { data: ScopePage | undefined; error: Error | null; isPending: boolean; refetch: () => unknown };
}

function ScopeRows({ page, value, onChange, isReadOnly }: ScopeRowsProps) {
  if (page.error && !page.data) return <ErrorState error={page.error} onRetry={() => void page.refetch()} />;
  if (!page.data) {
    return (
      <div className={classes.rows} aria-busy="true">
        {Array.from({ length: 8 }, (_, row) => (
          <div key={row} className={classes.row}>
            <Skeleton height={16} width={16} />
            <Skeleton height={12} width={`${30 + ((row * 13) % 30)}%`} />
          </div>
        ))}
      </div>
    );
  }
  if (page.data.items.length === 0) return <EmptyState isCompact title="Nothing fits the search" />;
  return (
    <ul className={classes.rows} tabIndex={0} aria-label="Scopes">
      {page.data.items.map((scope) => (
        <ScopeRow key={scope.id} scope={scope} isReadOnly={isReadOnly} onToggle={() => onChange(toggle(value, scope))} />
      ))}
    </ul>
  );
}

function ScopeRow({ scope, isReadOnly, onToggle }: { scope: Scope; isReadOnly: boolean; onToggle: () => void }) {
  return (
    <li className={classes.row}>
      <Checkbox aria-label={`Read ${scope.name}`} checked={scope.isSelected} onChange={onToggle} disabled={isReadOnly} />
      <span className={classes.name}>
        {scope.name}
        {scope.isArchived && <Tag>archived</Tag>}
        {scope.isFork && <Tag>fork</Tag>}
        {scope.isVanished && <Tag tone="warn">no longer visible</Tag>}
      </span>
      <Text size="xs" c="dimmed" visibleFrom="xs">
        {scope.isSelected && scope.selectedBy ? <code>{scope.selectedBy}</code> : ""}
      </Text>
    </li>
  );
}

/** Naming a scope, or taking its name away, is enough; patterns stay as they are. */
function toggle(selection: Selection, scope: Scope): Selection {
  const without = (names: readonly string[]) => names.filter((name) => name !== scope.name);
  if (scope.isSelected) {
    const include = without(selection.include);
    return scope.selectedBy === scope.name
      ? { ...selection, include }
      : { ...selection, include, exclude: [...selection.exclude, scope.name] };
  }
  const exclude = without(selection.exclude);
  return exclude.length < selection.exclude.length
    ? { ...selection, exclude }
    : { ...selection, include: [...selection.include, scope.name] };
}
